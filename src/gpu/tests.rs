//! Every primitive on a device against the definition in `order`, whatever the length, the monoid and the tuning.

mod map;
mod oracle;
mod reduce;
mod scan;
mod support;
