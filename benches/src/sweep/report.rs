//! The table, and the line that sums it up.

use crate::{BOUND, bench::Row, measure::duration, table};

/// Prints every row against plain arithmetic, the worst first.
pub(crate) fn print(rows: &[Row]) {
    let plain = rows.iter().find(|row| row.label.group == "baseline").map_or(f64::NAN, Row::nanoseconds_per_gas);
    let mut rows = slowest_variants(rows);
    rows.sort_by(|a, b| b.nanoseconds_per_gas().total_cmp(&a.nanoseconds_per_gas()));
    let mut table = vec![["", "", "", "a unit", "gas", "ns a gas", "ratio", ""].map(String::from).to_vec()];
    for row in &rows {
        let ratio = row.nanoseconds_per_gas() / plain;
        table.push(vec![
            row.label.name.clone(),
            row.label.group.to_owned(),
            row.label.variant.clone(),
            duration(row.nanoseconds),
            format!("{:.3}", row.gas),
            format!("{:.2}", row.nanoseconds_per_gas()),
            format!("{ratio:.2}"),
            if ratio > BOUND { "over".to_owned() } else { String::new() },
        ]);
    }
    table::print("A full block of each, against one of plain arithmetic (interleaved rounds, medians)", &table);
    let over = rows.iter().filter(|row| row.nanoseconds_per_gas() / plain > BOUND).count();
    if let Some(worst) = rows.first() {
        println!(
            "\nworst: {} {}, {:.2} times plain arithmetic ({plain:.2} ns a gas); {over} of {} rows above {BOUND:.1}",
            worst.label.group,
            worst.label.name,
            worst.nanoseconds_per_gas() / plain,
            rows.len()
        );
    }
}

/// Of the variants of a name, the one that takes longest for its gas.
fn slowest_variants(rows: &[Row]) -> Vec<Row> {
    let mut slowest: Vec<Row> = Vec::new();
    for row in rows {
        match slowest
            .iter_mut()
            .find(|other| other.label.group == row.label.group && other.label.name == row.label.name)
        {
            Some(other) if other.nanoseconds_per_gas() < row.nanoseconds_per_gas() => *other = row.clone(),
            Some(_) => {}
            None => slowest.push(row.clone()),
        }
    }
    slowest
}
