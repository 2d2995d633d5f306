//! The only writer: produce, import, commit, publish.
