//! Sampling: texels around a coordinate between 0 and 1, found by the sampler's address modes, and mixed.
//!
//! A texture has one level, so that a level only chooses between the filters for magnifying and for minifying. Arithmetic
//! is that of floats of 32 bits, where a GPU may keep as few as 8 bits of a weight.

use std::rc::Rc;

use naga::{Expression, Handle, SampleLevel, ScalarKind};

use super::super::op::Op;
use super::super::tree::{Value, Var};
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
            position.iter().enumerate().map(|(axis, &at)| (axis, self.b.op1(Op::FFloor, at))).collect();
        let nearest = self.addressed(view, &nearest);
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

    /// Coordinates of texels along axes, whole numbers in floats, as the address modes have them. Clamping is what is done
    /// most, and costs least.
    fn addressed(&mut self, view: View, places: &[(usize, Value)]) -> Vec<Value> {
        let clamp = self.b.constant(0);
        let mut any = clamp;
        for axis in 0..view.image.axes {
            let mode = self.b.uniform(view.address + axis as u32);
            any = self.b.op2(Op::Or, any, mode);
        }
        let vars: Vec<Var> = places.iter().map(|_| self.b.var()).collect();
        vars.iter().zip(places).for_each(|(&var, &(_, at))| self.b.set(var, at));
        self.b.open_branch();
        for (&var, &(axis, at)) in vars.iter().zip(places) {
            let wrapped = self.repeated(view, axis, at);
            self.b.set(var, wrapped);
        }
        let wraps = self.b.op2(Op::INe, any, clamp);
        self.b.close_if(wraps);
        let clamped = |(&var, &(axis, _)): (&Var, &(usize, Value))| {
            let (extent, one) = (self.extent(view.image, axis), self.b.constant(1));
            let last = self.b.op2(Op::ISub, extent, one);
            let at = self.b.get(var);
            let at = self.b.op1(Op::FToS, at);
            let at = self.b.op2(Op::SMax, at, clamp);
            self.b.op2(Op::SMin, at, last)
        };
        vars.iter().zip(places).map(clamped).collect()
    }

    /// A coordinate that repeats or is mirrored, if the address mode of its axis says so.
    fn repeated(&mut self, view: View, axis: usize, at: Value) -> Value {
        let mode = self.b.uniform(view.address + axis as u32);
        let extent = self.extent(view.image, axis);
        let size = self.b.op1(Op::UToF, extent);
        let (twice, one) = (self.b.op2(Op::FAdd, size, size), self.b.float(1.0));
        let repeated = self.wrapped(at, size);
        let there = self.wrapped(at, twice);
        let end = self.b.op2(Op::FSub, twice, one);
        let back = self.b.op2(Op::FSub, end, there);
        let mirrored = self.b.op2(Op::FMin, there, back);
        let (repeat, mirror) = (self.b.constant(REPEAT), self.b.constant(MIRROR));
        let (repeats, mirrors) = (self.b.op2(Op::IEq, mode, repeat), self.b.op2(Op::IEq, mode, mirror));
        let at = self.b.select(repeats, repeated, at);
        self.b.select(mirrors, mirrored, at)
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
        let (half, one) = (self.b.float(0.5), self.b.float(1.0));
        let (mut places, mut weights) = (vec![], vec![]);
        for (axis, &at) in position.iter().enumerate() {
            let at = self.b.op2(Op::FSub, at, half);
            let before = self.b.op1(Op::FFloor, at);
            places.extend([(axis, before), (axis, self.b.op2(Op::FAdd, before, one))]);
            weights.push(self.b.op2(Op::FSub, at, before));
        }
        let places = self.addressed(view, &places);
        places.chunks(2).map(|pair| [pair[0], pair[1]]).zip(weights).collect()
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
