//! `Kernel`: a whole WGSL compute shader, reflected, checked, and launched by name.
//!
//! The shader is parsed and validated once. A launch names entry point, memory, overrides and grid; everything is held
//! against what the shader declares before anything runs, and mistakes are reported by the call that runs it, so that
//! calls can be chained.

mod bind;
mod check;
mod fit;
mod launch;
mod overrides;
mod shape;
mod texture;

use std::fmt;
use std::sync::Arc;

pub use self::bind::{Bind, Raw};
pub use self::launch::Launch;
pub use self::overrides::OverrideValue;
pub use self::shape::{KernelType, Shape};

use crate::error::Result;
use crate::wgsl::{EntryPoint, Override, Shader};

/// A whole WGSL compute shader: any number of entry points with their bindings, workgroup memory, barriers and atomics.
///
/// ```
/// use tilewright::{Context, Kernel};
///
/// let kernel = Kernel::new("
///     @group(0) @binding(0) var<uniform> a: f32;
///     @group(0) @binding(1) var<storage, read> x: array<f32>;
///     @group(0) @binding(2) var<storage, read_write> y: array<f32>;
///
///     @compute @workgroup_size(64)
///     fn saxpy(@builtin(global_invocation_id) id: vec3<u32>) {
///         if id.x < arrayLength(&y) { y[id.x] += a * x[id.x]; }
///     }
/// ")?;
/// let cx = Context::new();
/// let x = vec![1.0_f32; 1000];
/// let mut y = vec![2.0_f32; 1000];
/// kernel.launch().set("a", 3.0_f32).bind("x", &x).bind("y", &mut y).invocations([x.len()]).run(&cx)?;
/// assert_eq!(y[999], 5.0);
/// # Ok::<(), tilewright::Error>(())
/// ```
///
/// # Where it runs
///
/// [`Placement::Cpu`](crate::Placement::Cpu) and `Gpu` run all of a launch there, `Auto` on a GPU that is no software adapter
/// if there is one. `Split` has a device run the first workgroups along the slowest axis of the grid and the CPU the others,
/// at once, if it is safe: an analysis by intervals (abstract interpretation, P. and R. Cousot, 1977) finds which bytes
/// of each binding the parts touch, from the grid, the sizes of buffers and what uniforms hold, and no part may write what
/// the other touches. A binding that only sees atomic operations of one sort whose results are unused gets a copy for the
/// device, merged afterwards. The same lets a device run, in parts, what its limits or its memory do not take at once. A
/// launch that is not safe to cut runs whole on one executor; [`Launch::explain`] names the line that prevents it; a
/// texture that is written prevents it, too. The analysis takes microseconds to milliseconds, and no more than tens of them: what is larger is not cut.
///
/// A grid with more workgroups in a dimension than a device dispatches at once is run in several dispatches.
///
/// # What the CPU does where WGSL leaves it open
///
/// - A subgroup is 32 invocations with neighbouring `local_invocation_index`; the last one of a workgroup may have fewer.
/// - Workgroups start in the order of their index, x fastest, and one that has started runs to its end. So a workgroup may
///   wait for what one with a lower index publishes by atomic operations, as scans with look-back do: it will come. Waiting
///   for a higher index may never end. A loop that does not end is stopped by the step budget of the context, as
///   [`Error::StepBudget`](crate::Error::StepBudget).
/// - A barrier that some invocations of a workgroup never reach, though they have not returned, is
///   [`Error::NonUniformBarrier`](crate::Error::NonUniformBarrier) with its line.
/// - An index out of range means the last element of what has a fixed size. Beyond the end of a buffer, zero is read and
///   nothing is written. No access leaves the memory that was bound.
/// - Subnormal numbers, infinities and NaN are kept; [`builtin_accuracy`](crate::builtin_accuracy) has the measured error of
///   every built-in function.
///
/// What the CPU does not run is [`Error::Unsupported`](crate::Error::Unsupported) with its line: ray queries, cooperative
/// matrices, arrays of bindings, integers of 16 bits, and what the table below says of textures. What a device lacks
/// (`f16`, `f64`, integers of 64 bits, their atomics, subgroups, immediates), the CPU takes where the context allows it.
///
/// What a shader does wrong is found by a checked run, see [`Launch::check`].
///
/// Cheap to clone; clones share what was compiled.
///
/// # Textures
///
/// Textures and samplers are bound like memory, as [`Texture`](crate::Texture) and [`Sampler`](crate::Sampler).
///
/// | | CPU | GPU |
/// |---|---|---|
/// | `texture_1d`, `_2d`, `_2d_array`, `_3d` of `f32`, `i32`, `u32` | yes, of any format | yes |
/// | `texture_depth_2d`, `_2d_array` | yes | of `depth16unorm` |
/// | `texture_storage_*` of every format of naga but `r64uint`, `read`, `write` and `read_write` | yes | where the device has the format and access |
/// | `textureLoad`, `textureStore`, `textureDimensions`, `textureNumLayers`, `textureNumLevels`, `textureBarrier` | yes | yes |
/// | `textureSampleLevel`, `textureSampleBaseClampToEdge`, `textureGather` | in floats of 32 bits | yes; formats of 32 bits where the device filters them |
/// | `textureAtomicAdd` and its like | yes | where the device has them |
/// | `texture_multisampled_2d`, with one sample | yes | no |
/// | `texture_cube`, `texture_external`, `sampler_comparison`, `textureSampleGrad`, `binding_array` | no | no |
///
/// There is one mip level. Where WGSL leaves it open, the CPU reads zeros out of range and stores nothing there. What is
/// left out is [`Error::Unsupported`](crate::Error::Unsupported) with its line; what a device alone lacks, the CPU takes.
#[derive(Clone)]
pub struct Kernel {
    shader: Arc<Shader>,
}

impl Kernel {
    /// Parses, validates and reflects a shader.
    ///
    /// # Errors
    ///
    /// [`Error::Wgsl`](crate::Error::Wgsl) with line and column if the text is not valid WGSL,
    /// [`Error::Value`](crate::Error::Value) if it has no compute entry point.
    pub fn new(source: impl AsRef<str>) -> Result<Self> {
        Self::with_label("kernel", source)
    }

    /// Like [`new`](Self::new); `label` is what diagnostics call the text: the name of its file.
    ///
    /// # Errors
    ///
    /// As `new`.
    pub fn with_label(label: &str, source: impl AsRef<str>) -> Result<Self> {
        Ok(Self { shader: Arc::new(Shader::parse(label, source.as_ref())?) })
    }

    /// The compute entry points, in the order of the text, each with its workgroup size and its bindings.
    pub fn entry_points(&self) -> &[EntryPoint] {
        &self.shader.entries
    }

    /// The override constants, in the order of the text.
    pub fn overrides(&self) -> &[Override] {
        &self.shader.overrides
    }

    /// A launch of the only entry point.
    ///
    /// The launch reports [`Error::Value`](crate::Error::Value) if there are several.
    pub fn launch(&self) -> Launch<'_> {
        Launch::new(&self.shader, None)
    }

    /// A launch of the entry point called `name`.
    ///
    /// The launch reports [`Error::Value`](crate::Error::Value) if there is none of that name.
    pub fn entry(&self, name: &str) -> Launch<'_> {
        Launch::new(&self.shader, Some(name))
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.shader.entries.iter().map(|entry| entry.name.as_str()).collect();
        f.debug_struct("Kernel").field("label", &self.shader.label).field("entry_points", &names).finish()
    }
}
