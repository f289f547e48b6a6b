//! Memory that holds machine code: written first, then made executable and never written again.

use std::io;

use memmap2::{Mmap, MmapMut};

/// Machine code that can be run.
#[derive(Debug)]
pub(super) struct CodeMemory(Mmap);

impl CodeMemory {
    /// Memory with a copy of the code; fails where the system forbids code that is made at run time.
    pub(super) fn new(code: &[u8]) -> io::Result<Self> {
        let mut memory = MmapMut::map_anon(code.len())?;
        memory.copy_from_slice(code);
        memory.make_exec().map(Self)
    }

    /// Bytes of the code, in whole pages.
    pub(super) fn len(&self) -> usize {
        self.0.len().next_multiple_of(4096)
    }

    /// The address of a place in the code.
    pub(super) fn at(&self, offset: u32) -> *const u8 {
        self.0[offset as usize..].as_ptr()
    }
}
