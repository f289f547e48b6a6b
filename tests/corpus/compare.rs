//! Whether two executors have left the same in memory.

/// What a word holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scalar {
    /// `f32`, compared within a tolerance.
    Float,
    /// The low word of an `f64`, compared within a tolerance together with the word behind it.
    Double,
    /// Compared bit by bit.
    Word,
    /// Padding, which a shader may or may not write.
    Nothing,
}

impl Scalar {
    /// Of a scalar type in WGSL.
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            Some("f32") => Self::Float,
            Some("f64") => Self::Double,
            Some(_) => Self::Word,
            None => Self::Nothing,
        }
    }
}

/// A buffer that an entry point has written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Entry point and binding.
    pub(crate) name: String,
    pub(crate) words: Vec<u32>,
    /// What each word holds.
    pub(crate) scalars: Vec<Scalar>,
}

/// How far floats may differ: one of the two has to hold.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tolerance {
    pub(crate) ulp: u32,
    pub(crate) absolute: f32,
}

impl Tolerance {
    fn allows_double(self, a: u64, b: u64) -> bool {
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
        if x.is_nan() || y.is_nan() {
            return x.is_nan() && y.is_nan();
        }
        let absolute = f64::from(self.absolute).max(f64::MIN_POSITIVE);
        let ulp = i128::from(self.ulp);
        x == y || (x - y).abs() <= absolute || (ordered_double(a) - ordered_double(b)).abs() <= ulp
    }

    fn allows(self, a: u32, b: u32) -> bool {
        let (x, y) = (f32::from_bits(a), f32::from_bits(b));
        if x.is_nan() || y.is_nan() {
            return x.is_nan() && y.is_nan();
        }
        // A subnormal may be flushed, and a zero has either sign.
        let absolute = self.absolute.max(f32::MIN_POSITIVE);
        x == y || (x - y).abs() <= absolute || ordered(a).abs_diff(ordered(b)) <= u64::from(self.ulp)
    }
}

/// The place of a float among all.
fn ordered(bits: u32) -> i64 {
    let magnitude = i64::from(bits & 0x7fff_ffff);
    if bits >> 31 == 0 { magnitude } else { -magnitude }
}

/// The place of a float of 64 bits among all.
fn ordered_double(bits: u64) -> i128 {
    let magnitude = i128::from(bits & (u64::MAX >> 1));
    if bits >> 63 == 0 { magnitude } else { -magnitude }
}

impl Written {
    /// What is compared at once, with the number of its first word: words, and floats of two words.
    fn units(&self) -> impl Iterator<Item = (usize, Scalar, u64)> {
        let is_high = |at: usize| at > 0 && self.scalars[at - 1] == Scalar::Double;
        (0..self.words.len()).filter(move |&at| !is_high(at)).map(|at| {
            let is_double = self.scalars[at] == Scalar::Double;
            let high = if is_double { u64::from(self.words[at + 1]) << 32 } else { 0 };
            (at, self.scalars[at], high | u64::from(self.words[at]))
        })
    }
}

/// Differences shown.
const SHOWN: usize = 12;

fn compare(names: &[String; 2], a: &[Written], b: &[Written], same: impl Fn(Scalar, u64, u64) -> bool) {
    assert_eq!(a.len(), b.len());
    let mut differences = Vec::new();
    for (a, b) in a.iter().zip(b) {
        for ((at, scalar, x), (_, _, y)) in a.units().zip(b.units()) {
            if !same(scalar, x, y) {
                let spell = |word: u64| match scalar {
                    Scalar::Float => format!("{:e} ({word:#010x})", f32::from_bits(word as u32)),
                    Scalar::Double => format!("{:e} ({word:#018x})", f64::from_bits(word)),
                    _ => format!("{word:#010x}"),
                };
                differences.push(format!("{}[{at}]: {} and {}", a.name, spell(x), spell(y)));
            }
        }
    }
    let shown = differences.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n  ");
    assert!(
        differences.is_empty(),
        "{} words differ, {} and {}:\n  {shown}",
        differences.len(),
        names[0],
        names[1]
    );
}

/// Every bit is the same, but those of NaN.
pub(crate) fn same_bits(names: &[String; 2], a: &[Written], b: &[Written]) {
    let is_nan = |scalar, bits: u64| match scalar {
        Scalar::Float => f32::from_bits(bits as u32).is_nan(),
        Scalar::Double => f64::from_bits(bits).is_nan(),
        Scalar::Word | Scalar::Nothing => false,
    };
    compare(names, a, b, |scalar, x, y| x == y || is_nan(scalar, x) && is_nan(scalar, y));
}

/// Integers are the same, floats within a tolerance; padding does not count.
pub(crate) fn close(cpu: &[Written], gpu: &[Written], tolerance: Tolerance) {
    let names = ["CPU".to_owned(), "GPU".to_owned()];
    compare(&names, cpu, gpu, |scalar, x, y| match scalar {
        Scalar::Float => tolerance.allows(x as u32, y as u32),
        Scalar::Double => tolerance.allows_double(x, y),
        Scalar::Word => x == y,
        Scalar::Nothing => true,
    });
}
