//! Arrays: owned data with residency.

use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock};

use crate::element::ElementType;

/// What an `Array` shares with views of it: the data on the host, on the device, or both. Never changed once made.
#[derive(Debug)]
pub(crate) struct ArrayData {
    /// Type of the elements.
    pub(crate) ty: ElementType,
    /// Number of elements.
    pub(crate) len: usize,
    /// The words on the host, filled at construction or by the first download.
    pub(crate) host: OnceLock<Vec<u32>>,
    /// The data on a device, opaque here: the GPU executor that made it knows its own type.
    pub(crate) device: Mutex<Option<Arc<dyn Any + Send + Sync>>>,
}
