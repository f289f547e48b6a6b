//! Choice of the instruction set at run time.
//!
//! On x86 the vector code is compiled for SSE2 (what every 64-bit processor has), AVX2 with FMA, and AVX-512; SSE4.2
//! alone saves too little to be worth a fourth copy.

use fearless_simd::{Level, Simd};

use super::super::steps::Step;
use super::strip::{Code, Frame};

/// Evaluates an expression with `$simd` the token of a level and `$fused` how it does fused multiply-add.
macro_rules! by_level {
    ($level:expr, $simd:ident, $fused:ident => $body:expr) => {{
        let level: fearless_simd::Level = $level;
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            use crate::cpu::math::{Emulated, Hardware};
            if let Some($simd) = level.as_avx512() {
                type $fused = Hardware;
                $body
            } else if let Some($simd) = level.as_avx2() {
                type $fused = Hardware;
                $body
            } else if let Some($simd) = level.as_sse2() {
                type $fused = Emulated;
                $body
            } else {
                // A `dispatch!` would compile every level once more.
                #[cfg(target_arch = "x86_64")]
                unreachable!("every x86-64 processor has SSE2");
                #[cfg(target_arch = "x86")]
                {
                    type $fused = Emulated;
                    fearless_simd::dispatch!(level, $simd => $body)
                }
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            use crate::cpu::math::Hardware;
            type $fused = Hardware;
            fearless_simd::dispatch!(level, $simd => $body)
        }
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
        {
            use crate::cpu::math::Emulated;
            type $fused = Emulated;
            fearless_simd::dispatch!(level, $simd => $body)
        }
    }};
}

pub(super) use by_level;

/// Lanes of a strip.
pub(crate) fn strip_len(level: Level) -> usize {
    fn of<S: Simd>(_: S) -> usize {
        Code::<S, crate::cpu::math::Hardware>::STRIP
    }
    by_level!(level, simd, _Fused => of(simd))
}

/// Runs steps; see [`Code::segment`].
///
/// # Safety
/// As [`Code::segment`], with [`strip_len`] of the same level.
pub(super) unsafe fn segment(level: Level, steps: &[Step], frame: Frame) -> usize {
    unsafe fn run<S: Simd, F: crate::cpu::math::Fused>(simd: S, steps: &[Step], frame: Frame) -> usize {
        // SAFETY: passed on from the caller.
        unsafe { Code::<S, F>::segment(simd, steps, frame) }
    }
    // SAFETY: passed on from the caller.
    by_level!(level, simd, Fused => unsafe { run::<_, Fused>(simd, steps, frame) })
}

/// Runs a closure, which should be `#[inline(always)]`, compiled for the level.
#[inline(always)]
pub(crate) fn vectorize<R>(level: Level, f: impl FnOnce() -> R) -> R {
    by_level!(level, simd, _Fused => simd.vectorize(f))
}

/// The instruction sets of this processor.
#[cfg(test)]
pub(crate) fn levels() -> Vec<Level> {
    let level = Level::new();
    #[cfg(target_arch = "x86_64")]
    {
        let all = [
            level.as_sse2().map(Level::Sse2),
            level.as_avx2().map(Level::Avx2),
            level.as_avx512().map(Level::Avx512),
        ];
        all.into_iter().flatten().collect()
    }
    #[cfg(not(target_arch = "x86_64"))]
    vec![level]
}
