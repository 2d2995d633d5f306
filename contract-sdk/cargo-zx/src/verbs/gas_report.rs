//! What methods use: a line for each.

use crate::ui::{grouped, table};
use serde::Serialize;
use std::collections::BTreeMap;
use zx_testbed::gas::{Outcome, Record};

/// What the calls of one method used that ended alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Method {
    pub(super) contract: String,
    pub(super) method: String,
    pub(super) view: bool,
    pub(super) outcome: Outcome,
    pub(super) calls: usize,
    pub(super) min: u64,
    pub(super) average: u64,
    pub(super) median: u64,
    pub(super) max: u64,
}

impl Method {
    /// The method, and how its calls ended if that is not as a transaction that succeeded.
    pub(super) fn label(&self) -> String {
        let outcome = match self.outcome {
            Outcome::Ok => "",
            Outcome::Reverted => " (reverted)",
            Outcome::Halted => " (halted)",
        };
        let view = if self.view { " (view)" } else { "" };
        format!("{}{view}{outcome}", self.method)
    }

    /// Whether the other one has the same name and end.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        (&self.contract, &self.method, self.view, self.outcome)
            == (&other.contract, &other.method, other.view, other.outcome)
    }
}

/// Contract of a record; what has no package's code goes by a dash.
pub(super) fn contract(record: &Record) -> &str {
    record.package.as_deref().unwrap_or("-")
}

/// The methods that were called, transactions before views.
pub(super) fn methods(records: &[Record]) -> Vec<Method> {
    let mut by_method = BTreeMap::<_, Vec<u64>>::new();
    for record in records {
        let method = (contract(record), record.view, record.method.as_str(), record.outcome);
        by_method.entry(method).or_default().push(record.gas);
    }
    let method = |((contract, view, method, outcome), mut gas): ((&str, bool, &str, Outcome), Vec<u64>)| {
        gas.sort_unstable();
        let (calls, sum) = (gas.len(), gas.iter().map(|gas| u128::from(*gas)).sum::<u128>());
        let at = |i: usize| gas.get(i).copied().unwrap_or_default();
        let middle = u128::from(at((calls.max(1) - 1) / 2)) + u128::from(at(calls / 2));
        let whole = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        Method {
            contract: contract.to_owned(),
            method: method.to_owned(),
            view,
            outcome,
            calls,
            min: at(0),
            average: whole(sum / calls.max(1) as u128),
            median: whole(middle / 2),
            max: at(calls.max(1) - 1),
        }
    };
    by_method.into_iter().map(method).collect()
}

/// The methods as a table, with a headline for each contract.
pub(super) fn text(methods: &[Method]) -> String {
    let head = ["method", "calls", "min", "avg", "median", "max"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    let mut contract = None;
    for method in methods {
        if contract.replace(&method.contract) != Some(&method.contract) {
            rows.push(vec![method.contract.clone()]);
        }
        let mut row = vec![format!("  {}", method.label()), grouped(method.calls as u64)];
        row.extend([method.min, method.average, method.median, method.max].map(grouped));
        rows.push(row);
    }
    table(&rows, &[1, 2, 3, 4, 5]).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(method: &str, view: bool, outcome: Outcome, gas: u64) -> Record {
        let (suite, test) = ("token".to_owned(), "tests::t".to_owned());
        Record { suite, test, package: Some("token".to_owned()), method: method.to_owned(), view, outcome, gas }
    }

    #[test]
    fn a_line_has_the_extremes_the_average_and_the_median() {
        let records = [
            record("transfer(address,uint256)", false, Outcome::Ok, 30_001),
            record("transfer(address,uint256)", false, Outcome::Ok, 51_000),
            record("transfer(address,uint256)", false, Outcome::Ok, 30_000),
            record("transfer(address,uint256)", false, Outcome::Ok, 40_000),
            record("transfer(address,uint256)", false, Outcome::Reverted, 25_000),
            record("name()", true, Outcome::Ok, 24_000),
        ];
        assert_eq!(
            text(&methods(&records)),
            "method                                  calls     min     avg  median     max\n\
             token\n\
             \x20 transfer(address,uint256)                 4  30,000  37,750  35,000  51,000\n\
             \x20 transfer(address,uint256) (reverted)      1  25,000  25,000  25,000  25,000\n\
             \x20 name() (view)                             1  24,000  24,000  24,000  24,000"
        );
        assert_eq!(methods(&records)[0].median, 35_000, "(30,001 + 40,000) / 2, rounded down");
    }
}
