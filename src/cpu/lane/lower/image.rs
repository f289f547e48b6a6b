//! Textures: their memory, and reading, writing and asking for the size of texels at integer coordinates.
//!
//! The texels of a storage texture lie as its format packs them, whole words each, and are unpacked and packed by the lanes.
//! The format of other textures is not known here: they come unpacked, a word a channel, all texels of a channel before those
//! of the next, so that neighbours are read at once. Sizes are uniform arguments.
//!
//! A load out of range, also of a level other than 0, reads zero bits; a store out of range does nothing.

use std::rc::Rc;

use naga::{
    AtomicFunction, Expression, GlobalVariable, Handle, ImageClass, ImageDimension, ImageQuery, ScalarKind,
    Statement, TypeInner,
};

use super::super::effect::{Atomic, Effect};
use super::super::op::Op;
use super::super::tree::{Memory, Value};
use super::kernel::{Binding, Holds};
use super::layout::OUT_OF_RANGE;
use super::{Frame, Lowering, Operand, types, unsupported_at};
use crate::error::Result;
use crate::texture::TexelFormat;
use crate::wgsl::texel_format;

/// Uniform words of each texture: its size and the number of texels. Of each sampler: whether it filters linearly where it magnifies and where it
/// minifies, as truth values, then an address mode for each axis.
pub(crate) const FACTS: u32 = 5;

/// The number of texels, of a texture's uniform words.
const TEXELS: u32 = 3;

/// A texture or sampler in use.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resource {
    Image(Image),
    Sampler {
        /// The first of its uniform words.
        facts: u32,
    },
}

/// A texture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Image {
    memory: Memory,
    /// The first of its uniform words.
    facts: u32,
    /// Coordinates of a texel, without the layer.
    pub(super) axes: usize,
    is_arrayed: bool,
    texels: Texels,
}

/// How texels lie in memory.
#[derive(Debug, Clone, Copy)]
enum Texels {
    /// Planes of a word a texel, one for each channel.
    Unpacked {
        channels: u32,
    },
    Packed(TexelFormat),
}

impl Image {
    /// Words from a texel to the next.
    fn stride(self) -> u32 {
        match self.texels {
            Texels::Unpacked { .. } => 1,
            Texels::Packed(format) => format.words() as u32,
        }
    }
}

impl Lowering {
    /// Gives a texture or sampler its memory; `facts` are the first uniform words of its own.
    pub(super) fn declare_resource(
        &mut self,
        frame: &Frame,
        handle: Handle<GlobalVariable>,
        facts: u32,
    ) -> Result<()> {
        let variable = &frame.module().global_variables[handle];
        let refuse = |what: &str| {
            let span = frame.module().global_variables.get_span(handle);
            Err(unsupported_at(frame.unit, what, span))
        };
        let (holds, is_written, shape) = match *frame.inner(variable.ty) {
            TypeInner::Sampler { comparison: false } => (Holds::Sampler, false, None),
            TypeInner::Sampler { comparison: true } => return refuse("a sampler that compares"),
            TypeInner::BindingArray { .. } => return refuse("an array of bindings"),
            TypeInner::Image { dim: ImageDimension::Cube, .. } => return refuse("a cube texture"),
            TypeInner::Image { dim, arrayed, class } => {
                let (holds, is_written, texels) = match class {
                    ImageClass::Sampled { .. } => (Holds::Unpacked, false, Texels::Unpacked { channels: 4 }),
                    ImageClass::Depth { .. } => (Holds::Unpacked, false, Texels::Unpacked { channels: 1 }),
                    ImageClass::Storage { format, access } => match texel_format(format) {
                        Some(format) => {
                            let is_written = access.contains(naga::StorageAccess::STORE)
                                || access.contains(naga::StorageAccess::ATOMIC);
                            (Holds::Texels, is_written, Texels::Packed(format))
                        }
                        None => return refuse("a texture of 64-bit texels"),
                    },
                    ImageClass::External => return refuse("an external texture"),
                };
                let axes = match dim {
                    ImageDimension::D1 => 1,
                    ImageDimension::D2 | ImageDimension::Cube => 2,
                    ImageDimension::D3 => 3,
                };
                (holds, is_written, Some((axes, arrayed, texels)))
            }
            _ => return refuse("a resource of this type"),
        };
        let memory = self.b.memory(is_written);
        let resource = match shape {
            Some((axes, is_arrayed, texels)) => {
                Resource::Image(Image { memory, facts, axes, is_arrayed, texels })
            }
            None => Resource::Sampler { facts },
        };
        let place = variable.binding.unwrap_or(naga::ResourceBinding { group: 0, binding: 0 });
        let name = variable.name.clone().unwrap_or_default();
        let (group, binding) = (place.group, place.binding);
        self.globals.bindings.push(Binding { name, group, binding, is_written, holds });
        self.globals.numbers.insert(handle, self.globals.resources.len() as u32);
        self.globals.resources.push(resource);
        Ok(())
    }

    /// The texture or sampler that an expression names: a variable, or an argument that is one.
    pub(super) fn resource(&mut self, frame: &mut Frame, expr: Handle<Expression>) -> Result<Resource> {
        let number = self.word(frame, expr)?;
        let number = self.b.tree.constant(number).unwrap_or(u32::MAX);
        let found = self.globals.resources.get(number as usize).copied();
        found.ok_or_else(|| frame.unsupported("this texture or sampler", expr))
    }

    pub(super) fn image(&mut self, frame: &mut Frame, expr: Handle<Expression>) -> Result<Image> {
        match self.resource(frame, expr)? {
            Resource::Image(image) => Ok(image),
            Resource::Sampler { .. } => Err(frame.unsupported("this texture", expr)),
        }
    }

    /// Lowers an expression about textures.
    pub(super) fn image_expression(
        &mut self,
        frame: &mut Frame,
        handle: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        match frame.function.expressions[handle] {
            Expression::ImageLoad { image, coordinate, array_index, sample, level } => {
                let image = self.image(frame, image)?;
                let (mut inside, index) = self.texel_index(frame, image, coordinate, array_index)?;
                for first in [sample, level].into_iter().flatten() {
                    let (first, zero) = (self.word(frame, first)?, self.b.constant(0));
                    let is_first = self.b.op2(Op::IEq, first, zero);
                    inside = self.b.op2(Op::And, inside, is_first);
                }
                let offset = self.texel_offset(image, inside, index);
                Ok(self.read_texel(image, offset))
            }
            Expression::ImageQuery { image, query } => {
                let image = self.image(frame, image)?;
                Ok(match query {
                    ImageQuery::Size { .. } => (0..image.axes).map(|axis| self.extent(image, axis)).collect(),
                    ImageQuery::NumLayers => [self.extent(image, image.axes)].into(),
                    ImageQuery::NumLevels | ImageQuery::NumSamples => [self.b.constant(1)].into(),
                })
            }
            _ => self.image_sample(frame, handle),
        }
    }

    /// Lowers a statement about textures; false if it is another one.
    pub(super) fn image_statement(&mut self, frame: &mut Frame, statement: &Statement) -> Result<bool> {
        match *statement {
            Statement::ImageStore { image, coordinate, array_index, value } => {
                let image = self.image(frame, image)?;
                let Texels::Packed(format) = image.texels else { return Ok(false) };
                let (inside, index) = self.texel_index(frame, image, coordinate, array_index)?;
                let offset = self.texel_offset(image, inside, index);
                let value = self.words(frame, value)?;
                for (at, word) in (0..).zip(self.pack_texel(format, &value)) {
                    let at = self.b.constant(at);
                    let offset = self.b.op2(Op::IAdd, offset, at);
                    self.b.write(image.memory, offset, word);
                }
            }
            Statement::ImageAtomic { image, coordinate, array_index, fun, value } => {
                let image = self.image(frame, image)?;
                let (inside, index) = self.texel_index(frame, image, coordinate, array_index)?;
                let offset = self.texel_offset(image, inside, index);
                let is_signed = types::kind(frame.ty(value)) == Some(ScalarKind::Sint);
                let mut operand = self.word(frame, value)?;
                let op = match fun {
                    AtomicFunction::Add => Op::IAdd,
                    AtomicFunction::Subtract => {
                        let zero = self.b.constant(0);
                        operand = self.b.op2(Op::ISub, zero, operand);
                        Op::IAdd
                    }
                    AtomicFunction::And => Op::And,
                    AtomicFunction::ExclusiveOr => Op::Xor,
                    AtomicFunction::InclusiveOr => Op::Or,
                    AtomicFunction::Min => {
                        if is_signed {
                            Op::SMin
                        } else {
                            Op::UMin
                        }
                    }
                    AtomicFunction::Max => {
                        if is_signed {
                            Op::SMax
                        } else {
                            Op::UMax
                        }
                    }
                    AtomicFunction::Exchange { .. } => return Ok(false),
                };
                let effect = Effect::Atomic(Atomic::Update(op));
                self.b.atomic(effect, image.memory, offset, [operand, operand]);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Width, height, and depth or layers; the layers of an arrayed texture are behind its axes.
    pub(super) fn extent(&mut self, image: Image, axis: usize) -> Value {
        // One layer of a row is no texture of WGSL, so that layers are always in the third place.
        let at = if image.is_arrayed && axis == image.axes { 2 } else { axis as u32 };
        self.b.uniform(image.facts + at)
    }

    /// Whether coordinates are in range, and the index of their texel if so.
    fn texel_index(
        &mut self,
        frame: &mut Frame,
        image: Image,
        coordinate: Handle<Expression>,
        layer: Option<Handle<Expression>>,
    ) -> Result<(Value, Value)> {
        let mut place = self.words(frame, coordinate)?.to_vec();
        if let Some(layer) = layer {
            place.push(self.word(frame, layer)?);
        }
        let mut inside = self.b.constant(u32::MAX);
        for (axis, &at) in place.iter().enumerate() {
            // A negative coordinate is a large one.
            let extent = self.extent(image, axis);
            let within = self.b.op2(Op::ULt, at, extent);
            inside = self.b.op2(Op::And, inside, within);
        }
        Ok((inside, self.index_of(image, &place)))
    }

    /// The index of a texel whose coordinates, then layer, are in range.
    pub(super) fn index_of(&mut self, image: Image, place: &[Value]) -> Value {
        let (&last, before) = place.split_last().unwrap_or((&place[0], &[]));
        let mut index = last;
        for (axis, &at) in before.iter().enumerate().rev() {
            let extent = self.extent(image, axis);
            index = self.b.op2(Op::IMul, index, extent);
            index = self.b.op2(Op::IAdd, index, at);
        }
        index
    }

    /// The first word of a texel, or one that is not there.
    fn texel_offset(&mut self, image: Image, inside: Value, index: Value) -> Value {
        let (stride, nowhere) = (self.b.constant(image.stride()), self.b.constant(OUT_OF_RANGE));
        let offset = self.b.op2(Op::IMul, index, stride);
        self.b.select(inside, offset, nowhere)
    }

    /// The channels of the texel with an index in range.
    pub(super) fn texel_at(&mut self, image: Image, index: Value) -> Rc<[Value]> {
        let stride = self.b.constant(image.stride());
        let offset = self.b.op2(Op::IMul, index, stride);
        self.read_texel(image, offset)
    }

    /// The channels of the texel whose words start at an offset.
    fn read_texel(&mut self, image: Image, offset: Value) -> Rc<[Value]> {
        let (count, apart) = match image.texels {
            Texels::Unpacked { channels } => (channels, self.b.uniform(image.facts + TEXELS)),
            Texels::Packed(_) => (image.stride(), self.b.constant(1)),
        };
        let mut at = offset;
        let mut words = vec![self.b.read(image.memory, at)];
        for _ in 1..count {
            at = self.b.op2(Op::IAdd, at, apart);
            words.push(self.b.read(image.memory, at));
        }
        match image.texels {
            Texels::Unpacked { .. } => words.into(),
            Texels::Packed(format) => self.unpack_texel(format, &words),
        }
    }

    /// The number that stands for a texture or sampler as a value.
    pub(super) fn resource_number(&mut self, global: Handle<GlobalVariable>) -> Option<Operand> {
        let number = *self.globals.numbers.get(&global)?;
        Some(Operand::Words([self.b.constant(number)].into()))
    }
}
