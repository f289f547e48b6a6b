//! Built-in functions that are more than one machine instruction: each is a loop over lanes of its own.
//!
//! The bodies are the scalar functions of `cpu::math`, written so that such a loop becomes vector code. A few have a
//! fast form that is wrong for rare operands, with a predicate that says so: the loop over a strip takes the exact form
//! for the whole strip when any lane asks for it.

use crate::cpu::math::{self, Emulated, Fused};

/// Operands of the operation that has most.
pub(crate) const OPERANDS: usize = 6;

/// A value of 32 bits.
pub(crate) trait Word: Copy {
    /// From the bits.
    fn from_word(word: u32) -> Self;
    /// To the bits.
    fn to_word(self) -> u32;
}

macro_rules! words {
    ($($ty:ty: $from:expr, $to:expr;)+) => {$(
        impl Word for $ty {
            #[inline(always)]
            fn from_word(word: u32) -> Self {
                $from(word)
            }
            #[inline(always)]
            fn to_word(self) -> u32 {
                $to(self)
            }
        }
    )+};
}

words! {
    f32: f32::from_bits, f32::to_bits;
    i32: |word| word as i32, |value| value as u32;
    u32: |word| word, |value| value;
}

/// A built-in function as a type, so that loops over it are compiled with its body inlined.
pub(crate) trait LaneFunction {
    /// Number of operands.
    const ARITY: usize;
    /// True for a function that gains nothing from loops of vectors: one loop serves all instruction sets of a width.
    const IS_PLAIN: bool;
    /// The result, right unless [`LaneFunction::is_rare`].
    fn fast<F: Fused>(args: [u32; OPERANDS]) -> u32;
    /// True for operands that need [`LaneFunction::exact`].
    #[inline(always)]
    fn is_rare(_args: [u32; OPERANDS]) -> bool {
        false
    }
    /// The result for all operands.
    #[inline(always)]
    fn exact<F: Fused>(args: [u32; OPERANDS]) -> u32 {
        Self::fast::<F>(args)
    }
}

/// Calls a macro with the list of functions: name, cost in the units of `Op::cost`, operands, body, and the rare form.
/// Those on words of 64-bit scalars are `plain`: compiled code has instructions for the common ones, and vectors of them cost
/// more to build than they give.
macro_rules! for_each_function {
    ($callback:ident) => {
        $callback! {
            Exp 12 |x: f32| math::exp::<F>(x);
            Exp2 10 |x: f32| math::exp2::<F>(x);
            Log 14 |x: f32| math::log::<F>(x);
            Log2 16 |x: f32| math::log2::<F>(x);
            Pow 80 |x: f32, y: f32| math::pow(x, y);
            Sin 12 |x: f32| math::sin_small::<F>(x), |x: f32| math::needs_wide_reduction(x) => math::sin_wide::<F>(x);
            Cos 12 |x: f32| math::cos_small::<F>(x), |x: f32| math::needs_wide_reduction(x) => math::cos_wide::<F>(x);
            Tan 18 |x: f32| math::tan_small::<F>(x), |x: f32| math::needs_wide_reduction(x) => math::tan_wide::<F>(x);
            Asin 20 |x: f32| math::asin::<F>(x);
            Acos 20 |x: f32| math::acos::<F>(x);
            Atan 16 |x: f32| math::atan::<F>(x);
            Atan2 24 |y: f32, x: f32| math::atan2::<F>(y, x);
            Sinh 20 |x: f32| math::sinh::<F>(x);
            Cosh 20 |x: f32| math::cosh::<F>(x);
            Tanh 20 |x: f32| math::tanh::<F>(x);
            Asinh 60 |x: f32| math::asinh(x);
            Acosh 60 |x: f32| math::acosh(x);
            Atanh 60 |x: f32| math::atanh(x);
            Fma 2 |a: f32, b: f32, c: f32| math::fma::<F>(a, b, c);
            Rem 10 |x: f32, y: f32| math::rem(x, y), |x: f32, y: f32| math::needs_exact_rem(x, y) => math::rem_exact(x, y);
            Sign 3 |x: f32| math::sign(x);
            Ldexp 8 |x: f32, e: i32| math::ldexp(x, e);
            FrexpFract 6 |x: f32| math::frexp_fract(x);
            FrexpExp 6 |x: f32| math::frexp_exp(x);
            ModfFract 4 |x: f32| math::modf_fract(x);
            QuantizeToF16 10 |x: f32| math::quantize_to_f16(x);
            DivI32 10 |a: i32, b: i32| math::div_i32(a, b);
            DivU32 10 |a: u32, b: u32| math::div_u32(a, b);
            RemI32 12 |a: i32, b: i32| math::rem_i32(a, b);
            RemU32 12 |a: u32, b: u32| math::rem_u32(a, b);
            AbsI32 2 |x: i32| math::abs_i32(x);
            SignI32 3 |x: i32| math::sign_i32(x);
            CountOneBits 4 |x: u32| math::count_one_bits(x);
            CountLeadingZeros 4 |x: u32| math::count_leading_zeros(x);
            CountTrailingZeros 4 |x: u32| math::count_trailing_zeros(x);
            ReverseBits 6 |x: u32| math::reverse_bits(x);
            FirstLeadingBitU32 4 |x: u32| math::first_leading_bit_u32(x);
            FirstLeadingBitI32 4 |x: i32| math::first_leading_bit_i32(x);
            FirstTrailingBit 4 |x: u32| math::first_trailing_bit(x);
            ExtractBitsU32 8 |x: u32, offset: u32, count: u32| math::extract_bits_u32(x, offset, count);
            ExtractBitsI32 8 |x: i32, offset: u32, count: u32| math::extract_bits_i32(x, offset, count);
            InsertBits 10 |x: u32, new: u32, offset: u32, count: u32| math::insert_bits(x, new, offset, count);
            Pack4x8Snorm 20 |x: f32, y: f32, z: f32, w: f32| math::pack_4x8_snorm([x, y, z, w]);
            Pack4x8Unorm 20 |x: f32, y: f32, z: f32, w: f32| math::pack_4x8_unorm([x, y, z, w]);
            Pack2x16Snorm 10 |x: f32, y: f32| math::pack_2x16_snorm(x, y);
            Pack2x16Unorm 10 |x: f32, y: f32| math::pack_2x16_unorm(x, y);
            Pack2x16Float 20 |x: f32, y: f32| math::pack_2x16_float(x, y);
            Pack4x8 8 |x: u32, y: u32, z: u32, w: u32| math::pack_4x8([x, y, z, w]);
            Pack4x8IClamp 12 |x: i32, y: i32, z: i32, w: i32| math::pack_4x8_i_clamp([x, y, z, w]);
            Pack4x8UClamp 12 |x: u32, y: u32, z: u32, w: u32| math::pack_4x8_u_clamp([x, y, z, w]);
            Unpack4x8Snorm 6 |word: u32, index: u32| math::unpack_4x8_snorm(word, index);
            Unpack4x8Unorm 6 |word: u32, index: u32| math::unpack_4x8_unorm(word, index);
            Unpack2x16Snorm 6 |word: u32, index: u32| math::unpack_2x16_snorm(word, index);
            Unpack2x16Unorm 6 |word: u32, index: u32| math::unpack_2x16_unorm(word, index);
            Unpack2x16Float 8 |word: u32, index: u32| math::unpack_2x16_float(word, index);
            Unpack4x8I 4 |word: u32, index: u32| math::unpack_4x8_i(word, index);
            Unpack4x8U 4 |word: u32, index: u32| math::unpack_4x8_u(word, index);
            Dot4x8I 10 |a: u32, b: u32| math::dot_4x8_i(a, b);
            Dot4x8U 10 |a: u32, b: u32| math::dot_4x8_u(a, b);
            MulHigh 4 |a: u32, b: u32| math::mul_high(a, b);
            Divide64 plain 40 |al: u32, ah: u32, bl: u32, bh: u32, number: u32| math::divide_64([al, ah], [bl, bh], number);
            F64AddLow plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::low(math::double(al, ah) + math::double(bl, bh));
            F64AddHigh plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::high(math::double(al, ah) + math::double(bl, bh));
            F64SubLow plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::low(math::double(al, ah) - math::double(bl, bh));
            F64SubHigh plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::high(math::double(al, ah) - math::double(bl, bh));
            F64MulLow plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::low(math::double(al, ah) * math::double(bl, bh));
            F64MulHigh plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::high(math::double(al, ah) * math::double(bl, bh));
            F64DivLow plain 10 |al: u32, ah: u32, bl: u32, bh: u32| math::low(math::double(al, ah) / math::double(bl, bh));
            F64DivHigh plain 10 |al: u32, ah: u32, bl: u32, bh: u32| math::high(math::double(al, ah) / math::double(bl, bh));
            F64FmaLow plain 6 |al: u32, ah: u32, bl: u32, bh: u32, cl: u32, ch: u32| math::low(math::double(al, ah).mul_add(math::double(bl, bh), math::double(cl, ch)));
            F64FmaHigh plain 6 |al: u32, ah: u32, bl: u32, bh: u32, cl: u32, ch: u32| math::high(math::double(al, ah).mul_add(math::double(bl, bh), math::double(cl, ch)));
            F64SqrtLow plain 10 |al: u32, ah: u32| math::low(math::double(al, ah).sqrt());
            F64SqrtHigh plain 10 |al: u32, ah: u32| math::high(math::double(al, ah).sqrt());
            F64FloorLow plain 4 |al: u32, ah: u32| math::low(math::double(al, ah).floor());
            F64FloorHigh plain 4 |al: u32, ah: u32| math::high(math::double(al, ah).floor());
            F64CeilLow plain 4 |al: u32, ah: u32| math::low(math::double(al, ah).ceil());
            F64CeilHigh plain 4 |al: u32, ah: u32| math::high(math::double(al, ah).ceil());
            F64TruncLow plain 4 |al: u32, ah: u32| math::low(math::double(al, ah).trunc());
            F64TruncHigh plain 4 |al: u32, ah: u32| math::high(math::double(al, ah).trunc());
            F64RoundLow plain 4 |al: u32, ah: u32| math::low(math::double(al, ah).round_ties_even());
            F64RoundHigh plain 4 |al: u32, ah: u32| math::high(math::double(al, ah).round_ties_even());
            F64Eq plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::truth(math::double(al, ah) == math::double(bl, bh));
            F64Lt plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::truth(math::double(al, ah) < math::double(bl, bh));
            F64Le plain 4 |al: u32, ah: u32, bl: u32, bh: u32| math::truth(math::double(al, ah) <= math::double(bl, bh));
            F64Unary plain 60 |al: u32, ah: u32, number: u32| math::unary_64(al, ah, number);
            F64Binary plain 80 |al: u32, ah: u32, bl: u32, bh: u32, number: u32| math::binary_64([al, ah], [bl, bh], number);
            F64OfF32Low plain 3 |x: f32| math::low(f64::from(x));
            F64OfF32High plain 3 |x: f32| math::high(f64::from(x));
            F64ToF32 plain 3 |al: u32, ah: u32| math::double(al, ah) as f32;
            F64ToOddF32 plain 6 |al: u32, ah: u32| math::f64_to_odd_f32(math::double(al, ah));
            F64ToInteger plain 20 |al: u32, ah: u32, number: u32| math::f64_to_integer(al, ah, number);
            F64OfInteger plain 10 |al: u32, ah: u32, number: u32| math::integer_to_f64(al, ah, number);
            F32OfInteger64 plain 10 |al: u32, ah: u32, is_signed: u32| math::integer_to_f32(al, ah, is_signed);
        }
    };
}
pub(crate) use for_each_function;

macro_rules! define_functions {
    ($($name:ident $($plain:ident)? $cost:literal |$($arg:ident: $ty:ty),+| $fast:expr $(, |$($r:ident: $rt:ty),+| $rare:expr => $exact:expr)?;)+) => {
        /// A built-in function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Function {
            $($name,)+
        }

        /// The functions as types.
        pub(crate) mod lane {
            $(
                #[derive(Debug)]
                pub(crate) struct $name;
            )+
        }

        $(
            impl LaneFunction for lane::$name {
                const ARITY: usize = [$(stringify!($arg)),+].len();
                const IS_PLAIN: bool = define_functions!(@is_plain $($plain)?);
                #[inline(always)]
                fn fast<F: Fused>(args: [u32; OPERANDS]) -> u32 {
                    define_functions!(@bind args, $($arg: $ty),+);
                    $fast.to_word()
                }
                $(
                    #[inline(always)]
                    fn is_rare(args: [u32; OPERANDS]) -> bool {
                        define_functions!(@bind args, $($r: $rt),+);
                        $rare
                    }
                    #[inline(always)]
                    fn exact<F: Fused>(args: [u32; OPERANDS]) -> u32 {
                        define_functions!(@bind args, $($r: $rt),+);
                        $exact.to_word()
                    }
                )?
            }
        )+

        impl Function {
            /// All functions, in the order of their numbers.
            pub(crate) const ALL: &[Function] = &[$(Function::$name),+];

            /// Number of operands.
            pub(crate) fn arity(self) -> usize {
                match self {
                    $(Function::$name => lane::$name::ARITY,)+
                }
            }

            /// See `Op::cost`.
            pub(crate) fn cost(self) -> f64 {
                match self {
                    $(Function::$name => $cost as f64,)+
                }
            }

            /// The result on one lane.
            pub(crate) fn eval(self, args: [u32; OPERANDS]) -> u32 {
                match self {
                    $(Function::$name => lane::$name::exact::<Emulated>(args),)+
                }
            }
        }
    };
    (@is_plain plain) => {
        true
    };
    (@is_plain) => {
        false
    };
    (@bind $args:ident, $($arg:ident: $ty:ty),+) => {
        let mut args = $args.into_iter();
        $(let $arg = <$ty>::from_word(args.next().unwrap_or(0));)+
    };
}

for_each_function!(define_functions);
