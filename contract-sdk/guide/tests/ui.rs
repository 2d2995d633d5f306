//! What the compiler says to an author: each file of `ui` is a mistake, and what is said of it stands beside it. After a
//! change of wording, `TRYBUILD=overwrite cargo test --release -p zx-guide --test ui` writes it anew: read it.

#[test]
fn mistakes_are_pointed_at_with_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
