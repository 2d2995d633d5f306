//! What the methods of a saved contract use, and what they used before: measured by the author's own tests.

use super::{
    build::PackageArgs,
    gas_report::{self, Method},
    testbed::{Bed, Output, TestArgs, measure},
};
use crate::{
    failure::Failure,
    ui::{Ui, grouped},
};
use serde_json::json;

/// Runs the tests in the sandbox, and shows what changed since `last`; the first time there is nothing to compare with.
///
/// # Errors
/// The tests do not compile, or fail.
pub(super) fn tell(ui: &Ui, package: &PackageArgs, last: Option<&[Method]>) -> Result<Vec<Method>, Failure> {
    let args = TestArgs::all(package);
    let methods = {
        let _progress = ui.progress("running the tests");
        let bed = Bed::build(ui, &args)?;
        gas_report::methods(&measure(&args, &bed, Output::OnFailure)?)
    };
    match last {
        None => ui.row("gas", format!("measured by the tests: {} methods", own(&methods).count())),
        Some(last) => {
            for line in lines(last, &methods) {
                ui.row("gas", line);
            }
        }
    }
    ui.object(json!({ "methods": methods }));
    Ok(methods)
}

/// Those of packages, without stand-ins.
fn own(methods: &[Method]) -> impl Iterator<Item = &Method> {
    methods.iter().filter(|method| method.contract != "-")
}

/// A line for each method whose mean is another, and one if none is.
fn lines(last: &[Method], now: &[Method]) -> Vec<String> {
    let line = |method: &Method| {
        let same = |old: &&Method| old.is_as(method);
        let change = match own(last).find(same) {
            Some(old) if old.average == method.average => return None,
            Some(old) => signed(old.average, method.average),
            None => "new".to_owned(),
        };
        Some(format!("{}  {} ({change})", method.label(), grouped(method.average)))
    };
    let changed: Vec<_> = own(now).filter_map(line).collect();
    if changed.is_empty() { vec!["as before in all methods".to_owned()] } else { changed }
}

/// `+200` or `-200`.
pub(super) fn signed(before: u64, now: u64) -> String {
    match now.checked_sub(before) {
        Some(more) => format!("+{}", grouped(more)),
        None => format!("-{}", grouped(before.saturating_sub(now))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx_testbed::gas::{Outcome, Record};

    fn methods(gas: &[(&str, u64)]) -> Vec<Method> {
        let record = |(method, gas): &(&str, u64)| Record {
            suite: "token".to_owned(),
            test: "t".to_owned(),
            package: Some("token".to_owned()),
            method: (*method).to_owned(),
            view: false,
            outcome: Outcome::Ok,
            gas: *gas,
        };
        gas_report::methods(&gas.iter().map(record).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_dearer_cheaper_or_new_has_a_line() {
        let before = methods(&[("a()", 30_000), ("b()", 25_000), ("c()", 21_000)]);
        let now = methods(&[("a()", 31_500), ("b()", 24_000), ("c()", 21_000), ("d()", 22_000)]);
        assert_eq!(lines(&before, &now), ["a()  31,500 (+1,500)", "b()  24,000 (-1,000)", "d()  22,000 (new)"]);
        assert_eq!(lines(&now, &now), ["as before in all methods"]);
    }
}
