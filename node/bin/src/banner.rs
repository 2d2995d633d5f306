//! What a development node says when it is ready.

use crate::{
    keys::{DevKey, MNEMONIC},
    text::grouped,
};
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
    /// Coins of each account at the start.
    pub(crate) coins: u64,
    /// Whether everybody knows the accounts' keys anyhow.
    pub(crate) public: bool,
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
        Pace::OnDemand => "only when asked for".to_owned(),
    };
    let kept = if facts.temporary { "temporary: gone when the node stops" } else { "kept" };
    let mut text = format!("\n{bold}Zexus development node{plain} {}\n\n", env!("CARGO_PKG_VERSION"));
    let coins = grouped(facts.coins);
    let warning = match facts.public {
        true => "the keys are public, never use them elsewhere",
        false => "whoever reaches this node signs with their keys: never use any that hold something of worth",
    };
    let _ = writeln!(text, "Accounts {dim}({coins} coins each at the start; {warning}){plain}");
    for (index, key) in keys.iter().enumerate() {
        let secret = if facts.public { key.secret.to_string() } else { String::new() };
        let _ = writeln!(text, "  ({index}) {}  {dim}{secret}{plain}", key.address);
    }
    let rows = [
        ("Mnemonic", if facts.public { MNEMONIC.to_owned() } else { "as given".to_owned() }),
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
