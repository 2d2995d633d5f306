//! What a development node says when it is ready.

use crate::keys::{DevKey, MNEMONIC};
use std::{
    fmt::Write as _,
    io::{IsTerminal, Write as _},
    path::Path,
};
use zx_chain::{Chain, Pace};

/// What is shown besides the accounts.
pub(crate) struct Facts<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) pace: Pace,
    pub(crate) datadir: &'a Path,
    pub(crate) temporary: bool,
    pub(crate) http: String,
    /// Other ports, with what they are.
    pub(crate) others: Vec<(&'static str, String)>,
}

/// Prints the banner. Its last line says where the node listens: whoever started it may wait for that.
pub(crate) fn print(keys: &[DevKey], facts: &Facts<'_>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text(keys, facts, out.is_terminal()).as_bytes())?;
    out.flush()
}

fn text(keys: &[DevKey], facts: &Facts<'_>, colour: bool) -> String {
    let (bold, dim, plain) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let head = facts.chain.head();
    let blocks = match facts.pace {
        Pace::AtOnce => "one as soon as a transaction comes".to_owned(),
        Pace::Every(period) => format!("one every {} s", period.as_secs_f64()),
    };
    let kept = if facts.temporary { "temporary: gone when the node stops" } else { "kept" };
    let mut text = format!("\n{bold}Zexus development node{plain} {}\n\n", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(
        text,
        "Accounts {dim}(10,000 coins each at the start; the keys are public, never use them elsewhere){plain}"
    );
    for (index, key) in keys.iter().enumerate() {
        let _ = writeln!(text, "  ({index}) {}  {dim}{}{plain}", key.address, key.secret);
    }
    let rows = [
        ("Mnemonic", MNEMONIC.to_owned()),
        ("Path", "m/44'/60'/0'/0/i".to_owned()),
        ("Chain id", facts.chain.spec().chain_id.to_string()),
        ("Blocks", blocks),
        ("Head", format!("{} {dim}{}{plain}", head.number(), head.hash)),
        ("Data", format!("{} {dim}({kept}){plain}", facts.datadir.display())),
    ];
    text.push('\n');
    for (name, value) in rows.into_iter().chain(facts.others.iter().cloned()) {
        let _ = writeln!(text, "{name:<9} {value}");
    }
    let _ = writeln!(text, "\nListening on {}", facts.http);
    text
}
