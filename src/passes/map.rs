//! Map: one invocation computes one quad.

use super::code::{Code, QUADS};
use super::params::Field;
use super::sources::{Sources, used};
use super::tuning::Tuning;
use super::{Access, Pass, Resource, graph, memory};
use crate::error::Result;
use crate::wgsl::fill;
use crate::work::Work;

const TEMPLATE: &str = include_str!("../../shaders/map.wgsl");

/// The pass of a map.
pub(crate) fn map(work: &Work, tuning: &Tuning) -> Result<Pass> {
    let mut code = Code::new();
    let fused = &work.fused;
    let ty = fused.output_type();
    let sources = Sources::declare(&mut code, work, used(fused));
    let uniforms = code.params.field(Field::Fused, fused.uniforms.len());

    let mut quad = String::new();
    let lanes = sources.load_quads(&|_| true, &mut quad);
    let mut values: [String; 4] = Default::default();
    for (lane, value) in values.iter_mut().enumerate() {
        let source = |slot: u32| lanes[&slot][lane].clone();
        *value = graph::evaluate(&mut code, fused, uniforms, &format!("l{lane}_"), source, &mut quad)?;
    }
    memory::store_quad(ty, "tw_out", &values, "o", &mut quad);

    let mut one = String::new();
    let ones = sources.load_ones();
    let value = graph::evaluate(&mut code, fused, uniforms, "", |slot| ones[&slot].clone(), &mut one)?;
    memory::store_one(ty, "tw_out", &value, &mut one);

    code.bind(Resource::Output, Access::ReadWrite, "tw_out", QUADS);
    let threads = tuning.map_threads;
    let body = fill(TEMPLATE, &[("QUAD", &quad), ("ONE", &one), ("THREADS", &format!("{threads}u"))]);
    Ok(code.finish("tilewright map", &body, threads, Some(4 * threads)))
}
