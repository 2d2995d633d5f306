use super::{
    layout::{Layout, Variable},
    types::Types,
};
use alloy_primitives::aliases::U512;
use serde::Serialize;

/// How bad a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Note,
    /// Nothing breaks, but something may not be as meant.
    Warning,
    /// Stored data would be read as something else.
    Corrupts,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Which variable: its name, with the members and elements inside.
    pub path: String,
    /// What changed, and what follows from it.
    pub text: String,
}

/// What changes when code with layout `new` takes over the storage of code with layout `old`.
pub fn compare(old: &Layout, new: &Layout) -> Vec<Finding> {
    let mut findings = Vec::new();
    Comparison { old, new, types: Types::new(old, new), prefix: "" }.run(&old.storage, &new.storage, &mut findings);
    findings
}

/// Compares the variables of a contract, or the members of a struct.
pub(super) struct Comparison<'a, 'p> {
    pub(super) old: &'a Layout,
    pub(super) new: &'a Layout,
    pub(super) types: Types<'a>,
    pub(super) prefix: &'p str,
}

impl Comparison<'_, '_> {
    /// Looks first at what becomes of each old variable, then at what new ones lie upon.
    pub(super) fn run(&mut self, before: &[Variable], after: &[Variable], findings: &mut Vec<Finding>) {
        let last = after.iter().filter_map(|v| self.new.bytes(v)).map(|(_, end)| end).max();
        for old in before.iter().filter(|v| !v.is_gap()) {
            let same_place = after.iter().find(|new| new.slot == old.slot && new.offset == old.offset && !new.is_gap());
            let same_name = after.iter().find(|new| new.label == old.label && new.contract == old.contract);
            let same_name = same_name.or_else(|| after.iter().find(|new| new.label == old.label));
            match (same_place, same_name) {
                (Some(new), _) if new.label == old.label => self.types_of(old, new, findings),
                (_, Some(new)) => self.moved(old, new, same_place, findings),
                // The name in its place is that of another old field, which has moved up: this one is gone.
                (Some(new), None) if before.iter().any(|other| other.label == new.label) => {
                    self.removed(old, last, findings);
                }
                (Some(new), None) => self.replaced(old, new, findings),
                (None, None) => self.removed(old, last, findings),
            }
        }
        for new in after.iter().filter(|v| !v.is_gap()) {
            if !before.iter().any(|old| {
                (old.slot == new.slot && old.offset == new.offset && !old.is_gap()) || old.label == new.label
            }) {
                self.added(new, before, findings);
            }
        }
    }

    fn say(&self, severity: Severity, about: &Variable, text: String, findings: &mut Vec<Finding>) {
        findings.push(Finding { severity, path: format!("{}{}", self.prefix, about.label), text });
    }

    fn types_of(&mut self, old: &Variable, new: &Variable, findings: &mut Vec<Finding>) {
        let path = format!("{}{}", self.prefix, old.label);
        self.types.compare(&path, &old.ty, &new.ty, true, findings);
    }

    fn moved(&self, old: &Variable, new: &Variable, in_its_place: Option<&Variable>, findings: &mut Vec<Finding>) {
        let place = match in_its_place {
            Some(other) => format!("{} would be read as `{}`", old.place(), other.label),
            None => format!("what is at {} would be lost", old.place()),
        };
        let text = format!(
            "moved from {} to {}: {place}\n  fix: keep the old fields in their order, and add new ones at the end",
            old.place(),
            new.place()
        );
        self.say(Severity::Corrupts, old, text, findings);
    }

    /// Another name in the same place: a new name for the same thing, if the type is the same.
    fn replaced(&mut self, old: &Variable, new: &Variable, findings: &mut Vec<Finding>) {
        let mut changes = Vec::new();
        self.types_of(old, new, &mut changes);
        if changes.iter().any(|change| change.severity == Severity::Corrupts) {
            let text = format!(
                "replaced at {} by `{}`, which is {} and not {}: what is stored would be read as that\n  fix: keep the \
                 old field, and add the new one at the end",
                old.place(),
                new.label,
                self.new.type_label(&new.ty),
                self.old.type_label(&old.ty)
            );
            return self.say(Severity::Corrupts, old, text, findings);
        }
        self.say(Severity::Warning, old, format!("renamed to `{}`: it keeps its value", new.label), findings);
        findings.extend(changes);
    }

    fn removed(&self, old: &Variable, last: Option<U512>, findings: &mut Vec<Finding>) {
        let at_the_end = match (self.old.bytes(old), last) {
            (Some((first, _)), Some(last)) => first > last,
            _ => true,
        };
        if at_the_end {
            let text = format!(
                "removed from the end: its value stays in {}, and what is added there later reads it",
                old.place()
            );
            return self.say(Severity::Warning, old, text, findings);
        }
        let text = format!(
            "removed, though not at the end: {} keeps its value, and the fields around it are not where they were\n  \
             fix: keep the field, under another name if it is no longer used",
            old.place()
        );
        self.say(Severity::Corrupts, old, text, findings);
    }

    fn added(&self, new: &Variable, before: &[Variable], findings: &mut Vec<Finding>) {
        let overlaps = |old: &&Variable| match (self.old.bytes(old), self.new.bytes(new)) {
            (Some((a, b)), Some((c, d))) => a <= d && c <= b,
            _ => false,
        };
        let ty = self.new.type_label(&new.ty);
        let mut under = before.iter().filter(overlaps);
        match (under.clone().find(|old| !old.is_gap()), under.next()) {
            (Some(old), _) => {
                let text = format!(
                    "inserted ({ty}) at {}, where `{}` lies: it would read what is stored there\n  fix: add it at the end",
                    new.place(),
                    old.label
                );
                self.say(Severity::Corrupts, new, text, findings);
            }
            (None, Some(gap)) => {
                self.say(
                    Severity::Note,
                    new,
                    format!("added ({ty}) at {}, in the place that `{}` kept", new.place(), gap.label),
                    findings,
                );
            }
            (None, None) => self.say(Severity::Note, new, format!("added ({ty}) at {}", new.place()), findings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A layout of fields as `name type slot offset`.
    fn layout(fields: &[(&str, &str, u64, u32)]) -> Layout {
        let storage: Vec<_> = fields
            .iter()
            .map(|(label, ty, slot, offset)| {
                json!({ "contract": "C", "label": label, "slot": slot.to_string(), "offset": offset, "type": ty })
            })
            .collect();
        let inplace =
            |label: &str, bytes: &str| json!({ "encoding": "inplace", "label": label, "numberOfBytes": bytes });
        let types = json!({
            "t_uint256": inplace("uint256", "32"),
            "t_uint128": inplace("uint128", "16"),
            "t_uint64": inplace("uint64", "8"),
            "t_address": inplace("address", "20"),
            "t_payable": inplace("address payable", "20"),
            "t_bool": inplace("bool", "1"),
            "t_gap3": { "encoding": "inplace", "label": "uint256[3]", "numberOfBytes": "96", "base": "t_uint256" },
            "t_gap2": { "encoding": "inplace", "label": "uint256[2]", "numberOfBytes": "64", "base": "t_uint256" },
            "t_map": { "encoding": "mapping", "label": "mapping(address => uint256)", "numberOfBytes": "32", "key": "t_address", "value": "t_uint256" },
            "t_map_narrow": { "encoding": "mapping", "label": "mapping(address => uint128)", "numberOfBytes": "32", "key": "t_address", "value": "t_uint128" },
            "t_map_key": { "encoding": "mapping", "label": "mapping(uint256 => uint256)", "numberOfBytes": "32", "key": "t_uint256", "value": "t_uint256" },
            "t_small": { "encoding": "inplace", "label": "struct S", "numberOfBytes": "32", "members": [
                { "label": "a", "slot": "0", "offset": 0, "type": "t_uint128" } ] },
            "t_grown": { "encoding": "inplace", "label": "struct S", "numberOfBytes": "32", "members": [
                { "label": "a", "slot": "0", "offset": 0, "type": "t_uint128" },
                { "label": "b", "slot": "0", "offset": 16, "type": "t_uint128" } ] },
            "t_large": { "encoding": "inplace", "label": "struct S", "numberOfBytes": "64", "members": [
                { "label": "a", "slot": "0", "offset": 0, "type": "t_uint128" },
                { "label": "c", "slot": "1", "offset": 0, "type": "t_uint256" } ] },
            "t_turned": { "encoding": "inplace", "label": "struct S", "numberOfBytes": "32", "members": [
                { "label": "b", "slot": "0", "offset": 0, "type": "t_uint128" },
                { "label": "a", "slot": "0", "offset": 16, "type": "t_uint128" } ] },
            "t_map_small": { "encoding": "mapping", "label": "mapping(address => S)", "numberOfBytes": "32", "key": "t_address", "value": "t_small" },
            "t_map_large": { "encoding": "mapping", "label": "mapping(address => S)", "numberOfBytes": "32", "key": "t_address", "value": "t_large" },
            "t_list_small": { "encoding": "dynamic_array", "label": "S[]", "numberOfBytes": "32", "base": "t_small" },
            "t_list_large": { "encoding": "dynamic_array", "label": "S[]", "numberOfBytes": "32", "base": "t_large" },
            "t_bytes": { "encoding": "bytes", "label": "bytes", "numberOfBytes": "32" },
            "t_string": { "encoding": "bytes", "label": "string", "numberOfBytes": "32" },
            "t_enum_ab": { "encoding": "inplace", "label": "enum E", "numberOfBytes": "1", "variants": ["A", "B"] },
            "t_enum_abc": { "encoding": "inplace", "label": "enum E", "numberOfBytes": "1", "variants": ["A", "B", "C"] },
            "t_enum_ba": { "encoding": "inplace", "label": "enum E", "numberOfBytes": "1", "variants": ["B", "A"] },
        });
        serde_json::from_value(json!({ "storage": storage, "types": types })).expect("a layout")
    }

    /// The worst that changes, with all texts.
    fn worst(old: &[(&str, &str, u64, u32)], new: &[(&str, &str, u64, u32)]) -> (Option<Severity>, String) {
        let findings = compare(&layout(old), &layout(new));
        let text = findings.iter().map(|f| format!("{}: {}\n", f.path, f.text)).collect();
        (findings.iter().map(|f| f.severity).max(), text)
    }

    const OWNER: (&str, &str, u64, u32) = ("owner", "t_address", 0, 0);
    const TOTAL: (&str, &str, u64, u32) = ("total", "t_uint256", 1, 0);

    #[track_caller]
    fn expect(old: &[(&str, &str, u64, u32)], new: &[(&str, &str, u64, u32)], severity: Option<Severity>, say: &str) {
        let (found, text) = worst(old, new);
        assert_eq!(found, severity, "{text}");
        assert!(text.contains(say), "`{say}` is not in: {text}");
    }

    #[test]
    fn the_same_layout_has_nothing_to_say() {
        expect(&[OWNER, TOTAL], &[OWNER, TOTAL], None, "");
    }

    #[test]
    fn what_is_appended_is_fine_even_into_the_rest_of_a_slot() {
        expect(&[OWNER, TOTAL], &[OWNER, TOTAL, ("more", "t_map", 2, 0)], Some(Severity::Note), "added (mapping");
        expect(&[OWNER], &[OWNER, ("paused", "t_bool", 0, 20)], Some(Severity::Note), "slot 0, byte 20");
    }

    #[test]
    fn an_inserted_field_moves_the_others_and_is_refused() {
        let new = [("paused", "t_uint256", 0, 0), ("owner", "t_address", 1, 0), ("total", "t_uint256", 2, 0)];
        expect(
            &[OWNER, TOTAL],
            &new,
            Some(Severity::Corrupts),
            "owner: moved from slot 0 to slot 1: slot 0 would be read as `paused`",
        );
        expect(&[TOTAL], &[TOTAL, ("x", "t_uint128", 1, 16)], Some(Severity::Corrupts), "where `total` lies");
    }

    #[test]
    fn swapped_fields_are_refused_both() {
        let new = [("total", "t_uint256", 0, 0), ("owner", "t_address", 1, 0)];
        let (_, text) = worst(&[OWNER, TOTAL], &new);
        assert!(text.contains("owner: moved") && text.contains("total: moved"), "{text}");
    }

    #[test]
    fn another_type_or_width_is_refused() {
        expect(
            &[TOTAL],
            &[("total", "t_uint128", 1, 0)],
            Some(Severity::Corrupts),
            "total: changed from uint256 to uint128",
        );
        expect(
            &[TOTAL],
            &[("owner", "t_address", 1, 0)],
            Some(Severity::Corrupts),
            "replaced at slot 1 by `owner`, which is address and not uint256",
        );
        expect(
            &[("p", "t_bytes", 0, 0)],
            &[("p", "t_uint256", 0, 0)],
            Some(Severity::Corrupts),
            "changed from bytes to uint256",
        );
    }

    #[test]
    fn what_means_the_same_passes_and_what_nearly_does_warns() {
        expect(&[OWNER], &[("owner", "t_payable", 0, 0)], None, "");
        expect(&[("p", "t_bytes", 0, 0)], &[("p", "t_string", 0, 0)], Some(Severity::Warning), "bytes to string");
        expect(&[OWNER], &[("admin", "t_address", 0, 0)], Some(Severity::Warning), "owner: renamed to `admin`");
    }

    #[test]
    fn a_field_can_go_from_the_end_only() {
        expect(&[OWNER, TOTAL], &[OWNER], Some(Severity::Warning), "total: removed from the end");
        expect(&[OWNER, TOTAL], &[TOTAL], Some(Severity::Corrupts), "owner: removed, though not at the end");
    }

    #[test]
    fn a_gap_gives_place() {
        let (gap3, gap2) = (("__gap", "t_gap3", 1, 0), ("__gap", "t_gap2", 2, 0));
        let end = ("end", "t_uint256", 4, 0);
        let used = [OWNER, ("more", "t_uint256", 1, 0), gap2, end];
        expect(&[OWNER, gap3, end], &used, Some(Severity::Note), "in the place that `__gap` kept");
        let too_much = [OWNER, ("more", "t_uint256", 1, 0), ("__gap", "t_gap3", 2, 0), ("end", "t_uint256", 5, 0)];
        expect(&[OWNER, gap3, end], &too_much, Some(Severity::Corrupts), "end: moved from slot 4 to slot 5");
    }

    #[test]
    fn mappings_are_compared_by_key_and_value() {
        let map = |ty| [("m", ty, 0, 0)];
        expect(
            &map("t_map"),
            &map("t_map_narrow"),
            Some(Severity::Corrupts),
            "m[value]: changed from uint256 to uint128",
        );
        expect(&map("t_map"), &map("t_map_key"), Some(Severity::Corrupts), "m[key]: changed from address to uint256");
        expect(&map("t_map_small"), &map("t_map_large"), Some(Severity::Note), "m[value].c: added");
    }

    #[test]
    fn structs_may_grow_at_their_end_but_not_inside_a_list() {
        let of = |ty| [("s", ty, 0, 0)];
        expect(&of("t_small"), &of("t_grown"), Some(Severity::Note), "s.b: added");
        expect(&of("t_small"), &of("t_turned"), Some(Severity::Corrupts), "s.a: moved");
        expect(
            &of("t_list_small"),
            &of("t_list_large"),
            Some(Severity::Corrupts),
            "s[]: changed from 32 bytes to 64 bytes",
        );
    }

    #[test]
    fn enums_keep_their_numbers() {
        let of = |ty| [("e", ty, 0, 0)];
        expect(&of("t_enum_ab"), &of("t_enum_abc"), Some(Severity::Note), "variants added");
        expect(&of("t_enum_ab"), &of("t_enum_ba"), Some(Severity::Corrupts), "`A` was 0");
        expect(&of("t_enum_abc"), &of("t_enum_ab"), Some(Severity::Corrupts), "`C` was 2");
    }

    #[test]
    fn an_upgrade_may_change_the_immutables() {
        let with = |immutables: serde_json::Value| {
            let mut layout = serde_json::to_value(layout(&[OWNER])).expect("JSON");
            layout["immutables"] = immutables;
            Layout::from_json(layout.to_string().as_bytes()).expect("a layout")
        };
        let one = with(json!([{ "label": "fee", "offset": 0, "bytes": 2, "type": "uint16" }]));
        let other = with(json!([
            { "label": "asset", "offset": 0, "bytes": 20, "type": "address" },
            { "label": "fee", "offset": 20, "bytes": 32, "type": "uint256" },
        ]));
        assert_eq!((one.immutables.len(), other.immutables.len()), (1, 2));
        for (old, new) in [(&one, &other), (&other, &one), (&one, &layout(&[OWNER])), (&layout(&[OWNER]), &other)] {
            assert_eq!(compare(old, new), [], "immutables belong to the code");
        }
    }

    #[test]
    fn solc_s_output_is_read() {
        let json = br#"{"abi":[],"storageLayout":{"storage":[],"types":null}}"#;
        assert_eq!(Layout::from_json(json), Ok(Layout::default()));
        assert!(Layout::from_json(b"{}").expect_err("nothing").contains("`storage`"));
    }
}
