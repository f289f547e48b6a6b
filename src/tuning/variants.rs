//! What is worth measuring around a tuning: variants of one part of it, as data.
//!
//! Parts can be tuned one after the other, since none changes another's passes; only [`Part::Memory`] is of all of them, and
//! comes last. A variant that the adapter cannot run is left out, and so is one whose workgroups would take more memory than
//! the tuning allows, since passes shrink such shapes to others.

use serde::{Deserialize, Serialize};

use super::{Ladder, MapShape, Prefix, TileShape, Traits, Tuning};
use crate::order::TILE_LEVEL;

/// A part of a tuning that is tuned by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Invocations of a map, and quads of each.
    Map,
    /// The shape of a reduce.
    Reduce,
    /// The shape of a scan, and how its tiles come by their prefixes.
    Scan,
    /// How all of them access memory.
    Memory,
}

/// A tuning that differs from another one in one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Variant {
    /// What is particular about it: `256x1 2 quads`, `512x2 level 1 subgroups of 32`.
    pub name: String,
    /// The whole tuning.
    pub tuning: Tuning,
}

/// Bytes of the states that shapes are held against: those of sums of numbers.
const STATE_BYTES: u32 = 4;

impl Variant {
    /// A variant of a name of one's own.
    pub fn new(name: impl Into<String>, tuning: Tuning) -> Self {
        Self { name: name.into(), tuning }
    }
}

impl Part {
    /// All parts, in the order in which they are tuned.
    pub const ALL: [Self; 4] = [Self::Map, Self::Reduce, Self::Scan, Self::Memory];

    /// The part of a tuning in a few words, as variants are named.
    pub fn of(self, tuning: &Tuning) -> String {
        let shape = |shape: &TileShape| {
            let TileShape { threads, tiles, node_level, ladder } = shape;
            let ladder = match ladder {
                Ladder::Shared => "shared".to_owned(),
                Ladder::Subgroup(size) => format!("subgroup {size}"),
            };
            format!("{threads}x{tiles} level {node_level} {ladder}")
        };
        match self {
            Self::Map => format!("{}x{}", tuning.map.threads, tuning.map.quads),
            Self::Reduce => shape(&tuning.reduce),
            Self::Scan => format!("{} {}", shape(&tuning.scan), tuning.prefix),
            Self::Memory => {
                let checks = if tuning.checked { " checked" } else { "" };
                format!("{} bytes{checks}", 4 * tuning.vector_words)
            }
        }
    }

    /// True if the two are the same in all other parts.
    #[cfg(test)]
    fn is_all_that_differs(self, a: &Tuning, b: &Tuning) -> bool {
        Self::ALL.iter().all(|part| *part == self || part.of(a) == part.of(b))
    }
}

impl Tuning {
    /// Variants of one part of this tuning that are worth measuring on an adapter that runs it: at most two dozen, without
    /// itself, each of which passes [`check`](Self::check).
    ///
    /// Numbers of invocations and tiles reach from a quarter to four times this tuning's. Checks at run time are there to be
    /// compared: they cost time where they are not free, and protect nothing.
    ///
    /// ```
    /// use tilewright::tuning::{Part, Traits, Tuning};
    ///
    /// let gpu = Traits { max_threads: 1024, ..Traits::default() };
    /// let tuning = Tuning::of(&gpu);
    /// let variants = tuning.variants(Part::Map, &gpu);
    /// assert_eq!(Part::Map.of(&tuning), "256x1");
    /// assert!(variants.iter().any(|variant| variant.name == "512x2" && variant.tuning.map.quads == 2));
    /// ```
    pub fn variants(&self, part: Part, traits: &Traits) -> Vec<Variant> {
        let tunings = match part {
            Part::Map => self.maps(),
            Part::Reduce => self.reduces(traits),
            Part::Scan => self.scans(traits),
            Part::Memory => self.accesses(),
        };
        let mut variants: Vec<Variant> = Vec::new();
        for tuning in tunings {
            let is_new = tuning != *self && variants.iter().all(|variant| variant.tuning != tuning);
            if is_new && tuning.check(traits).is_ok() {
                variants.push(Variant::new(part.of(&tuning), tuning));
            }
        }
        variants
    }

    fn maps(&self) -> Vec<Self> {
        let sizes = around(self.map.threads);
        let shapes = sizes.flat_map(|threads| [1, 2, 4].map(|quads| MapShape { threads, quads }));
        shapes.map(|map| Self { map, ..*self }).collect()
    }

    fn reduces(&self, traits: &Traits) -> Vec<Self> {
        let shapes = shapes(self.reduce, [1, 2, 4].map(|times| self.reduce.tiles * times), traits);
        let fits = |shape: &TileShape| shape.fitted(STATE_BYTES, self.workgroup_bytes, 2) == *shape;
        shapes.into_iter().filter(fits).map(|reduce| Self { reduce, ..*self }).collect()
    }

    fn scans(&self, traits: &Traits) -> Vec<Self> {
        let of = |scan: TileShape, prefix: Prefix| Self { scan, prefix, ..*self };
        let others = [Prefix::MultiPass, Prefix::LookBack, Prefix::LookBack64].into_iter();
        let others = others.filter(|prefix| *prefix != self.prefix);
        let (tiles, step) = (self.scan.tiles, if self.prefix.is_look_back() { 4 } else { 2 });
        let shapes = shapes(self.scan, [tiles / step, tiles, tiles * step], traits).into_iter();
        let mut tunings: Vec<Self> = shapes.map(|shape| of(shape, self.prefix)).collect();
        for prefix in others {
            // What looks back is a node.
            let node = self.scan.with_tiles(1 << (tiles.ilog2() & !1));
            let scan = if prefix.is_look_back() { node } else { self.scan };
            for threads in [scan.threads / 2, scan.threads, scan.threads * 2] {
                tunings.push(of(TileShape { threads, ..scan }, prefix));
            }
        }
        let fits = |tuning: &Self| {
            tuning.scan_shape(false, STATE_BYTES as usize, tuning.prefix.is_look_back()) == tuning.scan
        };
        tunings.into_iter().filter(fits).collect()
    }

    fn accesses(&self) -> Vec<Self> {
        let widths = [4, 2, 1].map(|vector_words| Self { vector_words, ..*self });
        let checks = Self { checked: !self.checked, ..*self };
        widths.into_iter().chain([checks]).collect()
    }
}

/// From a quarter to four times.
fn around(threads: u32) -> impl Iterator<Item = u32> {
    (0..5).map(move |power| (threads << power) / 4)
}

/// Shapes around one: threads and tiles with its nodes and ladder, threads with the other ladder, and other nodes with as
/// many invocations as there are nodes or a quarter of that.
fn shapes(base: TileShape, tiles: impl IntoIterator<Item = u32>, traits: &Traits) -> Vec<TileShape> {
    let is_shape = |shape: &TileShape| shape.check("", traits).is_ok();
    let mut shapes = Vec::new();
    for tiles in tiles {
        shapes.extend(around(base.threads).map(|threads| TileShape { threads, tiles, ..base }));
    }
    let subgroups = traits.subgroup.into_iter().map(Ladder::Subgroup);
    for ladder in subgroups.chain([Ladder::Shared]).filter(|ladder| *ladder != base.ladder) {
        shapes.extend(around(base.threads).map(|threads| TileShape { threads, ladder, ..base }));
    }
    for node_level in (base.node_level.max(3) - 2)..=(base.node_level + 2).min(TILE_LEVEL) {
        let with = |threads| TileShape { threads, node_level, ..base };
        let widest = around(base.threads).map(with).filter(is_shape).map(|shape| shape.threads).max();
        let narrower = widest.map(|threads| threads / 4).filter(|&threads| 4 * threads >= base.threads);
        shapes.extend(widest.into_iter().chain(narrower).map(with));
    }
    shapes.retain(is_shape);
    shapes
}

#[cfg(test)]
mod tests;
