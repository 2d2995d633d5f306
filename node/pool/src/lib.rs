//! Transaction admission, ordering and replacement.
