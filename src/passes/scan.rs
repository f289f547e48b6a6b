//! Scan: every element's prefix, in tiles. Two variants with the same bits.
//!
//! - Multi-pass: reduce takes tiles to aggregates, a scan of the aggregates (the same pass, a level higher) gives each
//!   tile its prefix, and this pass scans the tiles.
//! - Single-pass: a workgroup publishes the aggregate of its node (a tile, or the node of 4, 16, ... tiles), and the last of
//!   four also that of their parent, and so on up. A prefix folds at most three published aggregates a level. Nobody
//!   waits for a prefix, so there is no serial chain; a workgroup waits only for those that started before it.

use std::fmt::Write;

use super::code::{Code, WORDS};
use super::ladder::Rungs;
use super::monoid::{self, State};
use super::params::Field;
use super::reduce::{declare_elements, declare_states};
use super::sources::{Sources, used};
use super::{Access, Pass, Resource, graph, lookback, memory, tile};
use crate::element::ElementType;
use crate::error::Result;
use crate::monoid::MonoidSpec;
use crate::tuning::{TileShape, Tuning};
use crate::wgsl::fill;
use crate::work::{Fused, Work};

const TEMPLATE: &str = include_str!("../../shaders/scan.wgsl");

/// How a tile comes by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Variant {
    /// It was computed by earlier passes, and lies in [`Resource::Prefixes`], one a tile.
    MultiPass,
    /// By look-back in [`Resource::Published`]; [`Resource::Prefixes`] holds the prefix of the chunk, except of the first
    /// one, whose prefix is that of the range, in the parameters. The aggregate of the chunk goes to
    /// [`Resource::Aggregates`], at the index in the second extra parameter. The first is the number of workgroups.
    SinglePass,
}

/// What is scanned and what becomes of it.
struct Body<'w> {
    inclusive: bool,
    post: Option<&'w Fused>,
    output: ElementType,
}

/// The pass that scans the tiles of the elements of a work.
pub(crate) fn scan_elements(
    work: &Work,
    monoid: &MonoidSpec,
    inclusive: bool,
    post: Option<&Fused>,
    variant: Variant,
    tuning: &Tuning,
) -> Result<Pass> {
    let mut code = Code::new(tuning);
    let state = monoid::declare(&mut code, monoid)?;
    // Slot 0 of `post` is the scanned value, the others are the work's.
    let of_post = post
        .iter()
        .flat_map(|post| used(post))
        .filter(|(slot, _)| *slot > 0)
        .map(|(slot, ty)| (slot - 1, ty));
    let sources = Sources::declare(&mut code, work, used(&work.fused).chain(of_post));
    declare_elements(&mut code, work, &sources, state)?;
    let output = post.map_or(state.value, Fused::output_type);
    let body = Body { inclusive, post, output };
    declare_level_1(&mut code, &sources, state, &body)?;
    Ok(finish(code, state, variant, tuning, "tilewright scan"))
}

/// The pass that scans aggregates, exclusively: from aggregates of nodes to their prefixes.
pub(crate) fn scan_states(monoid: &MonoidSpec, tuning: &Tuning) -> Result<Pass> {
    let mut code = Code::new(tuning);
    let state = monoid::declare(&mut code, monoid)?;
    declare_states(&mut code, state);
    let sources = Sources::none(&code);
    // Prefixes stay states: they are stored as they are.
    let body = Body { inclusive: false, post: None, output: state.repr };
    declare_level_1(&mut code, &sources, state, &body)?;
    Ok(finish(code, state, Variant::MultiPass, tuning, "tilewright scan of aggregates"))
}

/// Declares `tw_scan_quad(q, x, p)`, `tw_scan1(first, p)` and `tw_scan_part1(first, end, p)`: scan a node of level 1 whose
/// prefix is `p`, store the results, return its aggregate.
fn declare_level_1(code: &mut Code, sources: &Sources, state: State, body: &Body) -> Result<()> {
    code.bind_elements(Resource::Output, Access::ReadWrite, "tw_out");
    let uniforms = body.post.map(|post| code.params.field(Field::Post, post.uniforms.len()));
    let post =
        |code: &mut Code, scanned: &str, tag: &str, source: &dyn Fn(u32) -> String, text: &mut String| {
            let value =
                if body.output == state.repr { scanned.to_string() } else { format!("tw_leave({scanned})") };
            let (Some(post), Some(uniforms)) = (body.post, uniforms) else { return Ok(value) };
            let scanned = format!("tw_leave({scanned})");
            let source = |slot: u32| if slot == 0 { scanned.clone() } else { source(slot - 1) };
            graph::evaluate(code, post, uniforms, tag, source, text)
        };

    let mut whole = String::from("    let s0 = x.x0;\n");
    for lane in 1..4 {
        let _ = writeln!(whole, "    let s{lane} = tw_combine(s{}, x.x{lane});", lane - 1);
    }
    let post_slots: Vec<u32> =
        body.post.iter().flat_map(|post| used(post)).filter_map(|(slot, _)| slot.checked_sub(1)).collect();
    let lanes = sources.load_quads(&|slot| post_slots.contains(&slot), &mut whole);
    let mut values: [String; 4] = Default::default();
    for (lane, value) in values.iter_mut().enumerate() {
        let prefix = match (body.inclusive, lane) {
            (true, _) => format!("tw_combine(p, s{lane})"),
            (false, 0) => "p".to_string(),
            (false, _) => format!("tw_combine(p, s{})", lane - 1),
        };
        let _ = writeln!(whole, "    let y{lane} = {prefix};");
        let source = |slot: u32| lanes[&slot][lane].clone();
        *value = post(code, &format!("y{lane}"), &format!("l{lane}_"), &source, &mut whole)?;
    }
    memory::store_quad(code.vectors, body.output, "tw_out", &values, "o", &mut whole);

    let ones = sources.load_ones();
    let mut one = String::new();
    let value = post(code, "y", "", &|slot| ones[&slot].clone(), &mut one)?;
    memory::store_one(code.vectors, body.output, "tw_out", &value, &mut one);
    let (before, after) = if body.inclusive {
        ("if (i == first) { s = x; } else { s = tw_combine(s, x); }\n        y = tw_combine(p, s);", "")
    } else {
        (
            "if (i > first) { y = tw_combine(p, s); }",
            "if (i == first) { s = x; } else { s = tw_combine(s, x); }",
        )
    };
    code.declare(&fill(LEVEL_1, &[("WHOLE", &whole), ("ONE", &one), ("BEFORE", before), ("AFTER", after)]));
    Ok(())
}

const LEVEL_1: &str = "\
fn tw_scan_quad(q: u32, x: TwQuad, p: TwState) -> TwState {
TW_WHOLE    return s3;
}
fn tw_scan1(first: u32, p: TwState) -> TwState {
    return tw_scan_quad(first >> 2u, tw_quad(first >> 2u), p);
}
fn tw_store(i: u32, y: TwState) {
TW_ONE}
fn tw_scan_part1(first: u32, end: u32, p: TwState) -> TwState {
    var s: TwState;
    for (var i = first; i < min(first + 4u, end); i++) {
        let x = tw_one(i);
        var y = p;
        TW_BEFORE
        tw_store(i, y);
        TW_AFTER
    }
    return s;
}
";

/// Declares the levels above 1, and `tw_scan` and `tw_scan_part` of an invocation's node.
fn levels(shape: &TileShape) -> String {
    let mut text = String::new();
    let top = shape.node_level;
    for level in 2..=top {
        let (below, step, len) = (level - 1, 1 << (2 * (level - 1)), 1 << (2 * level));
        for (name, end, limit) in [
            ("scan", "", format!("first + {len}u")),
            ("scan_part", "end, ", format!("min(first + {len}u, end)")),
        ] {
            let declared = if end.is_empty() { "" } else { "end: u32, " };
            let _ = write!(
                text,
                "fn tw_{name}{level}(first: u32, {declared}p: TwState) -> TwState {{
    var s: TwState;
    var prefix = p;
    for (var i = first; i < {limit}; i += {step}u) {{
        let child = tw_{name}{below}(i, {end}prefix);
        if (i == first) {{ s = child; }} else {{ s = tw_combine(s, child); }}
        prefix = tw_combine(p, s);
    }}
    return s;
}}
"
            );
        }
    }
    let _ = writeln!(text, "fn tw_scan(first: u32, p: TwState) {{ _ = tw_scan{top}(first, p); }}");
    let _ = writeln!(
        text,
        "fn tw_scan_part(first: u32, end: u32, p: TwState) {{ _ = tw_scan_part{top}(first, end, p); }}"
    );
    text
}

fn finish(mut code: Code, state: State, variant: Variant, tuning: &Tuning, label: &'static str) -> Pass {
    let single = variant == Variant::SinglePass;
    let shape = tuning.scan_shape(code.loops(), state.repr.bytes(), single);
    code.bind(Resource::Prefixes, Access::Read, "tw_prefixes", WORDS);
    let rungs = if single { Rungs::to_group(&shape) } else { Rungs::to_tiles(&shape) };
    code.declare(&rungs.declare());
    code.declare(&levels(&shape));
    let (group, mut descend) = if single {
        lookback::declare(&mut code, state, &shape, tuning);
        let root = rungs.root("0u");
        (TICKET, format!("    let prefix = tw_look_back(tile_group, thread, {root});\n"))
    } else {
        (tile::BY_INDEX, String::new())
    };
    // A node that is a quad stays in registers from its way up to its way down.
    let keeps_quads = shape.node_level == 1;
    let mut inside = String::new();
    for v in 0..shape.nodes_of_thread() {
        let prefix = match single {
            true => "prefix".to_owned(),
            false => {
                let at = format!("{}u * {}", state.repr.words(), tile::tile_of(&shape, v));
                memory::load_words(state.repr, "tw_prefixes", &at)
            }
        };
        let _ = writeln!(descend, "    var p{v}: TwState;\n    if (f{v} < len) {{\n        p{v} = {prefix};");
        descend.push_str(&rungs.descend(v));
        descend.push_str("    }\n");
        descend.push_str(&rungs.descend_lanes(v));
        let len = 1 << (2 * shape.node_level);
        let scan = if keeps_quads {
            format!("_ = tw_scan_quad(f{v} >> 2u, x{v}, p{v});")
        } else {
            format!("tw_scan(f{v}, p{v});")
        };
        let _ = writeln!(
            inside,
            "    if (f{v} + {len}u <= len) {{ {scan} }} else if (f{v} < len) {{ tw_scan_part(f{v}, len, p{v}); }}"
        );
    }
    let text = fill(TEMPLATE, &[("DESCEND", descend.as_str()), ("INSIDE", inside.as_str())]);
    // The roots are of use to look-back alone.
    let last = if single { rungs.top() } else { rungs.top() - 1 };
    let body = tile::entry(&shape, &tile::Then { group, rungs: &rungs, last, keeps_quads, text: &text });
    code.finish(label, &body, shape.threads, Some(shape.group_len()))
}

/// Tickets make sure that every tile that one waits for has started. Those of a grid that is larger than it need be leave:
/// nothing is published for them.
const TICKET: &str = "    if (thread == 0u) { tw_ticket = u32(atomicAdd(&tw_published[0], 1)); }
    workgroupBarrier();
    let tile_group = tw_ticket;
    if (tile_group >= tw_params[0].z) { return; }
";
