//! The modules in `tests/wat/refused`: `;; refused:` is a part of what the author is told.

use crate::{
    corpus::cases,
    world::{hash, sandbox},
};
use zx_sandbox::PrepareError;

#[test]
fn each_is_refused_for_the_reason_in_its_first_lines() {
    let cases = cases("wat/refused");
    assert!(cases.len() >= 140, "the folder holds the modules: {}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let module = case.module();
        let reason = case.header("refused").expect("says why it is refused");
        assert!(reason.len() > 8, "{}: `{reason}` could be said of anything", case.name);
        let said = match sandbox().prepare(&hash(&module), &module) {
            Err(PrepareError::Invalid(error)) => error.to_string(),
            Err(PrepareError::Compile(error)) => format!("valid, and then: {error}"),
            Ok(_) => "accepted".into(),
        };
        if !said.contains(reason) {
            wrong.push(format!("{}: `{said}`, not `{reason}`", case.name));
        }
        if said.len() > 500 || said.chars().any(char::is_control) {
            wrong.push(format!("{}: not fit to be shown: {said:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
