use crate::compose::Text;

/// How a type is written in the layout section of a module: as in Solidity, a struct with its members
/// (`struct Name{label@slot:offset type;...}`) and an enum with its variants (`enum Name{A,B}`).
pub(crate) type TypeName = Text<4096>;
