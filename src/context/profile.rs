//! What the planner is told: the shape of a work, and the profile of this machine.

use std::sync::OnceLock;
use std::time::Instant;

use super::Context;
use crate::element::{Element, ElementType};
use crate::error::Error;
use crate::monoid::{Describe, Sum};
use crate::order::TILE_LEN;
use crate::plan::{
    CpuProfile, Density, Estimate, Placement, Profile, Provenance, Request, Shape, ShapeKind,
    cpu_outruns_discovery,
};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// Bytes that the calibration of memory reads: larger than caches, a few milliseconds.
const CALIBRATION_BYTES: usize = 32 << 20;

/// Rates of the CPU, measured when a decision first depends on them.
static CPU_MEMORY_RATE: OnceLock<Option<f64>> = OnceLock::new();

impl Context {
    /// The work in plain numbers.
    pub(super) fn shape(&self, work: &Work<'_>) -> Shape {
        let (kind, monoid) = match &work.primitive {
            Primitive::Map => (ShapeKind::Map, None),
            Primitive::Reduce(monoid) => (ShapeKind::Reduce, Some(monoid)),
            Primitive::Scan { monoid, .. } => (ShapeKind::Scan, Some(monoid)),
        };
        let mut shape = Shape {
            kind,
            label: label(work),
            code: self.shared.memory.code(work),
            len: work.len,
            host_bytes: 0,
            device_bytes: 0,
            shared_bytes: 0,
            resident_on: None,
            widest_bytes: 0,
            output_bytes: 0,
            result_on_host: true,
            cost_ns: 1.0,
            reproducible: monoid.is_some_and(|monoid| !monoid.is_exact()),
            user_floats: monoid.is_some_and(|monoid| monoid.is_user_float()),
            pipeline_cached: self.shared.devices.has_run(work),
            compiling_for_s: self.shared.devices.compiling_for_s(work),
            cpu: Ok(()),
            gpu: Ok(()),
        };
        if kind != ShapeKind::Reduce {
            shape.output_bytes = work.output_type().bytes() as u32;
        }
        for (slot, source) in work.sources.iter().enumerate() {
            let bytes = slot_type(work, slot as u32).map_or(0, |ty| ty.bytes() as u32);
            match source {
                Source::Host(_) => shape.host_bytes += bytes,
                Source::Array(array) => {
                    let device = self.shared.devices.holds(array);
                    match (array.host.get().is_some(), device) {
                        (true, false) => shape.host_bytes += bytes,
                        (true, true) => shape.shared_bytes += bytes,
                        (false, _) => shape.device_bytes += bytes,
                    }
                    if device {
                        shape.resident_on = Some(0);
                    }
                }
                Source::Counting { .. } | Source::Constant(_) => {}
            }
            shape.widest_bytes = shape.widest_bytes.max(bytes);
        }
        shape.widest_bytes = shape.widest_bytes.max(shape.output_bytes);
        if self.shared.devices.is_quarantined(work) {
            shape.gpu = Err("it gave a wrong result before".into());
        }
        match self.shared.cpu.cost_per_element(work) {
            Ok(cost) => shape.cost_ns = cost,
            Err(Error::Unsupported { what, .. }) => shape.cpu = Err(what),
            Err(error) => shape.cpu = Err(error.to_string()),
        }
        shape
    }

    /// The machine, as far as it is known and matters for the shape. Looks for adapters only if one could be chosen.
    pub(super) fn profile(&self, request: &Request, shape: &Shape) -> Profile {
        let mut cpu = CpuProfile::prior(self.threads());
        let wants_gpu = match request.placement {
            Placement::Cpu => false,
            Placement::Auto => self.shared.devices.searched() || !cpu_outruns_discovery(shape, &cpu),
            _ => true,
        };
        let gpus = if wants_gpu { self.shared.devices.profiles(self.threads()) } else { Vec::new() };
        let competes = gpus.iter().any(|gpu| !gpu.is_software() || request.allow_software);
        let rate = if competes {
            match CPU_MEMORY_RATE.get() {
                Some(rate) => *rate,
                // Not in `get_or_init`: a thread of the pool that waits in the measurement may take up a call that
                // comes here again.
                None => {
                    let rate = self.measure_memory_rate();
                    *CPU_MEMORY_RATE.get_or_init(|| rate)
                }
            }
        } else {
            CPU_MEMORY_RATE.get().copied().flatten()
        };
        if let Some(rate) = rate.and_then(|rate| Estimate::new(rate, Provenance::Calibrated)) {
            cpu.memory_rate = rate;
        }
        let mut profile =
            Profile { cpu, gpus, searched: wants_gpu, budget: None, density: Density::default() };
        let names = if wants_gpu { self.shared.devices.history_names() } else { &[] };
        self.shared.memory.apply(&mut profile, shape, names);
        profile
    }

    /// Bytes per second that the CPU's threads read, by summing an array twice; the first time brings the pages in.
    fn measure_memory_rate(&self) -> Option<f64> {
        let words = vec![1_u32; CALIBRATION_BYTES / 4];
        let ty = u32::TYPE;
        let nodes = vec![Node::Source { slot: 0, ty }];
        let work = Work {
            primitive: Primitive::Reduce(Describe::<u32>::spec(&Sum).0),
            len: words.len(),
            sources: vec![Source::Host(&words)],
            fused: Fused { nodes, output: 0, uniforms: Vec::new() },
        };
        let mut states = vec![0; words.len().div_ceil(TILE_LEN)];
        self.shared.cpu.run_reduce(&work, 0..words.len(), &mut states).ok()?;
        let start = Instant::now();
        self.shared.cpu.run_reduce(&work, 0..words.len(), &mut states).ok()?;
        Some(CALIBRATION_BYTES as f64 / start.elapsed().as_secs_f64().max(1e-6))
    }
}

/// The element type that a slot is read as, `None` if nothing reads it.
fn slot_type(work: &Work<'_>, slot: u32) -> Option<ElementType> {
    let find = |fused: &Fused, wanted: u32| {
        fused.nodes.iter().find_map(|node| match node {
            Node::Source { slot, ty } if *slot == wanted => Some(*ty),
            _ => None,
        })
    };
    let post = match &work.primitive {
        Primitive::Scan { post: Some(post), .. } => find(post, slot + 1),
        _ => None,
    };
    find(&work.fused, slot).or(post)
}

/// `map of square`, `reduce Sum of square`.
fn label(work: &Work<'_>) -> String {
    let functions = |fused: &Fused| {
        let names = fused.nodes.iter().filter_map(|node| match node {
            Node::Call { function, .. } => Some(function.name.as_str()),
            Node::Source { .. } => None,
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let inner = functions(&work.fused);
    let of = |inner: &str| if inner.is_empty() { String::new() } else { format!(" of {inner}") };
    match &work.primitive {
        Primitive::Map if inner.is_empty() => "copy".into(),
        Primitive::Map => inner,
        Primitive::Reduce(monoid) => format!("{}{}", monoid.name, of(&inner)),
        Primitive::Scan { monoid, post, .. } => {
            let scan = format!("{}{}", monoid.name, of(&inner));
            match post.as_ref().map(functions).filter(|names| !names.is_empty()) {
                Some(post) => format!("{post} of {scan}"),
                None => scan,
            }
        }
    }
}
