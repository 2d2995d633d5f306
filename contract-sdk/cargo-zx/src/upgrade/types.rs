use super::{
    compare::{Comparison, Finding, Severity},
    layout::{Layout, TypeInfo},
};

/// Compares types, which two layouts know by names of their own.
#[derive(Clone)]
pub(super) struct Types<'a> {
    old: &'a Layout,
    new: &'a Layout,
    /// Pairs that are being compared: a struct can hold a mapping to itself.
    under_way: Vec<(String, String)>,
}

impl<'a> Types<'a> {
    pub(super) const fn new(old: &'a Layout, new: &'a Layout) -> Self {
        Self { old, new, under_way: Vec::new() }
    }

    /// What changed from type `old` to type `new` of the thing at `path`. If it `may_grow`, nothing lies behind it that
    /// this comparison has to care for.
    pub(super) fn compare(&mut self, path: &str, old: &str, new: &str, may_grow: bool, findings: &mut Vec<Finding>) {
        let pair = (old.to_owned(), new.to_owned());
        if self.under_way.contains(&pair) {
            return;
        }
        self.under_way.push(pair);
        match (self.old.ty(old), self.new.ty(new)) {
            (Some(before), Some(after)) => self.known(path, before, after, may_grow, findings),
            _ if old == new => {}
            _ => corrupts(path, changed(old, new), findings),
        }
        self.under_way.pop();
    }

    fn known(&mut self, path: &str, old: &TypeInfo, new: &TypeInfo, may_grow: bool, findings: &mut Vec<Finding>) {
        if old.encoding != new.encoding {
            return corrupts(path, changed(&old.label, &new.label), findings);
        }
        if !may_grow && old.number_of_bytes != new.number_of_bytes {
            let text = format!(
                "changed from {} bytes to {} bytes: every element after the first would be read from another place",
                old.number_of_bytes, new.number_of_bytes
            );
            return corrupts(path, text, findings);
        }
        match (old.encoding.as_str(), &old.members, &new.members) {
            (_, Some(before), Some(after)) => {
                let prefix = format!("{path}.");
                let types = self.clone();
                Comparison { old: self.old, new: self.new, types, prefix: &prefix }.run(before, after, findings);
            }
            ("mapping", ..) => {
                self.inner(&format!("{path}[key]"), &old.key, &new.key, true, findings);
                self.inner(&format!("{path}[value]"), &old.value, &new.value, true, findings);
            }
            _ if old.base.is_some() && new.base.is_some() => {
                self.inner(&format!("{path}[]"), &old.base, &new.base, false, findings);
            }
            ("bytes", ..) => texts(path, old, new, findings),
            _ => scalars(path, old, new, findings),
        }
    }

    fn inner(
        &mut self,
        path: &str,
        old: &Option<String>,
        new: &Option<String>,
        may_grow: bool,
        findings: &mut Vec<Finding>,
    ) {
        match (old, new) {
            (Some(old), Some(new)) => self.compare(path, old, new, may_grow, findings),
            (None, None) => {}
            _ => corrupts(path, "changed its shape".to_owned(), findings),
        }
    }
}

/// Byte strings: `bytes` and `string` are stored alike, anything else is told apart by its label.
fn texts(path: &str, old: &TypeInfo, new: &TypeInfo, findings: &mut Vec<Finding>) {
    let plain = |ty: &TypeInfo| matches!(ty.label.as_str(), "bytes" | "string");
    if old.label == new.label {
        return;
    }
    if plain(old) && plain(new) {
        let text = format!(
            "changed from {} to {}: the bytes stay, and must be what the new type allows",
            old.label, new.label
        );
        return findings.push(Finding { severity: Severity::Warning, path: path.to_owned(), text });
    }
    corrupts(path, changed(&old.label, &new.label), findings);
}

/// Values that fit a slot.
fn scalars(path: &str, old: &TypeInfo, new: &TypeInfo, findings: &mut Vec<Finding>) {
    if old.number_of_bytes != new.number_of_bytes || kind(&old.label) != kind(&new.label) {
        return corrupts(path, changed(&old.label, &new.label), findings);
    }
    let (Some(before), Some(after)) = (&old.variants, &new.variants) else { return };
    let lost = before.iter().enumerate().find(|(number, name)| after.get(*number) != Some(*name));
    if let Some((number, name)) = lost {
        let now = match after.get(number) {
            Some(other) => format!("is `{other}` now"),
            None => "is no variant any more".to_owned(),
        };
        return corrupts(
            path,
            format!("changed its variants: `{name}` was {number}, which {now}\n  fix: add variants at the end"),
            findings,
        );
    }
    if after.len() > before.len() {
        let added = after.get(before.len()..).unwrap_or_default().join(", ");
        findings.push(Finding {
            severity: Severity::Note,
            path: path.to_owned(),
            text: format!("variants added: {added}"),
        });
    }
}

/// What tells values of the same width apart: an address of any kind is an address, and an enum is one wherever it is
/// declared, since solc names it with its contract.
fn kind(label: &str) -> (&str, &str) {
    match label.split_once(' ') {
        Some(("address" | "contract", _)) => ("address", ""),
        Some(("enum", name)) => ("enum", name.rsplit('.').next().unwrap_or(name)),
        None if label == "address" => ("address", ""),
        _ => ("", label),
    }
}

fn changed(old: &str, new: &str) -> String {
    format!(
        "changed from {old} to {new}: what is stored would be read as that\n  fix: keep the field, and add one of the new type at the end"
    )
}

fn corrupts(path: &str, text: String, findings: &mut Vec<Finding>) {
    findings.push(Finding { severity: Severity::Corrupts, path: path.to_owned(), text });
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn a_value_is_what_it_is_wherever_it_is_declared() {
        for (one, other) in [
            ("enum Level", "enum Market.Level"),
            ("enum V1.Level", "enum V2.Level"),
            ("address", "address payable"),
            ("contract IERC20", "address"),
        ] {
            assert_eq!(kind(one), kind(other));
        }
        for (one, other) in
            [("enum Level", "enum Kind"), ("enum Level", "Level"), ("uint8", "bool"), ("enum L", "uint8")]
        {
            assert_ne!(kind(one), kind(other));
        }
    }
}
