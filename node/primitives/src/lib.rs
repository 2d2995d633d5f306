//! Chain spec, blocks, receipts and their codecs.
