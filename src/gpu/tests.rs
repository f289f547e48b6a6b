//! Every primitive on a device against the definition in `order`, whatever the length, the monoid and the tuning.

mod faults;
mod injected;
mod map;
mod oracle;
mod reduce;
mod resident;
mod scan;
mod support;
mod timeline;
mod versus;
