#[zx::test]
fn no_host() {}

fn main() {}
