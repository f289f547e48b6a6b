//! Arrays: owned data with residency.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, OnceLock};

use bytemuck::Zeroable;

use crate::element::{Element, ElementType};
use crate::error::{Error, Result};

/// Zeros, untouched by anyone: the system gives the pages when they are first written. An error where it has none left.
pub(crate) fn zeroed<T: Zeroable>(what: &str, elements: usize) -> Result<Vec<T>> {
    bytemuck::allocation::try_zeroed_vec(elements).map_err(|()| no_memory::<T>(what, elements, 1))
}

/// As [`zeroed`], for `elements` of `words` words each.
pub(crate) fn zeroed_words(what: &str, elements: usize, words: usize) -> Result<Vec<u32>> {
    let no_memory = || no_memory::<u32>(what, elements, words);
    let len = elements.checked_mul(words).ok_or_else(no_memory)?;
    bytemuck::allocation::try_zeroed_vec(len).map_err(|()| no_memory())
}

fn no_memory<T>(what: &str, elements: usize, words: usize) -> Error {
    Error::Memory { what: what.to_owned(), elements, bytes: words * size_of::<T>() }
}

/// Data on a device, opaque here: the GPU executor that made it knows its own type.
pub(crate) type DeviceData = Arc<dyn Any + Send + Sync>;

/// What an `Array` shares with views of it: the data on the host, on the device, or both. Never changed once made.
pub(crate) struct ArrayData {
    /// Type of the elements.
    pub(crate) ty: ElementType,
    /// Number of elements.
    pub(crate) len: usize,
    /// The words on the host, filled at construction or by the first download.
    pub(crate) host: OnceLock<Vec<u32>>,
    /// The data on a device.
    pub(crate) device: Mutex<Option<DeviceData>>,
}

impl ArrayData {
    /// Data on the host.
    pub(crate) fn on_host(ty: ElementType, words: Vec<u32>) -> Self {
        let len = words.len() / ty.words();
        Self { ty, len, host: OnceLock::from(words), device: Mutex::new(None) }
    }

    /// The data on the device, if any is there.
    pub(crate) fn device_data(&self) -> Option<DeviceData> {
        self.device.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }
}

impl fmt::Debug for ArrayData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = self.device_data().is_some();
        let host = self.host.get().is_some();
        write!(f, "{} x {}, host: {host}, device: {device}", self.len, self.ty)
    }
}

/// Owned elements that stay where they were computed: on the host, on a device, or on both. Cheap to clone; never
/// changed once made.
///
/// Made by [`View::to_array`](crate::View::to_array) and [`Context::array`](crate::Context::array). A view of an array
/// that is on the device costs no upload there.
pub struct Array<T> {
    data: Arc<ArrayData>,
    element: PhantomData<T>,
}

impl<T: Element> Array<T> {
    pub(crate) fn new(data: Arc<ArrayData>) -> Self {
        debug_assert_eq!(data.ty, T::TYPE, "the element type is fixed where the array is made");
        Self { data, element: PhantomData }
    }

    pub(crate) fn data(&self) -> &Arc<ArrayData> {
        &self.data
    }

    /// To be replaced by data of the same element type and length.
    pub(crate) fn data_mut(&mut self) -> &mut Arc<ArrayData> {
        &mut self.data
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.data.len
    }

    /// True when there is no element.
    pub fn is_empty(&self) -> bool {
        self.data.len == 0
    }

    /// True when the elements can be read on the host without a download.
    pub fn is_on_host(&self) -> bool {
        self.data.host.get().is_some()
    }

    /// True when the elements are on a device.
    pub fn is_on_device(&self) -> bool {
        self.data.device_data().is_some()
    }
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Self {
        Self { data: Arc::clone(&self.data), element: PhantomData }
    }
}

impl<T> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({:?})", self.data)
    }
}
