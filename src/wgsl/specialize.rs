//! A shader made specific: one entry point, overrides resolved to constants, and the device features that it needs.

use naga::back::pipeline_constants::{PipelineConstantError, process_overrides};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{Module, ShaderStage};

use super::diagnostic;
use super::shader::Shader;
use crate::error::{Error, Result};

/// An entry point with its overrides resolved: what executors compile.
#[derive(Debug)]
pub(crate) struct Specialized {
    /// The module, without overrides.
    pub(crate) module: Module,
    pub(crate) info: ModuleInfo,
    /// Index of the entry point in `module`.
    pub(crate) entry: usize,
    /// Invocations of a workgroup.
    pub(crate) workgroup_size: [u32; 3],
    /// The overrides that were set, as wgpu takes them.
    pub(crate) constants: Vec<(String, f64)>,
    /// Equal for specialisations of equal texts that compile to the same code.
    pub(crate) key: Vec<u64>,
}

impl Specialized {
    pub(super) fn new(shader: &Shader, entry: usize, overrides: &[(usize, f64)]) -> Result<Self> {
        let point = &shader.entries[entry];
        let mut constants: Vec<_> =
            overrides.iter().map(|&(index, value)| (shader.overrides[index].key(), value)).collect();
        constants.sort_by(|a, b| a.0.cmp(&b.0));
        let chosen = Some((ShaderStage::Compute, point.name.as_str()));
        let (module, info) =
            process_overrides(&shader.module, &shader.info, chosen, &constants.iter().cloned().collect())
                .map_err(|error| refused(shader, &point.name, error))?;
        let (module, info) = (module.into_owned(), info.into_owned());
        let found = module
            .entry_points
            .iter()
            .position(|entry| entry.stage == ShaderStage::Compute && entry.name == point.name);
        let Some(index) = found else {
            return Err(Error::System {
                what: format!("setting the overrides of `{}`", point.name),
                reason: "the entry point is gone".to_owned(),
            });
        };
        let mut key = vec![shader.id, entry as u64];
        for &(index, value) in overrides {
            key.extend([index as u64, value.to_bits()]);
        }
        let workgroup_size = module.entry_points[index].workgroup_size;
        Ok(Self { module, info, entry: index, workgroup_size, constants, key })
    }

    /// The features that a device must have, beyond those that all have.
    pub(crate) fn features(&self) -> Vec<Feature> {
        let lacks = |capabilities| {
            let without = Capabilities::all().difference(capabilities);
            Validator::new(ValidationFlags::all(), without).validate(&self.module).is_err()
        };
        Feature::ALL.into_iter().filter(|feature| lacks(feature.capabilities())).collect()
    }
}

/// What a device may lack of compute shaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    F16,
    F64,
    I16,
    I64,
    I64AtomicMinMax,
    I64Atomics,
    F32Atomics,
    Subgroups,
    SubgroupBarrier,
    Immediates,
    TextureAtomics,
    Norm16Storage,
    ExternalTextures,
}

impl Feature {
    const ALL: [Self; 13] = [
        Self::F16,
        Self::F64,
        Self::I16,
        Self::I64,
        Self::I64AtomicMinMax,
        Self::I64Atomics,
        Self::F32Atomics,
        Self::Subgroups,
        Self::SubgroupBarrier,
        Self::Immediates,
        Self::TextureAtomics,
        Self::Norm16Storage,
        Self::ExternalTextures,
    ];

    /// What it is called in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::F64 => "f64",
            Self::I16 => "16-bit integers",
            Self::I64 => "64-bit integers",
            Self::I64AtomicMinMax => "64-bit atomic minimum and maximum",
            Self::I64Atomics => "64-bit atomics",
            Self::F32Atomics => "f32 atomics",
            Self::Subgroups => "subgroup operations",
            Self::SubgroupBarrier => "subgroup barriers",
            Self::Immediates => "immediates",
            Self::TextureAtomics => "texture atomics",
            Self::Norm16Storage => "storage textures of normalised 16-bit integers",
            Self::ExternalTextures => "external textures",
        }
    }

    /// Without these naga refuses what needs the feature.
    fn capabilities(self) -> Capabilities {
        match self {
            Self::F16 => Capabilities::SHADER_FLOAT16,
            Self::F64 => Capabilities::FLOAT64,
            Self::I16 => Capabilities::SHADER_INT16,
            Self::I64 => Capabilities::SHADER_INT64,
            Self::I64AtomicMinMax => {
                Capabilities::SHADER_INT64_ATOMIC_MIN_MAX.union(Capabilities::SHADER_INT64_ATOMIC_ALL_OPS)
            }
            Self::I64Atomics => Capabilities::SHADER_INT64_ATOMIC_ALL_OPS,
            Self::F32Atomics => Capabilities::SHADER_FLOAT32_ATOMIC,
            Self::Subgroups => Capabilities::SUBGROUP,
            Self::SubgroupBarrier => Capabilities::SUBGROUP_BARRIER,
            Self::Immediates => Capabilities::IMMEDIATES,
            Self::TextureAtomics => Capabilities::TEXTURE_ATOMIC,
            Self::Norm16Storage => Capabilities::STORAGE_TEXTURE_16BIT_NORM_FORMATS,
            Self::ExternalTextures => Capabilities::TEXTURE_EXTERNAL,
        }
    }
}

/// Why overrides cannot be resolved.
fn refused(shader: &Shader, entry: &str, error: PipelineConstantError) -> Error {
    let value = |name: &str, expected: &str, given: &str| Error::Value {
        what: format!("override `{name}` of `{entry}`"),
        expected: expected.to_owned(),
        given: given.to_owned(),
    };
    match error {
        PipelineConstantError::MissingValue(key) => {
            let known = shader.overrides.iter().find(|known| known.key() == key);
            let name = known.map_or(key.as_str(), |known| known.name.as_str());
            value(name, "a value, it has no default", "none")
        }
        PipelineConstantError::ValidationError(error) => {
            diagnostic::from_validation(&shader.label, &shader.source, &error)
        }
        other => Error::Value {
            what: format!("overrides of `{entry}`"),
            expected: "values that the shader can be made with".to_owned(),
            given: other.to_string(),
        },
    }
}
