//! Sampling: texels around a coordinate between 0 and 1, found by the sampler's address modes, and mixed.
//!
//! A texture has one level, so that a level only chooses between the filters for magnifying and for minifying. Arithmetic
//! is that of floats of 32 bits, where a GPU may keep as few as 8 bits of a weight.

use std::rc::Rc;

use naga::{Expression, Handle, SampleLevel, ScalarKind};

use super::super::op::Op;
use super::super::tree::Value;
use super::image::{Image, Resource};
use super::{Frame, Lowering, types};
use crate::error::Result;

/// Uniform words of a sampler, from the first: filters, then address modes.
const MAGNIFY: u32 = 0;
const MINIFY: u32 = 1;
const ADDRESS: u32 = 2;

/// Address modes as words; all others clamp.
pub(crate) const REPEAT: u32 = 1;
pub(crate) const MIRROR: u32 = 2;

impl Lowering {
    pub(super) fn image_sample(
        &mut self,
        frame: &mut Frame,
        handle: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        let Expression::ImageSample {
            image,
            sampler,
            gather,
            coordinate,
            array_index,
            offset,
            level,
            depth_ref,
            clamp_to_edge,
        } = frame.function.expressions[handle]
        else {
            return Err(frame.unsupported("this built-in", handle));
        };
        if depth_ref.is_some() {
            return Err(frame.unsupported("sampling with a comparison", handle));
        }
        let image = self.image(frame, image)?;
        let Resource::Sampler { facts } = self.resource(frame, sampler)? else {
            return Err(frame.unsupported("this sampler", sampler));
        };
        let is_linear = match level {
            SampleLevel::Zero => self.b.uniform(facts + MAGNIFY),
            SampleLevel::Exact(level) => {
                let mut value = self.word(frame, level)?;
                if types::kind(frame.ty(level)) != Some(ScalarKind::Float) {
                    value = self.b.op1(Op::SToF, value);
                }
                let zero = self.b.float(0.0);
                let (magnify, minify) = (self.b.uniform(facts + MAGNIFY), self.b.uniform(facts + MINIFY));
                let is_above = self.b.op2(Op::FGt, value, zero);
                self.b.select(is_above, minify, magnify)
            }
            _ if gather.is_some() => self.b.constant(0),
            SampleLevel::Auto | SampleLevel::Bias(_) | SampleLevel::Gradient { .. } => {
                return Err(frame.unsupported("sampling with derivatives", handle));
            }
        };
        let mut position = self.words(frame, coordinate)?.to_vec();
        let offsets = offset.map(|offset| self.words(frame, offset)).transpose()?;
        let layer = match array_index {
            Some(index) => Some(self.layer(frame, image, index)?),
            None => None,
        };
        // In texels, from here on.
        for (axis, at) in position.iter_mut().enumerate() {
            let extent = self.extent(image, axis);
            let extent = self.b.op1(Op::UToF, extent);
            *at = self.b.op2(Op::FMul, *at, extent);
            if clamp_to_edge {
                let half = self.b.float(0.5);
                let last = self.b.op2(Op::FSub, extent, half);
                *at = self.b.op2(Op::FMax, *at, half);
                *at = self.b.op2(Op::FMin, *at, last);
            }
            if let Some(offsets) = &offsets {
                let offset = self.b.op1(Op::SToF, offsets[axis]);
                *at = self.b.op2(Op::FAdd, *at, offset);
            }
        }
        let view = View { image, address: facts + ADDRESS, layer };
        if let Some(component) = gather {
            return Ok(self.gather_texels(view, &position, component as usize));
        }
        let channels = self.channels(frame, handle);
        let results: Vec<_> = (0..channels).map(|_| self.b.var()).collect();
        self.b.open_branch();
        let mixed = self.mixed(view, &position);
        results.iter().zip(mixed.iter()).for_each(|(&var, &word)| self.b.set(var, word));
        let accept = self.b.close_branch();
        self.b.open_branch();
        let nearest: Vec<_> =
            (0..position.len()).map(|axis| self.neighbour(view, axis, position[axis], 0.0)).collect();
        let texel = self.texel_of(view, nearest);
        results.iter().zip(texel.iter()).for_each(|(&var, &word)| self.b.set(var, word));
        let reject = self.b.close_branch();
        self.b.branch(is_linear, accept, reject);
        Ok(results.into_iter().map(|var| self.b.get(var)).collect())
    }

    fn channels(&self, frame: &Frame, handle: Handle<Expression>) -> usize {
        if types::is_vector(frame.ty(handle)) { 4 } else { 1 }
    }

    /// The layer of an array, clamped.
    fn layer(&mut self, frame: &mut Frame, image: Image, index: Handle<Expression>) -> Result<Value> {
        let mut layer = self.word(frame, index)?;
        let (zero, one) = (self.b.constant(0), self.b.constant(1));
        if types::kind(frame.ty(index)) == Some(ScalarKind::Sint) {
            layer = self.b.op2(Op::SMax, layer, zero);
        }
        let count = self.extent(image, image.axes);
        let last = self.b.op2(Op::ISub, count, one);
        Ok(self.b.op2(Op::UMin, layer, last))
    }

    /// The texel `floor(at) + step` along an axis, as the address mode has it.
    fn neighbour(&mut self, view: View, axis: usize, at: Value, step: f32) -> Value {
        let (extent, mode) = (self.extent(view.image, axis), self.b.uniform(view.address + axis as u32));
        let (zero, one) = (self.b.constant(0), self.b.constant(1));
        let last = self.b.op2(Op::ISub, extent, one);
        let size = self.b.op1(Op::UToF, extent);
        let (index, step) = (self.b.op1(Op::FFloor, at), self.b.float(step));
        let index = self.b.op2(Op::FAdd, index, step);
        let repeated = self.wrapped(index, size);
        let twice = self.b.op2(Op::FAdd, size, size);
        let there = self.wrapped(index, twice);
        let float_one = self.b.float(1.0);
        let end = self.b.op2(Op::FSub, twice, float_one);
        let back = self.b.op2(Op::FSub, end, there);
        let mirrored = self.b.op2(Op::FMin, there, back);
        let (repeat, mirror) = (self.b.constant(REPEAT), self.b.constant(MIRROR));
        let (repeats, mirrors) = (self.b.op2(Op::IEq, mode, repeat), self.b.op2(Op::IEq, mode, mirror));
        let index = self.b.select(repeats, repeated, index);
        let index = self.b.select(mirrors, mirrored, index);
        let index = self.b.op1(Op::FToS, index);
        let index = self.b.op2(Op::SMax, index, zero);
        self.b.op2(Op::SMin, index, last)
    }

    /// The whole number from 0 to below `size` that is as far from `index` as a multiple of `size`.
    fn wrapped(&mut self, index: Value, size: Value) -> Value {
        let ratio = self.b.op2(Op::FDiv, index, size);
        let times = self.b.op1(Op::FFloor, ratio);
        let whole = self.b.op2(Op::FMul, times, size);
        self.b.op2(Op::FSub, index, whole)
    }

    fn texel_of(&mut self, view: View, mut place: Vec<Value>) -> Rc<[Value]> {
        place.extend(view.layer);
        let index = self.index_of(view.image, &place);
        self.texel_at(view.image, index)
    }

    /// Along each axis: the two neighbours of a position, and the weight of the second.
    fn neighbours(&mut self, view: View, position: &[Value]) -> Vec<([Value; 2], Value)> {
        let half = self.b.float(0.5);
        let both = |(axis, &at): (usize, &Value)| {
            let at = self.b.op2(Op::FSub, at, half);
            let whole = self.b.op1(Op::FFloor, at);
            let weight = self.b.op2(Op::FSub, at, whole);
            let before = self.neighbour(view, axis, at, 0.0);
            ([before, self.neighbour(view, axis, at, 1.0)], weight)
        };
        position.iter().enumerate().map(both).collect()
    }

    /// The texels around, mixed: neighbours along x first, then along y, then along z.
    fn mixed(&mut self, view: View, position: &[Value]) -> Rc<[Value]> {
        let around = self.neighbours(view, position);
        let corners = 1 << around.len();
        let corner =
            |corner: usize| (0..around.len()).map(|axis| around[axis].0[corner >> axis & 1]).collect();
        let mut texels: Vec<Rc<[Value]>> = (0..corners).map(|at| self.texel_of(view, corner(at))).collect();
        let one = self.b.float(1.0);
        for &(_, weight) in &around {
            let rest = self.b.op2(Op::FSub, one, weight);
            let mix = |pair: &[Rc<[Value]>]| {
                let (a, b) = (self.zip(Op::FMul, &pair[0], &[rest]), self.zip(Op::FMul, &pair[1], &[weight]));
                self.zip(Op::FAdd, &a, &b)
            };
            texels = texels.chunks(2).map(mix).collect();
        }
        texels[0].clone()
    }

    /// One channel of the four texels around, counter-clockwise from the lower left.
    fn gather_texels(&mut self, view: View, position: &[Value], channel: usize) -> Rc<[Value]> {
        let around = self.neighbours(view, position);
        [(0, 1), (1, 1), (1, 0), (0, 0)]
            .map(|(x, y)| self.texel_of(view, vec![around[0].0[x], around[1].0[y]])[channel])
            .into()
    }
}

/// What is sampled: a texture, or a layer of it, through a sampler.
#[derive(Debug, Clone, Copy)]
struct View {
    image: Image,
    /// The first of the uniform words that say the address modes.
    address: u32,
    layer: Option<Value>,
}
