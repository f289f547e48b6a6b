//! Reduce: the aggregate of every tile. Applied to aggregates it climbs six levels at a time.

use std::fmt::Write;

use super::code::{Code, WORDS, quad_struct};
use super::ladder::Rungs;
use super::monoid::{self, State};
use super::params::Field;
use super::sources::{Sources, used};
use super::{Access, Pass, Resource, graph, memory, tile};
use crate::error::Result;
use crate::monoid::MonoidSpec;
use crate::order::{TILE_LEN, TILE_LEVEL};
use crate::tuning::Tuning;
use crate::wgsl::fill;
use crate::work::Work;

const TEMPLATE: &str = include_str!("../../shaders/reduce.wgsl");

/// The pass from the elements of a reduce or scan to the aggregates of tiles.
pub(crate) fn reduce_elements(work: &Work, monoid: &MonoidSpec, tuning: &Tuning) -> Result<Pass> {
    let mut code = Code::new(tuning);
    let state = monoid::declare(&mut code, monoid)?;
    let sources = Sources::declare(&mut code, work, used(&work.fused));
    declare_elements(&mut code, work, &sources, state)?;
    Ok(finish(code, state, tuning, "tilewright reduce"))
}

/// The pass from aggregates to the aggregates of tiles of them.
pub(crate) fn reduce_states(monoid: &MonoidSpec, tuning: &Tuning) -> Result<Pass> {
    let mut code = Code::new(tuning);
    let state = monoid::declare(&mut code, monoid)?;
    declare_states(&mut code, state);
    Ok(finish(code, state, tuning, "tilewright reduce of aggregates"))
}

fn finish(mut code: Code, state: State, tuning: &Tuning, label: &'static str) -> Pass {
    let shape = tuning.reduce_shape(code.loops(), state.repr.bytes());
    code.bind(Resource::Aggregates, Access::ReadWrite, "tw_out", WORDS);
    let rungs = Rungs::to_tiles(&shape);
    code.declare(&rungs.declare());
    let mut store = String::new();
    // The first extra parameter is where the first aggregate goes.
    let at = format!("{}u * (tile + tw_params[0].z)", state.repr.words());
    memory::store_words(state.repr, "tw_out", &at, &rungs.root("thread"), &mut store);
    let parts = [
        ("STORE", store),
        ("TILES", tile::literal(shape.tiles)),
        ("TILE_LEN", tile::literal(TILE_LEN as u32)),
    ];
    let text = fill(TEMPLATE, &parts.each_ref().map(|(name, text)| (*name, text.as_str())));
    let then = tile::Then {
        group: tile::BY_INDEX,
        rungs: &rungs,
        last: TILE_LEVEL,
        keeps_quads: false,
        text: &text,
    };
    let body = tile::entry(&shape, &then);
    code.finish(label, &body, shape.threads, Some(shape.group_len()))
}

/// Declares `tw_quad(q)` and `tw_one(i)`: states of elements.
pub(super) fn declare_elements(code: &mut Code, work: &Work, sources: &Sources, state: State) -> Result<()> {
    let fused = &work.fused;
    let uniforms = code.params.field(Field::Fused, fused.uniforms.len());
    let slots: Vec<u32> = used(fused).map(|(slot, _)| slot).collect();

    let mut quad = String::new();
    let lanes = sources.load_quads(&|slot| slots.contains(&slot), &mut quad);
    let mut states: [String; 4] = Default::default();
    for (lane, state) in states.iter_mut().enumerate() {
        let source = |slot: u32| lanes[&slot][lane].clone();
        let value = graph::evaluate(code, fused, uniforms, &format!("l{lane}_"), source, &mut quad)?;
        *state = format!("tw_enter({value}, tw_params[0].y + 4u * q + {lane}u)");
    }
    let mut one = String::new();
    let ones = sources.load_ones();
    let value = graph::evaluate(code, fused, uniforms, "", |slot| ones[&slot].clone(), &mut one)?;
    let _ = writeln!(one, "    return tw_enter({value}, tw_params[0].y + i);");
    declare_loads(code, state, &quad, &states, &one);
    Ok(())
}

/// Declares `tw_quad(q)` and `tw_one(i)`: states in memory.
pub(super) fn declare_states(code: &mut Code, state: State) {
    code.bind_elements(Resource::States, Access::Read, "tw_in");
    let mut quad = String::new();
    let states = memory::load_quad(code.vectors, state.repr, "tw_in", "s", &mut quad);
    let one = format!("    return {};\n", memory::load_one(code.vectors, state.repr, "tw_in"));
    declare_loads(code, state, &quad, &states, &one);
}

fn declare_loads(code: &mut Code, state: State, quad: &str, states: &[String], one: &str) {
    let states = states.join(", ");
    code.declare(&quad_struct("TwQuad", state.repr));
    code.declare(&format!("fn tw_quad(q: u32) -> TwQuad {{\n{quad}    return TwQuad({states});\n}}\n"));
    code.declare(&format!("fn tw_one(i: u32) -> TwState {{\n{one}}}\n"));
}
