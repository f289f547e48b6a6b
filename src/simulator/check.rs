//! The real function on the chunks that are committed: results are checked, not assumed.
//!
//! Time is virtual, so lengths may be larger than memory. A length is mapped to one with as many grains, each a tile: so
//! that every chunk has its own tiles, and every boundary between chunks is one between tiles.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::scenario::Pattern;
use crate::cpu::{Cpu, Engine, Settings};
use crate::element::Element;
use crate::error::Result;
use crate::func::Func;
use crate::monoid::{Describe, MonoidSpec, Sum};
use crate::order::TILE_LEN;
use crate::run::Spine;
use crate::work::{Fused, Node, Primitive, Source, Work};

/// What is mapped, and reduced or scanned over.
const FUNCTION: &str = "fn logistic(x: f32) -> f32 { return 3.7 * x * (1.0 - x); }";

const BUDGET: u64 = 1 << 20;

/// The result of one call, as it comes together.
pub(super) struct Checker {
    kind: Pattern,
    /// Elements of a grain of the scenario.
    grain: usize,
    /// Elements of the real work.
    len: usize,
    elements: Vec<f32>,
    function: Func<fn(f32) -> f32>,
    /// Elements of a map or scan, tile states of a reduction.
    out: Vec<u32>,
    /// The same, of the whole work at once.
    expected: Vec<u32>,
    /// How often each tile was committed.
    commits: Vec<u8>,
}

impl Checker {
    /// For a call over `len` elements, handed out in multiples of `grain`.
    pub(super) fn new(kind: Pattern, len: usize, grain: usize) -> Result<Self> {
        let tiles = len.div_ceil(grain);
        // The last grain may be ragged, and so is the last tile.
        let ragged = (len - (tiles - 1) * grain) as f64 / grain as f64;
        let last = ((ragged * TILE_LEN as f64).ceil() as usize).clamp(1, TILE_LEN);
        let real = (tiles - 1) * TILE_LEN + last;
        let elements = (0..real).map(|i| (i * 7919 % 100_003) as f32 / 100_003.0).collect();
        let words = if kind == Pattern::Reduce { tiles } else { real };
        let function = Func::new(FUNCTION)?;
        let expected = vec![0; words];
        let mut checker = Self {
            kind,
            grain,
            len: real,
            elements,
            function,
            out: vec![0; words],
            expected,
            commits: vec![0; tiles],
        };
        checker.expected = checker.at_once()?;
        Ok(checker)
    }

    /// Begins another call.
    pub(super) fn reset(&mut self) {
        self.out.fill(0);
        self.commits.fill(0);
    }

    /// A chunk as tiles.
    fn tiles(&self, range: &Range<usize>) -> Range<usize> {
        range.start / self.grain..range.end.div_ceil(self.grain)
    }

    fn real(&self, tiles: &Range<usize>) -> Range<usize> {
        tiles.start * TILE_LEN..(tiles.end * TILE_LEN).min(self.len)
    }

    /// Runs the real function on a chunk and commits the result. `wrong` flips a bit of it.
    pub(super) fn commit(&mut self, range: &Range<usize>, wrong: bool) -> Result<()> {
        let tiles = self.tiles(range);
        let real = self.real(&tiles);
        let slots = if self.kind == Pattern::Reduce { tiles.clone() } else { real.clone() };
        let mut staged = vec![0; slots.len()];
        let work = self.work(&self.elements);
        match &work.primitive {
            Primitive::Map => cpu().run_map(&work, real, &mut staged)?,
            Primitive::Reduce(_) => cpu().run_reduce(&work, real, &mut staged)?,
            Primitive::Scan { monoid, .. } => {
                let spine = spine_before(&work, monoid, real.start)?;
                cpu().run_scan(&work, real, spine, &mut staged)?;
            }
        }
        if let Some(word) = staged.first_mut().filter(|_| wrong) {
            *word ^= 1 << 12;
        }
        self.out[slots].copy_from_slice(&staged);
        self.commits[tiles].iter_mut().for_each(|count| *count = count.saturating_add(1));
        Ok(())
    }

    /// The whole work on the CPU.
    fn at_once(&self) -> Result<Vec<u32>> {
        let work = self.work(&self.elements);
        let mut out = vec![0; self.out.len()];
        match &work.primitive {
            Primitive::Map => cpu().run_map(&work, 0..self.len, &mut out)?,
            Primitive::Reduce(_) => cpu().run_reduce(&work, 0..self.len, &mut out)?,
            Primitive::Scan { monoid, .. } => {
                cpu().run_scan(&work, 0..self.len, Spine::new(monoid.identity), &mut out)?;
            }
        }
        Ok(out)
    }

    /// True when every tile was committed once and the result has the bits of the whole work on the CPU.
    pub(super) fn is_correct(&self) -> Result<bool> {
        let same = if self.kind == Pattern::Reduce {
            let work = self.work(&self.elements);
            cpu().fold(&work, self.out.clone())? == cpu().fold(&work, self.expected.clone())?
        } else {
            self.out == self.expected
        };
        Ok(same && self.commits.iter().all(|&count| count == 1))
    }

    fn work<'a>(&self, elements: &'a [f32]) -> Work<'a> {
        let monoid = Describe::<f32>::spec(&Sum).0;
        let nodes = vec![
            Node::Source { slot: 0, ty: f32::TYPE },
            Node::Call { function: Arc::clone(self.function.function()), args: vec![0], uniforms_at: 0 },
        ];
        Work {
            primitive: match self.kind {
                Pattern::Map => Primitive::Map,
                Pattern::Reduce => Primitive::Reduce(monoid),
                Pattern::Scan => Primitive::Scan { monoid, inclusive: true, post: None },
            },
            len: elements.len(),
            sources: vec![Source::Host(bytemuck::cast_slice(elements))],
            fused: Fused { nodes, output: 1, uniforms: Vec::new() },
        }
    }
}

/// The spine where a chunk begins, from the aggregates of the tiles before it.
fn spine_before(work: &Work<'_>, monoid: &Arc<MonoidSpec>, at: usize) -> Result<Spine> {
    let reduce = Work { primitive: Primitive::Reduce(Arc::clone(monoid)), ..work.clone() };
    let mut states = vec![0; at / TILE_LEN];
    cpu().run_reduce(&reduce, 0..at, &mut states)?;
    cpu().spine(&reduce, monoid.identity, &states)
}

fn cpu() -> &'static Cpu {
    static CPU: OnceLock<Cpu> = OnceLock::new();
    CPU.get_or_init(|| Cpu::shared(Settings { budget: BUDGET, engine: Engine::Compiler }))
}
