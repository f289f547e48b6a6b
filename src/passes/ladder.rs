//! The levels of the canonical tree inside a tile, as WGSL.
//!
//! Each invocation folds nodes of level `b` on its own (`node_level` of the shape). The ladder takes them to the roots of the
//! tiles, four nodes to one a level: the first levels perhaps by exchange between the lanes of a subgroup, the others
//! through workgroup memory, one barrier a level. All levels stay where they were made, so that a scan can read them on
//! its way down: those of a subgroup in registers (`n{v}_{r}`, `r` levels above `b`, in every `4^r`-th lane), the others
//! in `tw_nodes`, from the lowest.

use std::fmt::Write;

use crate::order::TILE_LEVEL;
use crate::tuning::{Ladder, TileShape};

/// One level in workgroup memory.
struct Level {
    level: u32,
    /// Nodes of the workgroup.
    nodes: u32,
    /// Where the first one lies.
    at: u32,
}

/// The levels of a workgroup of some shape, up to the nodes that it ends in.
pub(super) struct Rungs<'s> {
    shape: &'s TileShape,
    /// Level of those: that of tiles, or of the node that holds all tiles of the workgroup.
    top: u32,
}

impl<'s> Rungs<'s> {
    /// Up to the tiles.
    pub(super) fn to_tiles(shape: &'s TileShape) -> Self {
        Self { shape, top: TILE_LEVEL }
    }

    /// Up to the one node of a workgroup whose number of tiles is a power of four.
    pub(super) fn to_group(shape: &'s TileShape) -> Self {
        Self { shape, top: shape.group_len().ilog2() / 2 }
    }

    /// Level of the nodes at the end.
    pub(super) fn top(&self) -> u32 {
        self.top
    }

    fn levels(&self) -> Vec<Level> {
        let mut at = 0;
        (self.shape.shared_level()..=self.top)
            .map(|level| {
                let nodes = self.shape.nodes_at(level);
                let this = Level { level, nodes, at };
                at += nodes;
                this
            })
            .collect()
    }
}

impl Rungs<'_> {
    /// Declarations: `tw_nodes`, the functions `tw_fold` of a whole node of an invocation and `tw_part` of a partial one, and
    /// `tw_children`.
    pub(super) fn declare(&self) -> String {
        let nodes: u32 = self.levels().iter().map(|level| level.nodes).sum();
        let mut text = format!("var<workgroup> tw_nodes: array<TwState, {}>;\n", nodes);
        text.push_str(CHILDREN);
        text.push_str(LEVEL_1);
        let top = self.shape.node_level;
        for level in 2..=top {
            let (below, step, len) = (level - 1, 1 << (2 * (level - 1)), 1 << (2 * level));
            let _ = write!(
                text,
                "fn tw_fold{level}(first: u32) -> TwState {{
    var s = tw_fold{below}(first);
    for (var i = first + {step}u; i < first + {len}u; i += {step}u) {{
        s = tw_combine(s, tw_fold{below}(i));
    }}
    return s;
}}
fn tw_part{level}(first: u32, end: u32) -> TwState {{
    var s: TwState;
    for (var i = first; i < min(first + {len}u, end); i += {step}u) {{
        let child = tw_part{below}(i, end);
        if (i == first) {{ s = child; }} else {{ s = tw_combine(s, child); }}
    }}
    return s;
}}
"
            );
        }
        let _ = writeln!(text, "fn tw_fold(first: u32) -> TwState {{ return tw_fold{top}(first); }}");
        let _ = writeln!(
            text,
            "fn tw_part(first: u32, end: u32) -> TwState {{ return tw_part{top}(first, end); }}"
        );
        text
    }

    /// Statements that take the nodes of invocations up to level `last`. They use
    /// `present` (elements of the workgroup that are there), and end with a barrier.
    pub(super) fn climb(&self, last: u32) -> String {
        let shape = self.shape;
        let mut text = String::new();
        let exchanged = shape.subgroup_levels();
        for v in 0..shape.nodes_of_thread() {
            for r in 0..exchanged {
                exchange(shape.node_level + r, v, r, &mut text);
            }
            let node = format!("tw_nodes[i{v} >> {}u] = n{v}_{exchanged};", 2 * exchanged);
            let _ = match (1 << (2 * exchanged)) - 1 {
                0 => writeln!(text, "    tw_nodes[i{v}] = n{v}_0;"),
                mask => writeln!(text, "    if ((thread & {mask}u) == 0u) {{ {node} }}"),
            };
        }
        text.push_str("    workgroupBarrier();\n");
        for pair in self.levels().windows(2).filter(|pair| pair[1].level <= last) {
            let (below, above) = (&pair[0], &pair[1]);
            let (level, round) = (2 * below.level, (1 << (2 * below.level)) - 1);
            let (below_at, above_at, nodes) = (below.at, above.at, above.nodes);
            let each = if nodes > shape.threads {
                format!("for (var i = thread; i < {nodes}u; i += {}u)", shape.threads)
            } else {
                "if (thread < ".to_owned() + &format!("{nodes}u)")
            };
            let i = if nodes > shape.threads { "i" } else { "thread" };
            let _ = write!(
                text,
                "    {each} {{
        let count = (present + {round}u) >> {level}u;
        if (4u * {i} < count) {{
            tw_nodes[{above_at}u + {i}] = tw_children({below_at}u + 4u * {i}, count - 4u * {i});
        }}
    }}
    workgroupBarrier();
"
            );
        }
        text
    }

    /// Statements that turn `p{v}`, the prefix of the node at the end, into the prefix of the node of workgroup memory above the
    /// invocation's `v`-th.
    pub(super) fn descend(&self, v: u32) -> String {
        let mut text = String::new();
        for level in self.levels().iter().rev().filter(|level| level.level < self.top) {
            let shift = 2 * (level.level - self.shape.node_level);
            let at = level.at;
            let _ = write!(
                text,
                "        {{
            let j = i{v} >> {shift}u;
            if ((j & 3u) > 0u) {{
                p{v} = tw_combine(p{v}, tw_children({at}u + (j & ~3u), j & 3u));
            }}
        }}
"
            );
        }
        text
    }

    /// Statements that go on from there to the prefix of the invocation's `v`-th node, through the lanes of its subgroup. All
    /// invocations must take part.
    pub(super) fn descend_lanes(&self, v: u32) -> String {
        let mut text = String::new();
        let Ladder::Subgroup(size) = self.shape.ladder else { return text };
        for r in (0..self.shape.subgroup_levels()).rev() {
            let (delta, family) = (1u32 << (2 * r), (4u32 << (2 * r)) - 1);
            let mask = (size - 1) & !family;
            let _ = write!(
                text,
                "    let j{v}_{r} = (i{v} >> {}u) & 3u;
    var b{v}_{r} = subgroupShuffle(n{v}_{r}, thread & {mask}u);
    let b{v}_{r}_1 = subgroupShuffle(n{v}_{r}, (thread & {mask}u) + {delta}u);
    let b{v}_{r}_2 = subgroupShuffle(n{v}_{r}, (thread & {mask}u) + {}u);
    if (j{v}_{r} > 1u) {{ b{v}_{r} = tw_combine(b{v}_{r}, b{v}_{r}_1); }}
    if (j{v}_{r} > 2u) {{ b{v}_{r} = tw_combine(b{v}_{r}, b{v}_{r}_2); }}
    if (j{v}_{r} > 0u) {{ p{v} = tw_combine(p{v}, b{v}_{r}); }}
",
                2 * r,
                2 * delta
            );
        }
        text
    }

    /// The expression of the aggregate of one of the nodes at the end.
    pub(super) fn root(&self, node: &str) -> String {
        let at = self.levels().last().map_or(0, |level| level.at);
        format!("tw_nodes[{at}u + {node}]")
    }
}

/// One level up between lanes: `n{v}_{r + 1}` from `n{v}_{r}`, which are nodes of `level`. What the lanes between make of
/// it is never used.
fn exchange(level: u32, v: u32, r: u32, text: &mut String) {
    let (delta, above) = (1 << (2 * r), r + 1);
    let round = (1 << (2 * level)) - 1;
    for k in 1..4 {
        let _ = writeln!(text, "    let a{v}_{r}_{k} = subgroupShuffleDown(n{v}_{r}, {}u);", k * delta);
    }
    let _ = write!(
        text,
        "    let c{v}_{r} = i32((present + {round}u) >> {}u) - i32(i{v} >> {}u);
    var n{v}_{above} = n{v}_{r};
    if (c{v}_{r} > 1) {{ n{v}_{above} = tw_combine(n{v}_{above}, a{v}_{r}_1); }}
    if (c{v}_{r} > 2) {{ n{v}_{above} = tw_combine(n{v}_{above}, a{v}_{r}_2); }}
    if (c{v}_{r} > 3) {{ n{v}_{above} = tw_combine(n{v}_{above}, a{v}_{r}_3); }}
",
        2 * level,
        2 * r
    );
}

/// The left fold of one to four neighbours in workgroup memory.
const CHILDREN: &str = "\
fn tw_children(at: u32, count: u32) -> TwState {
    var s = tw_nodes[at];
    if (count > 1u) { s = tw_combine(s, tw_nodes[at + 1u]); }
    if (count > 2u) { s = tw_combine(s, tw_nodes[at + 2u]); }
    if (count > 3u) { s = tw_combine(s, tw_nodes[at + 3u]); }
    return s;
}
";

const LEVEL_1: &str = "\
fn tw_fold_quad(x: TwQuad) -> TwState {
    return tw_combine(tw_combine(tw_combine(x.x0, x.x1), x.x2), x.x3);
}
fn tw_fold1(first: u32) -> TwState {
    return tw_fold_quad(tw_quad(first >> 2u));
}
fn tw_part1(first: u32, end: u32) -> TwState {
    var s = tw_one(first);
    for (var i = first + 1u; i < min(first + 4u, end); i++) {
        s = tw_combine(s, tw_one(i));
    }
    return s;
}
";
