//! Numbers and tables for people.

use std::fmt::Write;

/// With a comma every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes, in the unit that fits.
pub(crate) fn bytes(count: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut size = (count as f64, "B");
    for unit in units {
        if size.0 < 1024.0 {
            break;
        }
        size = (size.0 / 1024.0, unit);
    }
    if size.1 == "B" { format!("{count} B") } else { format!("{:.1} {}", size.0, size.1) }
}

/// `number` things.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Rows of a name and what it is, in two columns.
pub(crate) fn facts(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<width$}  {value}");
    }
    text
}

/// A table with a header; of the columns those named are set to the right.
pub(crate) fn table<const N: usize>(header: [&str; N], right: [bool; N], rows: &[[String; N]]) -> String {
    let mut widths = header.map(|cell| cell.chars().count());
    for row in rows {
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = (*width).max(cell.chars().count()));
    }
    let mut text = String::new();
    let rule = widths.map(|width| "─".repeat(width));
    for row in [&header.map(str::to_owned), &rule].into_iter().chain(rows) {
        let cells = row.iter().zip(widths).zip(right);
        let cells = cells.map(|((cell, width), right)| match right {
            true => format!("{cell:>width$}"),
            false => format!("{cell:<width$}"),
        });
        let line: Vec<String> = cells.collect();
        let _ = writeln!(text, "{}", line.join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_bytes_have_a_unit() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 1_023, 1_024, 1_536 << 20].map(bytes), ["0 B", "1023 B", "1.0 KiB", "1.5 GiB"]);
        assert_eq!([count(1, "block"), count(2, "block")], ["1 block", "2 blocks"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["blocks".to_owned(), "7".to_owned()], ["a".to_owned(), "1,234".to_owned()]];
        let text = table(["table", "rows"], [false, true], &rows);
        assert_eq!(text, "table    rows\n──────  ─────\nblocks      7\na       1,234\n");
    }
}
