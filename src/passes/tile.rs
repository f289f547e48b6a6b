//! The tiled pass that reduce and scan share: a tile's aggregate, and what follows from it.
//!
//! A workgroup's nodes of level `b` (the shape's `node_level`) are dealt out in turn: invocation `thread` folds the nodes
//! `i0 = thread`, `i1 = thread + threads`, ... For the `v`-th of them, the text has its index `i{v}`, its first element
//! `f{v}` and its aggregate `n{v}_0`; and, where the elements stay in registers, its quad `x{v}`.

use std::fmt::Write;

use super::ladder::Rungs;
use crate::order::TILE_LEVEL;
use crate::tuning::TileShape;
use crate::wgsl::fill;

const TEMPLATE: &str = include_str!("../../shaders/tile.wgsl");

/// Tiles in the order of their workgroups.
pub(super) const BY_INDEX: &str = "    let tile_group = group.y * groups.x + group.x;\n";

/// What follows the ladder.
pub(super) struct Then<'t> {
    /// Statements that declare `tile_group`.
    pub(super) group: &'t str,
    /// The ladder.
    pub(super) rungs: &'t Rungs<'t>,
    /// The level up to which it climbs.
    pub(super) last: u32,
    /// Quads stay in registers; they are whole nodes.
    pub(super) keeps_quads: bool,
    /// Statements that go on from there.
    pub(super) text: &'t str,
}

/// The entry point.
pub(super) fn entry(shape: &TileShape, then: &Then) -> String {
    let parts = [
        ("THREADS", literal(shape.threads)),
        ("GROUP_LEN", literal(shape.group_len())),
        ("FOLD", fold(shape, then.keeps_quads)),
        ("CLIMB", then.rungs.climb(then.last)),
    ];
    let parts = parts.iter().map(|(name, text)| (*name, text.as_str()));
    let parts: Vec<(&str, &str)> = parts.chain([("GROUP", then.group), ("THEN", then.text)]).collect();
    fill(TEMPLATE, &parts)
}

/// The statements that fold an invocation's nodes. Where there are several, those of a whole workgroup are loaded before
/// the first is folded, so that the loads are under way together.
fn fold(shape: &TileShape, keeps_quads: bool) -> String {
    let (nodes, level) = (shape.nodes_of_thread(), shape.node_level);
    let mut text = String::new();
    for v in 0..nodes {
        let _ = writeln!(text, "    let i{v} = thread + {};", literal(v * shape.threads));
        let _ = writeln!(text, "    let f{v} = group_first + (i{v} << {}u);", 2 * level);
        let _ = writeln!(text, "    var n{v}_0: TwState;");
        if keeps_quads {
            let _ = writeln!(text, "    var x{v}: TwQuad;");
        }
    }
    let one = |v: u32| {
        if keeps_quads {
            format!("x{v} = tw_quad(f{v} >> 2u); n{v}_0 = tw_fold_quad(x{v});")
        } else {
            format!("n{v}_0 = tw_fold(f{v});")
        }
    };
    let guarded = |v: u32| {
        let (len, one) = (1 << (2 * level), one(v));
        format!(
            "if (f{v} + {len}u <= len) {{ {one} }} else if (f{v} < len) {{ n{v}_0 = tw_part(f{v}, len); }}"
        )
    };
    if nodes == 1 {
        let _ = writeln!(text, "    {}", guarded(0));
        return text;
    }
    text.push_str("    if (present == ");
    let _ = writeln!(text, "{}) {{", literal(shape.group_len()));
    if level == 1 {
        let declared = if keeps_quads { "" } else { "let " };
        for v in 0..nodes {
            let _ = writeln!(text, "        {declared}x{v} = tw_quad(f{v} >> 2u);");
        }
        for v in 0..nodes {
            let _ = writeln!(text, "        n{v}_0 = tw_fold_quad(x{v});");
        }
    } else {
        for v in 0..nodes {
            let _ = writeln!(text, "        {}", one(v));
        }
    }
    text.push_str("    } else {\n");
    for v in 0..nodes {
        let _ = writeln!(text, "        {}", guarded(v));
    }
    text.push_str("    }\n");
    text
}

/// The expression of the tile that holds an invocation's `v`-th node.
pub(super) fn tile_of(shape: &TileShape, v: u32) -> String {
    if shape.tiles == 1 {
        return "tile_group".to_owned();
    }
    format!("(tile_group * {} + (i{v} >> {}u))", literal(shape.tiles), 2 * (TILE_LEVEL - shape.node_level))
}

/// A number as WGSL.
pub(super) fn literal(number: u32) -> String {
    format!("{number}u")
}
