//! Map: one invocation computes some quads.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::code::{Code, quad_struct};
use super::params::Field;
use super::sources::{Sources, used};
use super::{Access, Pass, Resource, graph, memory};
use crate::error::Result;
use crate::tuning::{MapShape, Tuning};
use crate::wgsl::fill;
use crate::work::{Node, Work};

const TEMPLATE: &str = include_str!("../../shaders/map.wgsl");

/// The pass of a map.
pub(crate) fn map(work: &Work, tuning: &Tuning) -> Result<Pass> {
    let mut code = Code::new(tuning);
    let fused = &work.fused;
    let ty = fused.output_type();
    let sources = Sources::declare(&mut code, work, used(fused));
    let uniforms = code.params.field(Field::Fused, fused.uniforms.len());

    let mut quad = String::new();
    let mut lanes = sources.load_quads(&|_| true, &mut quad);
    // Without functions, bits travel as they are.
    if fused.nodes.iter().any(|node| matches!(node, Node::Call { .. })) {
        stand_in(&mut lanes, &mut quad);
    }
    let mut values: [String; 4] = Default::default();
    for (lane, value) in values.iter_mut().enumerate() {
        let source = |slot: u32| lanes[&slot][lane].clone();
        *value = graph::evaluate(&mut code, fused, uniforms, &format!("l{lane}_"), source, &mut quad)?;
    }
    let _ = writeln!(quad, "    return TwResult({});", values.join(", "));
    let mut put = String::new();
    let values = [0, 1, 2, 3].map(|lane| format!("y.x{lane}"));
    memory::store_quad(code.vectors, ty, "tw_out", &values, "o", &mut put);

    code.bind_elements(Resource::Output, Access::ReadWrite, "tw_out");
    let MapShape { threads, quads } = tuning.map;
    let parts = [
        ("RESULT", quad_struct("TwResult", ty)),
        ("QUAD", quad),
        ("PUT", put),
        ("THREADS", format!("{threads}u")),
        ("GROUP_QUADS", format!("{}u", threads * quads)),
        ("QUADS", of_an_invocation(tuning.map)),
    ];
    let body = fill(TEMPLATE, &parts.each_ref().map(|(name, text)| (*name, text.as_str())));
    Ok(code.finish("tilewright map", &body, threads, Some(4 * threads * quads)))
}

/// Functions must not see elements that are not there: in the last quad, the first one stands for them. Their results go to
/// the padding of the buffer. A second path for that quad would be compiled beside the other, and software adapters take both.
fn stand_in(lanes: &mut BTreeMap<u32, [String; 4]>, text: &mut String) {
    for lane in 1..4 {
        let _ = writeln!(text, "    let is{lane} = 4u * q + {lane}u < tw_params[0].x;");
    }
    for values in lanes.values_mut() {
        let first = values[0].clone();
        for (lane, value) in values.iter_mut().enumerate().filter(|(_, value)| **value != first) {
            *value = format!("select({first}, {value}, is{lane})");
        }
    }
}

/// The statements that take an invocation's quads, the first of which is `q`. All are computed before the first is
/// stored, so that their loads are under way together.
fn of_an_invocation(MapShape { threads, quads }: MapShape) -> String {
    let place = |k: u32| if k == 0 { "q".to_owned() } else { format!("q + {}u", k * threads) };
    let some = |k: u32| format!("if (4u * ({0}) < len) {{ tw_put({0}, tw_quad({0})); }}", place(k));
    if quads == 1 {
        return format!("    {}\n", some(0));
    }
    let mut text = format!("    if (4u * ({}) < len) {{\n", place(quads - 1));
    for k in 0..quads {
        let _ = writeln!(text, "        let y{k} = tw_quad({});", place(k));
    }
    for k in 0..quads {
        let _ = writeln!(text, "        tw_put({}, y{k});", place(k));
    }
    text.push_str("    } else {\n");
    for k in 0..quads {
        let _ = writeln!(text, "        {}", some(k));
    }
    text.push_str("    }\n");
    text
}
