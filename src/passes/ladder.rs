//! The levels of the canonical tree inside a tile, as WGSL.
//!
//! With `T` invocations a tile, each folds one node of level `e` (`4^e = TILE_LEN / T` elements) on its own. The ladder
//! takes those aggregates to the root of the tile through workgroup memory, one level and one barrier at a time. All
//! levels stay in `tw_nodes`, level `e` first, so that a scan can read them on its way down.

use std::fmt::Write;

use super::tuning::Tuning;
use crate::order::{TILE_LEN, TILE_LEVEL};

/// One level in workgroup memory.
struct Level {
    level: u32,
    /// Nodes of a tile.
    nodes: u32,
    /// First node of the workgroup.
    at: u32,
}

fn levels(tuning: &Tuning) -> Vec<Level> {
    let mut at = 0;
    (tuning.thread_level()..=TILE_LEVEL)
        .map(|level| {
            let nodes = TILE_LEN as u32 >> (2 * level);
            let this = Level { level, nodes, at };
            at += nodes * tuning.group_tiles;
            this
        })
        .collect()
}

/// Declarations: `tw_nodes`, the functions `tw_fold` of an invocation's whole node and `tw_part` of a partial one, and
/// `tw_children`.
pub(super) fn declare(tuning: &Tuning) -> String {
    let nodes: u32 = levels(tuning).iter().map(|level| level.nodes * tuning.group_tiles).sum();
    let mut text = format!("var<workgroup> tw_nodes: array<TwState, {nodes}>;\n");
    text.push_str(CHILDREN);
    text.push_str(LEVEL_1);
    let top = tuning.thread_level();
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
    let _ =
        writeln!(text, "fn tw_part(first: u32, end: u32) -> TwState {{ return tw_part{top}(first, end); }}");
    text
}

/// Statements that take the level-`e` nodes in `tw_nodes` up to `last` (the tile itself is [`TILE_LEVEL`]). They use
/// `t` (invocation in tile), `slot` (tile in workgroup), `present` (elements of the tile that are there), and end with
/// a barrier.
pub(super) fn climb(tuning: &Tuning, last: u32) -> String {
    let mut text = String::from("    workgroupBarrier();\n");
    for pair in levels(tuning).windows(2).filter(|pair| pair[1].level <= last) {
        let (below, above) = (&pair[0], &pair[1]);
        let (level, round) = (2 * below.level, (1 << (2 * below.level)) - 1);
        let (below_at, below_nodes) = (below.at, below.nodes);
        let (above_at, above_nodes) = (above.at, above.nodes);
        let _ = write!(
            text,
            "    if (t < {above_nodes}u) {{
        let count = (present + {round}u) >> {level}u;
        if (4u * t < count) {{
            tw_nodes[{above_at}u + slot * {above_nodes}u + t] =
                tw_children({below_at}u + slot * {below_nodes}u + 4u * t, count - 4u * t);
        }}
    }}
    workgroupBarrier();
"
        );
    }
    text
}

/// Statements that turn `p`, the prefix of the tile, into the prefix of the invocation's node.
pub(super) fn descend(tuning: &Tuning) -> String {
    let mut text = String::new();
    for level in levels(tuning).iter().rev().filter(|level| level.level < TILE_LEVEL) {
        let shift = 2 * (level.level - tuning.thread_level());
        let (at, nodes) = (level.at, level.nodes);
        let _ = write!(
            text,
            "    {{
        let j = t >> {shift}u;
        if ((j & 3u) > 0u) {{
            p = tw_combine(p, tw_children({at}u + slot * {nodes}u + (j & ~3u), j & 3u));
        }}
    }}
"
        );
    }
    text
}

/// The expression of a tile's aggregate after a climb to its root.
pub(super) fn root(tuning: &Tuning) -> String {
    let at = levels(tuning).last().map_or(0, |level| level.at);
    format!("tw_nodes[{at}u + slot]")
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
fn tw_fold1(first: u32) -> TwState {
    let x = tw_quad(first >> 2u);
    return tw_combine(tw_combine(tw_combine(x.x0, x.x1), x.x2), x.x3);
}
fn tw_part1(first: u32, end: u32) -> TwState {
    var s = tw_one(first);
    for (var i = first + 1u; i < min(first + 4u, end); i++) {
        s = tw_combine(s, tw_one(i));
    }
    return s;
}
";
