//! Checked runs of a launch.

use pollster::block_on;

use super::launch::Launch;
use crate::context::Context;
use crate::error::Result;
use crate::findings::CheckReport;

impl Launch<'_> {
    /// Runs the kernel on the CPU under a checker, which reports where the shader relies on what WGSL does not promise.
    ///
    /// ```
    /// use tilewright::{Context, FindingKind, Kernel};
    ///
    /// let kernel = Kernel::with_label("reverse.wgsl", "
    ///     @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    ///     var<workgroup> tile: array<u32, 64>;
    ///     @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
    ///         tile[i] = x[i];
    ///         x[i] = tile[63u - i];
    ///     }
    /// ")?;
    /// let mut x: Vec<u32> = (0..64).collect();
    /// let report = kernel.launch().bind("x", &mut x).workgroups([1]).check(&Context::new())?;
    /// assert_eq!(report.findings()[0].kind(), FindingKind::Race);
    /// assert_eq!(report.findings()[0].accesses()[0].line(), 6);
    /// println!("{report}");
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    ///
    /// # What is found
    ///
    /// - **Data races**: two invocations access the same location of workgroup memory or of a storage buffer, at least one by
    ///   a plain write, and nothing orders the two. Within a workgroup `workgroupBarrier` orders accesses of workgroup memory
    ///   and `storageBarrier` those of storage, each only its own, as WGSL has it; `workgroupUniformLoad` orders workgroup
    ///   memory, `subgroupBarrier` both within a subgroup. Between workgroups nothing does: WGSL's atomics are relaxed, so
    ///   that a plain value handed from one workgroup to another behind an atomic flag is a race, also in a look-back that
    ///   works on the devices at hand. Writing the same value twice is a race, and reported as such.
    /// - **Indices out of bounds** of arrays, vectors and matrices, in every kind of memory and in values, where an element
    ///   is accessed; of a runtime-sized array against the buffer bound.
    /// - **Uninitialised memory**: reads of workgroup memory that no invocation of the workgroup wrote, and of function and
    ///   private variables declared without a value before anything was assigned. WGSL makes such memory zero, so these are
    ///   portable, but rarely meant; atomic operations on such memory count as meant. Function memory is told apart word by word; a structure or an array that is copied as a
    ///   whole is reported only if nothing of it was written, and a variable that is such a copy is as much written as it.
    /// - **Non-uniform barriers**: some invocations of a workgroup do not come to a barrier where others are, or have
    ///   returned. Where some would be waited for the run ends.
    ///
    /// What no invocation of this launch does is not found: this is a run, with this memory and this grid. Of races, each
    /// location that has one is found; of several pairs of accesses that race there, perhaps not all. Subgroup operations
    /// and textures are not checked: neither races on texels nor coordinates out of range are found. Numbers of 64 bits are
    /// looked at by halves, each of which counts.
    ///
    /// # Results and cost
    ///
    /// Memory is left as by a run, whatever was found. Workgroups run one after the other on this thread, interpreted, in the
    /// order of their index, so that findings are the same each time; placement and threads of the context do not
    /// matter, its step budget does. This takes ten to a hundred times as long as a run on one thread, and 48 bytes for each
    /// word of memory that invocations write, of those that they touch. Nothing is kept compiled.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run) on the CPU, but for non-uniform barriers.
    pub fn check(self, cx: &Context) -> Result<CheckReport> {
        block_on(self.check_async(cx))
    }

    /// The async twin of [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// As `check`.
    pub async fn check_async(self, cx: &Context) -> Result<CheckReport> {
        self.dispatched(async |dispatch| cx.check(dispatch).await).await
    }
}
