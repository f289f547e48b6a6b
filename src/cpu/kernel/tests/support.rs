//! One runner for shaders: every instruction set, every engine, one thread and several.

use super::super::{KernelBuffer, KernelProgram, KernelWords};
use crate::cpu::lane::levels;
use crate::cpu::{Cpu, Engine, Settings};
use crate::error::Result;
use crate::wgsl::Text;

/// Loop iterations allowed.
const BUDGET: u64 = 1 << 16;

/// Of shaders that end: a workgroup may wait for one whose thread waits for a processor.
const PATIENT: u64 = 1 << 28;

/// A module that is valid, overrides resolved for its first entry point.
pub(super) fn parse(source: &str) -> (naga::Module, naga::valid::ModuleInfo) {
    let module = naga::front::wgsl::parse_str(source);
    let module = module.unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    let capabilities = naga::valid::Capabilities::all();
    let info = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities)
        .subgroup_stages(naga::valid::ShaderStages::all())
        .subgroup_operations(naga::valid::SubgroupOperationSet::all())
        .validate(&module)
        .unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    let entry = &module.entry_points[0];
    let (module, info) = naga::back::pipeline_constants::process_overrides(
        &module,
        &info,
        Some((entry.stage, &entry.name)),
        &naga::back::PipelineConstants::default(),
    )
    .unwrap_or_else(|e| panic!("{e}"));
    (module.into_owned(), info.into_owned())
}

/// A buffer of a test: its place, whether it is written, and its words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Buffer {
    pub(super) group: u32,
    pub(super) binding: u32,
    pub(super) is_written: bool,
    pub(super) words: Vec<u32>,
}

/// A buffer of group 0 that is read.
pub(super) fn read(binding: u32, words: Vec<u32>) -> Buffer {
    Buffer { group: 0, binding, is_written: false, words }
}

/// A buffer of group 0 that is written.
pub(super) fn write(binding: u32, words: Vec<u32>) -> Buffer {
    Buffer { group: 0, binding, is_written: true, words }
}

/// Runs a program once.
fn once(program: &KernelProgram, cpu: &Cpu, grid: [u32; 3], buffers: &mut [Buffer]) -> Result<()> {
    program.run(cpu, grid, &mut bind(buffers))
}

/// Buffers as a program takes them.
fn bind(buffers: &mut [Buffer]) -> Vec<KernelBuffer<'_>> {
    buffers
        .iter_mut()
        .map(|buffer| KernelBuffer {
            group: buffer.group,
            binding: buffer.binding,
            words: if buffer.is_written {
                KernelWords::Write(&mut buffer.words)
            } else {
                KernelWords::Read(&buffer.words)
            },
        })
        .collect()
}

/// The buffers behind a checked run.
fn checked(source: &str, grid: [u32; 3], buffers: &[Buffer]) -> Result<Vec<Buffer>> {
    let (module, info) = parse(source);
    let program = KernelProgram::compile_checked(&module, &info, 0, source)?;
    let cpu = Cpu::shared(Settings { budget: BUDGET, engine: Engine::Compiler });
    let mut buffers = buffers.to_vec();
    let text = Text { label: "test", source };
    program.check(&cpu, grid, &mut bind(&mut buffers), &text)?;
    Ok(buffers)
}

/// The outcomes of a shader in every way of running it: the buffers behind it, or the error.
pub(super) fn outcomes(
    source: &str,
    grid: [u32; 3],
    buffers: &[Buffer],
) -> Vec<(String, Result<Vec<Buffer>>)> {
    outcomes_within(BUDGET, source, grid, buffers)
}

fn outcomes_within(
    budget: u64,
    source: &str,
    grid: [u32; 3],
    buffers: &[Buffer],
) -> Vec<(String, Result<Vec<Buffer>>)> {
    let (module, info) = parse(source);
    let mut outcomes = vec![];
    for level in levels() {
        for engine in [Engine::Interpreter, Engine::Compiler] {
            let program = KernelProgram::compile_for(&module, &info, 0, source, level, engine);
            if let Ok(program) = &program {
                let has_compiler = cfg!(target_arch = "x86_64") && level.as_avx2().is_some();
                assert_eq!(program.is_compiled(), has_compiler && engine == Engine::Compiler, "{source}");
            }
            for threads in [1, 3] {
                let cpu = Cpu::with_threads(threads, Settings { budget, engine }).unwrap();
                let mut buffers = buffers.to_vec();
                let outcome = program.as_ref().map_err(Clone::clone);
                let outcome =
                    outcome.and_then(|program| once(program, &cpu, grid, &mut buffers)).map(|()| buffers);
                outcomes.push((format!("{level:?}, {engine:?}, {threads} threads"), outcome));
            }
        }
    }
    outcomes
}

/// Checks that a shader leaves buffers as expected.
pub(super) fn check(source: &str, grid: [u32; 3], buffers: &[Buffer], expected: &[(u32, Vec<u32>)]) {
    let checked = ("checked".to_owned(), checked(source, grid, buffers));
    for (way, outcome) in outcomes_within(PATIENT, source, grid, buffers).into_iter().chain([checked]) {
        let after = outcome.unwrap_or_else(|error| panic!("{way}: {error}\n{source}"));
        for (binding, expected) in expected {
            let given = &after.iter().find(|buffer| buffer.binding == *binding).unwrap().words;
            assert_eq!(given.len(), expected.len(), "{way}\n{source}");
            for (at, (&given, &expected)) in given.iter().zip(expected).enumerate() {
                let (x, y) = (f32::from_bits(given), f32::from_bits(expected));
                assert!(
                    given == expected || (x.is_nan() && y.is_nan()),
                    "{way}: word {at} of binding {binding} is {given:#x} ({x}), expected {expected:#x} ({y})\n{source}",
                );
            }
        }
    }
}

/// The error that a shader gives in every way of running it.
pub(super) fn error(source: &str, grid: [u32; 3], buffers: &[Buffer]) -> String {
    let mut errors: Vec<String> = outcomes(source, grid, buffers)
        .into_iter()
        .map(|(way, outcome)| match outcome {
            Ok(_) => panic!("{way}: runs\n{source}"),
            Err(error) => error.to_string(),
        })
        .collect();
    errors.dedup();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}
