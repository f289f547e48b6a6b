//! Look-back of the single-pass scan: how a tile learns its prefix from tiles that run beside it.

use std::fmt::Write;

use super::code::{Code, WORDS};
use super::monoid::State;
use super::params::{self, RANGE_PREFIX};
use super::{Access, Resource, memory, tile};
use crate::tuning::{LOOK_BACK_LEVELS, Prefix, TileShape, Tuning};
use crate::wgsl::fill;

const TEMPLATE: &str = include_str!("../../shaders/lookback.wgsl");
const HALVES: &str = include_str!("../../shaders/lookback_halves.wgsl");
const WIDE: &str = include_str!("../../shaders/lookback_wide.wgsl");

/// Declares `tw_look_back(tile, thread, aggregate)` and what it works on.
pub(super) fn declare(code: &mut Code, state: State, shape: &TileShape, tuning: &Tuning) {
    let (slots, atomic) = match tuning.prefix {
        Prefix::LookBack64 => (WIDE, "array<atomic<u64>>"),
        Prefix::LookBack | Prefix::MultiPass => (HALVES, "array<atomic<u32>>"),
    };
    code.bind(Resource::Published, Access::ReadWrite, "tw_published", atomic);
    code.bind(Resource::Aggregates, Access::ReadWrite, "tw_total", WORDS);
    code.declare(&fill(slots, &[("ROUNDS", &tile::literal(tuning.look_back_rounds))]));

    let words = state.repr.words();
    let awaited: Vec<String> = (0..words).map(|c| format!("tw_await_word(at + {c}u)")).collect();
    let awaited = match words {
        1 => awaited.concat(),
        _ => format!("vec{words}<u32>({})", awaited.join(", ")),
    };
    let mut publish = format!("    let words = {};\n", memory::to_words(state.repr, "s"));
    for c in 0..words {
        let word = if words == 1 { "words".to_string() } else { format!("words[{c}]") };
        let _ = writeln!(publish, "    tw_publish_word(at + {c}u, {word});");
    }
    let mut total = String::new();
    memory::store_words(state.repr, "tw_total", &format!("{words}u * tw_params[0].w"), "own", &mut total);
    let parts = [
        ("THREADS", tile::literal(shape.threads)),
        ("LEVELS", tile::literal(LOOK_BACK_LEVELS)),
        ("FOUND", tile::literal(3 * LOOK_BACK_LEVELS)),
        ("NODE_WORDS", tile::literal(words as u32)),
        ("RANGE_PREFIX", params::value(state.repr, RANGE_PREFIX)),
        ("CARRIED", memory::load_words(state.repr, "tw_prefixes", "0u")),
        ("AWAITED", memory::from_words(state.repr, &awaited)),
        ("PUBLISH", publish),
        ("TOTAL", total),
    ];
    code.declare(&fill(TEMPLATE, &parts.each_ref().map(|(name, text)| (*name, text.as_str()))));
}
