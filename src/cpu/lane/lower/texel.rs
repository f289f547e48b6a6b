//! Texels of storage textures: from the words of a format to channels, and back.
//!
//! Channels that a format lacks are 0, and alpha is 1. Values out of a format's range are clamped; normalised ones are
//! rounded to nearest, as the packing functions of WGSL do, and floats to nearest even.

use std::rc::Rc;

use super::super::build::Builder;
use super::super::function::Function;
use super::super::op::Op;
use super::super::tree::Value;
use super::Lowering;
use crate::texture::{Encoding, SampleKind, TexelFormat};

impl Lowering {
    /// Four channels.
    pub(super) fn unpack_texel(&mut self, format: TexelFormat, words: &[Value]) -> Rc<[Value]> {
        let encoding = format.encoding();
        let mut channels: Vec<Value> =
            (0..format.channels()).map(|channel| self.channel(encoding, words, channel as u32)).collect();
        if matches!(encoding, Encoding::Bgra8 | Encoding::BgraSrgb8) {
            channels.swap(0, 2);
        }
        let zero = self.b.constant(0);
        let one = if format.kind() == SampleKind::Float { self.b.float(1.0) } else { self.b.constant(1) };
        (0..4).map(|at| channels.get(at).copied().unwrap_or(if at == 3 { one } else { zero })).collect()
    }

    fn channel(&mut self, encoding: Encoding, words: &[Value], at: u32) -> Value {
        let number = self.b.constant(at);
        let half = self.b.constant(at % 2);
        let call = |this: &mut Self, function, word, index| this.b.op2(Op::Call(function), word, index);
        let pair = |words: &[Value]| words[at as usize / 2];
        match encoding {
            Encoding::Unorm8 | Encoding::Bgra8 | Encoding::Srgb8 | Encoding::BgraSrgb8 => {
                call(self, Function::Unpack4x8Unorm, words[0], number)
            }
            Encoding::Snorm8 => call(self, Function::Unpack4x8Snorm, words[0], number),
            Encoding::Uint8 => call(self, Function::Unpack4x8U, words[0], number),
            Encoding::Sint8 => call(self, Function::Unpack4x8I, words[0], number),
            Encoding::Unorm16 => call(self, Function::Unpack2x16Unorm, pair(words), half),
            Encoding::Snorm16 => call(self, Function::Unpack2x16Snorm, pair(words), half),
            Encoding::Float16 => call(self, Function::Unpack2x16Float, pair(words), half),
            Encoding::Uint16 => self.bits(pair(words), 16 * (at % 2), 16),
            Encoding::Sint16 => {
                let (up, down) = (self.b.constant(16 - 16 * (at % 2)), self.b.constant(16));
                let high = self.b.op2(Op::Shl, pair(words), up);
                self.b.op2(Op::SShr, high, down)
            }
            Encoding::Uint32 | Encoding::Sint32 | Encoding::Float32 => words[at as usize],
            Encoding::Uint10 => self.bits(words[0], 10 * at, TEN_TWO[at as usize]),
            Encoding::Unorm10 => {
                let bits = TEN_TWO[at as usize];
                let integer = self.bits(words[0], 10 * at, bits);
                let (float, most) = (self.b.op1(Op::UToF, integer), self.b.float(((1 << bits) - 1) as f32));
                self.b.op2(Op::FDiv, float, most)
            }
            Encoding::Ufloat11 => {
                // A binary16 without its sign and its last bits.
                let bits = ELEVEN_TEN[at as usize];
                let (float, zero) = (self.bits(words[0], 11 * at, bits), self.b.constant(0));
                let missing = self.b.constant(15 - bits);
                let binary16 = self.b.op2(Op::Shl, float, missing);
                call(self, Function::Unpack2x16Float, binary16, zero)
            }
        }
    }

    /// The bits of a word from one on.
    fn bits(&mut self, word: Value, first: u32, count: u32) -> Value {
        let (shift, mask) = (self.b.constant(first), self.b.constant((1 << count) - 1));
        let low = self.b.op2(Op::UShr, word, shift);
        self.b.op2(Op::And, low, mask)
    }

    /// The words of four channels.
    pub(super) fn pack_texel(&mut self, format: TexelFormat, value: &[Value]) -> Vec<Value> {
        let count = format.channels();
        let zero = self.b.constant(0);
        let mut channels = [zero; 4];
        channels[..count].copy_from_slice(&value[..count]);
        let pairs = channels[..count].chunks(2).map(|pair| [pair[0], *pair.get(1).unwrap_or(&zero)]);
        let pairs: Vec<[Value; 2]> = pairs.collect();
        let by_two = |this: &mut Self, function| {
            pairs.iter().map(|pair| this.b.op(Op::Call(function), pair)).collect::<Vec<_>>()
        };
        let by_four =
            |this: &mut Self, function, channels: [Value; 4]| vec![this.b.op(Op::Call(function), &channels)];
        match format.encoding() {
            Encoding::Unorm8 | Encoding::Srgb8 => by_four(self, Function::Pack4x8Unorm, channels),
            Encoding::Bgra8 | Encoding::BgraSrgb8 => {
                channels.swap(0, 2);
                by_four(self, Function::Pack4x8Unorm, channels)
            }
            Encoding::Snorm8 => by_four(self, Function::Pack4x8Snorm, channels),
            Encoding::Uint8 => by_four(self, Function::Pack4x8UClamp, channels),
            Encoding::Sint8 => by_four(self, Function::Pack4x8IClamp, channels),
            Encoding::Unorm16 => by_two(self, Function::Pack2x16Unorm),
            Encoding::Snorm16 => by_two(self, Function::Pack2x16Snorm),
            Encoding::Float16 => by_two(self, Function::Pack2x16Float),
            Encoding::Uint16 => {
                let most = self.b.constant(0xffff);
                pairs.iter().map(|pair| self.join_with(pair, 16, |b, x| b.op2(Op::UMin, x, most))).collect()
            }
            Encoding::Sint16 => {
                let (least, most) = (self.b.constant(-0x8000_i32 as u32), self.b.constant(0x7fff));
                let low = self.b.constant(0xffff);
                let clamp = |b: &mut Builder, x| {
                    let x = b.op2(Op::SMax, x, least);
                    let x = b.op2(Op::SMin, x, most);
                    b.op2(Op::And, x, low)
                };
                pairs.iter().map(|pair| self.join_with(pair, 16, clamp)).collect()
            }
            Encoding::Uint32 | Encoding::Sint32 | Encoding::Float32 => channels[..count].to_vec(),
            Encoding::Uint10 => {
                let clamped: Vec<Value> = (0..4)
                    .map(|at| {
                        let most = self.b.constant((1 << TEN_TWO[at]) - 1);
                        self.b.op2(Op::UMin, channels[at], most)
                    })
                    .collect();
                vec![self.join(clamped, 10)]
            }
            Encoding::Unorm10 => {
                let scaled: Vec<Value> =
                    (0..4).map(|at| self.normalised(channels[at], TEN_TWO[at])).collect();
                vec![self.join(scaled, 10)]
            }
            Encoding::Ufloat11 => {
                let floats: Vec<Value> = (0..3).map(|at| self.ufloat(channels[at], ELEVEN_TEN[at])).collect();
                vec![self.join(floats, 11)]
            }
        }
    }

    /// Fields of so many bits, the first in the low ones.
    fn join(&mut self, fields: impl IntoIterator<Item = Value>, bits: u32) -> Value {
        let mut word = self.b.constant(0);
        for (at, field) in (0..).zip(fields) {
            let shift = self.b.constant(bits * at);
            let field = self.b.op2(Op::Shl, field, shift);
            word = self.b.op2(Op::Or, word, field);
        }
        word
    }

    /// The same of fields that something is done to first.
    fn join_with(
        &mut self,
        fields: &[Value],
        bits: u32,
        with: impl Fn(&mut Builder, Value) -> Value,
    ) -> Value {
        let fields: Vec<Value> = fields.iter().map(|&field| with(&mut self.b, field)).collect();
        self.join(fields, bits)
    }

    /// `floor(0.5 + (2^bits - 1) * x)` of a float clamped to 0 to 1; NaN is 0.
    fn normalised(&mut self, x: Value, bits: u32) -> Value {
        let (zero, one, half) = (self.b.float(0.0), self.b.float(1.0), self.b.float(0.5));
        let most = self.b.float(((1 << bits) - 1) as f32);
        let positive = self.b.op2(Op::FGt, x, zero);
        let x = self.b.select(positive, x, zero);
        let x = self.b.op2(Op::FMin, x, one);
        let x = self.b.op2(Op::FMul, x, most);
        let x = self.b.op2(Op::FAdd, x, half);
        self.b.op1(Op::FToU, x)
    }

    /// A float without sign of `bits` bits, five of them the exponent: a binary16 rounded to nearest even once more.
    /// Negative numbers are 0.
    fn ufloat(&mut self, x: Value, bits: u32) -> Value {
        let zero = self.b.constant(0);
        let binary16 = self.b.op(Op::Call(Function::Pack2x16Float), &[x, zero]);
        let lost = 15 - bits;
        let (shift, one) = (self.b.constant(lost), self.b.constant(1));
        let below_half = self.b.constant((1 << (lost - 1)) - 1);
        let kept = self.b.op2(Op::UShr, binary16, shift);
        let is_odd = self.b.op2(Op::And, kept, one);
        let rounded = self.b.op2(Op::IAdd, binary16, below_half);
        let rounded = self.b.op2(Op::IAdd, rounded, is_odd);
        let rounded = self.b.op2(Op::UShr, rounded, shift);
        let sign = self.b.constant(0x8000);
        let sign = self.b.op2(Op::And, binary16, sign);
        let is_positive = self.b.op2(Op::IEq, sign, zero);
        self.b.op2(Op::And, rounded, is_positive)
    }
}

/// Bits of the channels of `rgb10a2`.
const TEN_TWO: [u32; 4] = [10, 10, 10, 2];

/// Bits of the channels of `rg11b10`.
const ELEVEN_TEN: [u32; 3] = [11, 11, 10];
