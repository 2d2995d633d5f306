use crate::module::CustomSection;
use alloy_primitives::{U256, aliases::U512};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use zx_host_functions::{LAYOUT_SECTION, metadata};

/// Bytes of a slot.
const SLOT: u32 = 32;

/// Where a contract keeps what: solc's `storageLayout`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Its variables.
    #[serde(default)]
    pub storage: Vec<Variable>,
    /// Their types, by the names that variables refer to them by.
    #[serde(default, deserialize_with = "or_empty")]
    pub types: BTreeMap<String, TypeInfo>,
    /// What its constructor makes part of the code. No upgrade has to keep it: other code has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub immutables: Vec<Immutable>,
}

/// A value that is part of the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Immutable {
    /// Its name, behind those of the structs that it is in: `domain.name`.
    pub label: String,
    /// First byte of it in the immutables.
    pub offset: usize,
    /// Bytes that it takes.
    pub bytes: usize,
    /// Its type, as Solidity names it.
    #[serde(rename = "type")]
    pub ty: String,
}

/// solc writes `null` for a contract without storage.
fn or_empty<'de, D: Deserializer<'de>>(source: D) -> Result<BTreeMap<String, TypeInfo>, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

/// A variable, or a member of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// The contract, or component, that declares it.
    #[serde(default)]
    pub contract: String,
    /// Its name.
    pub label: String,
    /// First byte of it in its slot, from the low-order end.
    #[serde(default)]
    pub offset: u32,
    /// Its slot, in decimal; of a member, from the beginning of the struct.
    pub slot: String,
    /// Its type, in [`Layout::types`].
    #[serde(rename = "type")]
    pub ty: String,
}

/// A type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeInfo {
    /// `inplace`, `mapping`, `dynamic_array` or `bytes`.
    pub encoding: String,
    /// Its name in Solidity.
    pub label: String,
    /// Bytes that it takes in its place, in decimal.
    pub number_of_bytes: String,
    /// Of a struct: its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Variable>>,
    /// Of an enum: the names of its variants, the first of which is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<String>>,
    /// Of a mapping: type of its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Of a mapping: type of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Of an array: type of its elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

impl Layout {
    /// Reads the section of a module. `None` if there is none.
    ///
    /// # Errors
    /// It is not JSON of this shape; the text says where.
    pub fn read(sections: &[CustomSection<'_>]) -> Result<Option<Self>, String> {
        let section = sections.iter().find(|section| section.name == LAYOUT_SECTION);
        let json = section.map(|section| metadata::unpack(section.data)).transpose();
        let json = json.map_err(|e| format!("the section `{LAYOUT_SECTION}` {e}"))?;
        json.map(|json| Self::from_json(json.as_bytes())).transpose()
    }

    /// Reads JSON: a layout, or a compiler's output that has one as `storageLayout`.
    ///
    /// # Errors
    /// It is not JSON of this shape; the text says where.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let layout = value.get("storageLayout").unwrap_or(&value);
        if layout.get("storage").is_none() {
            return Err("it has no field `storage`".to_owned());
        }
        serde_json::from_value(layout.clone()).map_err(|e| e.to_string())
    }

    pub(super) fn ty(&self, id: &str) -> Option<&TypeInfo> {
        self.types.get(id)
    }

    /// Name of a type as a person knows it.
    pub fn type_label<'a>(&'a self, id: &'a str) -> &'a str {
        self.ty(id).map_or(id, |ty| &ty.label)
    }

    /// First and last byte of a variable, counted from the beginning of slot 0. `None` if its numbers are none.
    pub(super) fn bytes(&self, variable: &Variable) -> Option<(U512, U512)> {
        let slot: U256 = variable.slot.parse().ok()?;
        let bytes: U256 = self.ty(&variable.ty)?.number_of_bytes.parse().ok()?;
        let first = U512::from(slot) * U512::from(SLOT) + U512::from(variable.offset);
        Some((first, first + U512::from(bytes.max(U256::from(1))) - U512::from(1)))
    }
}

impl Variable {
    /// `slot 3`, or `slot 3, byte 16`.
    pub fn place(&self) -> String {
        match self.offset {
            0 => format!("slot {}", self.slot),
            offset => format!("slot {}, byte {offset}", self.slot),
        }
    }

    /// Whether it only keeps place for later.
    pub(super) fn is_gap(&self) -> bool {
        let name = self.label.trim_start_matches('_');
        name == "gap" || name.starts_with("gap_")
    }
}
