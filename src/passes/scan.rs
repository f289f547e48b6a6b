//! Scan: every element's prefix, in tiles. Two variants with the same bits.
//!
//! - Multi-pass: reduce takes tiles to aggregates, a scan of the aggregates (the same pass, a level higher) gives each
//!   tile its prefix, and this pass scans the tiles.
//! - Single-pass: a tile publishes its aggregate, and the last tile of four also that of their parent, and so on up. A
//!   tile's prefix folds at most three published aggregates a level. Nobody waits for a prefix, so there is no serial
//!   chain; a tile waits only for tiles that started before it.

use std::fmt::Write;

use super::code::{Code, QUADS, WORDS};
use super::monoid::{self, State};
use super::params::Field;
use super::reduce::{declare_elements, declare_states};
use super::sources::{Sources, used};
use super::tuning::Tuning;
use super::{Access, Pass, Resource, graph, ladder, memory, tile};
use crate::element::ElementType;
use crate::error::Result;
use crate::monoid::MonoidSpec;
use crate::order::{TILE_LEN, TILE_LEVEL};
use crate::wgsl::fill;
use crate::work::{Fused, Work};

const TEMPLATE: &str = include_str!("../../shaders/scan.wgsl");
const LOOKBACK: &str = include_str!("../../shaders/lookback.wgsl");

/// Levels of published aggregates: enough for 4^12 tiles.
const PUBLISHED_LEVELS: u32 = 12;

/// How a tile comes by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Variant {
    /// It was computed by earlier passes, and lies in [`Resource::Prefixes`], one a tile.
    MultiPass,
    /// By look-back in [`Resource::Published`]; [`Resource::Prefixes`] holds the prefix of the range. The aggregate of
    /// the range goes to [`Resource::Aggregates`], at the index in the second extra parameter. The first is the
    /// number of tiles.
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
    let mut code = Code::new();
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
    let mut code = Code::new();
    let state = monoid::declare(&mut code, monoid)?;
    declare_states(&mut code, state);
    let sources = Sources::none();
    // Prefixes stay states: they are stored as they are.
    let body = Body { inclusive: false, post: None, output: state.repr };
    declare_level_1(&mut code, &sources, state, &body)?;
    Ok(finish(code, state, Variant::MultiPass, tuning, "tilewright scan of aggregates"))
}

/// Declares `tw_scan1(first, p)` and `tw_scan_part1(first, end, p)`: scan a node of level 1 whose prefix is `p`, store
/// the results, return its aggregate.
fn declare_level_1(code: &mut Code, sources: &Sources, state: State, body: &Body) -> Result<()> {
    code.bind(Resource::Output, Access::ReadWrite, "tw_out", QUADS);
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

    let mut whole = String::from("    let q = first >> 2u;\n    let x = tw_quad(q);\n    let s0 = x.x0;\n");
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
    memory::store_quad(body.output, "tw_out", &values, "o", &mut whole);

    let ones = sources.load_ones();
    let mut one = String::new();
    let value = post(code, "y", "", &|slot| ones[&slot].clone(), &mut one)?;
    memory::store_one(body.output, "tw_out", &value, &mut one);
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
fn tw_scan1(first: u32, p: TwState) -> TwState {
TW_WHOLE    return s3;
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
fn levels(tuning: &Tuning) -> String {
    let mut text = String::new();
    let top = tuning.thread_level();
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
    let tuning = tuning.of_functions(code.loops());
    let tuning = Tuning { group_tiles: if single { 1 } else { tuning.group_tiles }, ..tuning };
    code.bind(Resource::Prefixes, Access::Read, "tw_prefixes", WORDS);
    code.declare(&ladder::declare(&tuning));
    code.declare(&levels(&tuning));
    let (group, prefix) = if single {
        code.bind(Resource::Published, Access::ReadWrite, "tw_published", "array<atomic<u32>>");
        code.bind(Resource::Aggregates, Access::ReadWrite, "tw_total", WORDS);
        code.declare(&lookback(state, &tuning));
        let root = ladder::root(&tuning);
        (TICKET, format!("    p = tw_look_back(tile, thread, {root});\n"))
    } else {
        let at = format!("{}u * tile", state.repr.words());
        let prefix = memory::load_words(state.repr, "tw_prefixes", &at);
        (tile::BY_INDEX, format!("    if (present > 0u) {{ p = {prefix}; }}\n"))
    };
    let last = if single { TILE_LEVEL } else { TILE_LEVEL - 1 };
    let parts = [
        ("PREFIX", prefix),
        ("DESCEND", ladder::descend(&tuning)),
        ("THREAD_LEN", tile::literal(tuning.thread_len())),
    ];
    let parts = parts.each_ref().map(|(name, text)| (*name, text.as_str()));
    let body = tile::entry(&tuning, group, last, &fill(TEMPLATE, &parts));
    code.finish(label, &body, tuning.threads(), Some(tuning.group_tiles * TILE_LEN as u32))
}

/// Tickets make sure that every tile that one waits for has started.
const TICKET: &str = "    if (thread == 0u) { tw_ticket = atomicAdd(&tw_published[0], 1u); }
    workgroupBarrier();
    let tile_group = tw_ticket;
";

fn lookback(state: State, tuning: &Tuning) -> String {
    let words = state.repr.words();
    let await_word =
        |c: usize| format!("(tw_await_half(at + {}u) | tw_await_half(at + {}u) << 16u)", 2 * c, 2 * c + 1);
    let awaited: Vec<String> = (0..words).map(await_word).collect();
    let awaited = match words {
        1 => awaited.concat(),
        _ => format!("vec{words}<u32>({})", awaited.join(", ")),
    };
    let mut publish = format!("    let words = {};\n", memory::to_words(state.repr, "s"));
    for c in 0..words {
        let word =
            if words == 1 { "words".to_string() } else { format!("words.{}", ["x", "y", "z", "w"][c]) };
        let _ = writeln!(
            publish,
            "    atomicStore(&tw_published[at + {}u], TW_READY | ({word} & 0xffffu));",
            2 * c
        );
        let _ = writeln!(
            publish,
            "    atomicStore(&tw_published[at + {}u], TW_READY | ({word} >> 16u));",
            2 * c + 1
        );
    }
    let mut total = String::new();
    memory::store_words(state.repr, "tw_total", &format!("{words}u * tw_params[0].w"), "own", &mut total);
    let publish = publish.replace("TW_READY", "0x10000u");
    let parts = [
        ("THREADS", format!("{}u", tuning.threads())),
        ("ROUNDS", format!("{}u", tuning.look_back_rounds)),
        ("LEVELS", format!("{PUBLISHED_LEVELS}u")),
        ("FOUND", format!("{}u", 3 * PUBLISHED_LEVELS)),
        ("NODE_WORDS", format!("{}u", 2 * words)),
        ("RANGE_PREFIX", memory::load_words(state.repr, "tw_prefixes", "0u")),
        ("AWAITED", memory::from_words(state.repr, &awaited)),
        ("PUBLISH", publish),
        ("TOTAL", total),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    fill(LOOKBACK, &parts)
}
