//! Intervals of 32-bit integers: what a scalar of a shader may be.
//!
//! The interval domain of abstract interpretation (P. and R. Cousot, 1977). Every operation returns an interval that holds
//! all results of WGSL's operation, which wraps; where wrapped results are in two places, the whole type.

use naga::{BinaryOperator, ScalarKind, TypeInner};

/// The integers from `lo` to `hi`, both included and `lo` at most `hi`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) lo: i64,
    pub(super) hi: i64,
}

/// What an interval is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    I32,
    U32,
}

impl Kind {
    /// Of the scalars of a scalar or vector; none where no intervals are kept.
    pub(super) fn of(inner: &TypeInner) -> Option<Self> {
        let (TypeInner::Scalar(scalar) | TypeInner::Vector { scalar, .. } | TypeInner::Atomic(scalar)) =
            inner
        else {
            return None;
        };
        Self::of_scalar(scalar.kind, scalar.width)
    }

    pub(super) fn of_scalar(kind: ScalarKind, width: u8) -> Option<Self> {
        match (kind, width) {
            (ScalarKind::Bool, _) => Some(Self::Bool),
            (ScalarKind::Sint, 4) => Some(Self::I32),
            (ScalarKind::Uint, 4) => Some(Self::U32),
            _ => None,
        }
    }

    /// Every value.
    pub(super) const fn all(self) -> Range {
        match self {
            Self::Bool => Range { lo: 0, hi: 1 },
            Self::I32 => Range { lo: i32::MIN as i64, hi: i32::MAX as i64 },
            Self::U32 => Range { lo: 0, hi: u32::MAX as i64 },
        }
    }

    /// The value that a word holds.
    pub(super) fn of_word(self, word: u32) -> i64 {
        match self {
            Self::Bool => i64::from(word != 0),
            Self::I32 => i64::from(word.cast_signed()),
            Self::U32 => i64::from(word),
        }
    }

    /// Results of arithmetic without bounds, wrapped.
    pub(super) fn wrapped(self, lo: i128, hi: i128) -> Range {
        let all = self.all();
        let turns = |value: i128| (value - i128::from(all.lo)).div_euclid(1 << 32);
        let turn = turns(lo);
        if self == Self::Bool || turn != turns(hi) {
            return if (lo, hi) == (0, 0) || (lo, hi) == (1, 1) {
                Range::new(lo as i64, hi as i64)
            } else {
                all
            };
        }
        Range::new((lo - (turn << 32)) as i64, (hi - (turn << 32)) as i64)
    }
}

impl Range {
    pub(super) const fn new(lo: i64, hi: i64) -> Self {
        Self { lo, hi }
    }

    pub(super) const fn exactly(value: i64) -> Self {
        Self { lo: value, hi: value }
    }

    pub(super) fn known(self) -> Option<i64> {
        (self.lo == self.hi).then_some(self.lo)
    }

    pub(super) fn join(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// What is in both; none if nothing is.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let both = Self { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        (both.lo <= both.hi).then_some(both)
    }

    /// Bounds that grew since `before` go to those of the type, so that loops come to an end.
    pub(super) fn widened(self, before: Self, kind: Kind) -> Self {
        let all = kind.all();
        Self {
            lo: if self.lo < before.lo { all.lo } else { before.lo },
            hi: if self.hi > before.hi { all.hi } else { before.hi },
        }
    }

    fn is_negative_free(self) -> bool {
        self.lo >= 0
    }
}

/// The least number of all ones that is at least `value`.
fn ones(value: i64) -> i64 {
    (value as u64 + 1).next_power_of_two() as i64 - 1
}

/// The results of an operator on scalars of a kind; comparisons give booleans.
pub(super) fn binary(op: BinaryOperator, kind: Kind, a: Range, b: Range) -> Range {
    use BinaryOperator as B;
    let wide = |f: fn(i128, i128) -> i128| {
        let corners = [f(a.lo.into(), b.lo.into()), f(a.lo.into(), b.hi.into())];
        let more = [f(a.hi.into(), b.lo.into()), f(a.hi.into(), b.hi.into())];
        let all = corners.into_iter().chain(more);
        (all.clone().min().unwrap_or(0), all.max().unwrap_or(0))
    };
    match op {
        B::Add => kind.wrapped(i128::from(a.lo) + i128::from(b.lo), i128::from(a.hi) + i128::from(b.hi)),
        B::Subtract => kind.wrapped(i128::from(a.lo) - i128::from(b.hi), i128::from(a.hi) - i128::from(b.lo)),
        B::Multiply => {
            let (lo, hi) = wide(|a, b| a * b);
            kind.wrapped(lo, hi)
        }
        B::Divide if b.lo > 0 => {
            let (lo, hi) = wide(|a, b| a / b);
            kind.wrapped(lo, hi)
        }
        // By zero is the dividend.
        B::Divide if a.is_negative_free() && b.is_negative_free() => Range::new(0, a.hi),
        B::Modulo if a.is_negative_free() && b.lo > 0 => match (a.known(), b.known()) {
            (_, Some(b)) if a.lo / b == a.hi / b => Range::new(a.lo % b, a.hi % b),
            _ => Range::new(0, a.hi.min(b.hi - 1)),
        },
        B::Modulo if a.is_negative_free() && b.is_negative_free() => Range::new(0, a.hi),
        B::And if kind == Kind::Bool => Range::new(a.lo & b.lo, a.hi & b.hi),
        B::InclusiveOr if kind == Kind::Bool => Range::new(a.lo | b.lo, a.hi | b.hi),
        B::And if a.is_negative_free() || b.is_negative_free() => and(a, b),
        B::InclusiveOr if a.is_negative_free() && b.is_negative_free() => {
            Range::new(a.lo.max(b.lo), (a.hi + b.hi).min(ones(a.hi.max(b.hi))))
        }
        B::ExclusiveOr if a.is_negative_free() && b.is_negative_free() => match (a.known(), b.known()) {
            (Some(a), Some(b)) => Range::exactly(a ^ b),
            _ => Range::new(0, (a.hi + b.hi).min(ones(a.hi.max(b.hi)))),
        },
        B::ShiftLeft if (0..32).contains(&b.lo) && b.hi < 32 => {
            let (lo, hi) = wide(|a, b| a << b);
            kind.wrapped(lo, hi)
        }
        B::ShiftRight if (0..32).contains(&b.lo) && b.hi < 32 => {
            let (lo, hi) = wide(|a, b| a >> b);
            kind.wrapped(lo, hi)
        }
        B::LogicalAnd => Range::new(a.lo & b.lo, a.hi & b.hi),
        B::LogicalOr => Range::new(a.lo | b.lo, a.hi | b.hi),
        B::Equal | B::NotEqual | B::Less | B::LessEqual | B::Greater | B::GreaterEqual => {
            match compare(op, a, b) {
                Some(truth) => Range::exactly(i64::from(truth)),
                None => Kind::Bool.all(),
            }
        }
        _ => kind.all(),
    }
}

/// Bitwise and, where one side at least is not negative.
fn and(a: Range, b: Range) -> Range {
    let (masked, mask) = if b.known().is_some() { (a, b) } else { (b, a) };
    if let Some(mask) = mask.known().filter(|&mask| mask >= 0) {
        // Low bits of numbers that have their other bits in common.
        let block = mask + 1;
        if mask & block == 0 && masked.lo.div_euclid(block) == masked.hi.div_euclid(block) {
            return Range::new(masked.lo.rem_euclid(block), masked.hi.rem_euclid(block));
        }
        // High bits: rounding down, which keeps the order.
        let low = u32::MAX as i64 - mask;
        if low & (low + 1) == 0 && masked.lo >= 0 {
            return Range::new(masked.lo & mask, masked.hi & mask);
        }
    }
    let bounds = [a, b].into_iter().filter(|side| side.is_negative_free());
    Range::new(0, bounds.map(|side| side.hi).min().unwrap_or(u32::MAX as i64))
}

/// The outcome of a comparison, where all values agree on it.
fn compare(op: BinaryOperator, a: Range, b: Range) -> Option<bool> {
    use BinaryOperator as B;
    match op {
        B::Less if a.hi < b.lo => Some(true),
        B::Less if a.lo >= b.hi => Some(false),
        B::LessEqual if a.hi <= b.lo => Some(true),
        B::LessEqual if a.lo > b.hi => Some(false),
        B::Greater => compare(B::Less, b, a),
        B::GreaterEqual => compare(B::LessEqual, b, a),
        B::Equal if a.meet(b).is_none() => Some(false),
        B::Equal if a.known().is_some() && a == b => Some(true),
        B::NotEqual => compare(B::Equal, a, b).map(|equal| !equal),
        _ => None,
    }
}

/// What `a` can be where comparing it with `b` has come out true; none if it cannot.
pub(super) fn where_true(op: BinaryOperator, a: Range, b: Range) -> Option<Range> {
    use BinaryOperator as B;
    let below = |limit: i64| (a.lo <= limit).then(|| Range::new(a.lo, a.hi.min(limit)));
    let above = |limit: i64| (a.hi >= limit).then(|| Range::new(a.lo.max(limit), a.hi));
    match op {
        B::Less => below(b.hi - 1),
        B::LessEqual => below(b.hi),
        B::Greater => above(b.lo + 1),
        B::GreaterEqual => above(b.lo),
        B::Equal => a.meet(b),
        B::NotEqual => match b.known() {
            Some(value) if a.known() == Some(value) => None,
            Some(value) if a.lo == value => Some(Range::new(a.lo + 1, a.hi)),
            Some(value) if a.hi == value => Some(Range::new(a.lo, a.hi - 1)),
            _ => Some(a),
        },
        _ => Some(a),
    }
}

/// The comparison with its sides exchanged.
pub(super) fn mirrored(op: BinaryOperator) -> BinaryOperator {
    use BinaryOperator as B;
    match op {
        B::Less => B::Greater,
        B::LessEqual => B::GreaterEqual,
        B::Greater => B::Less,
        B::GreaterEqual => B::LessEqual,
        other => other,
    }
}

/// The comparison that is true where this one is false.
pub(super) fn negated(op: BinaryOperator) -> Option<BinaryOperator> {
    use BinaryOperator as B;
    Some(match op {
        B::Less => B::GreaterEqual,
        B::LessEqual => B::Greater,
        B::Greater => B::LessEqual,
        B::GreaterEqual => B::Less,
        B::Equal => B::NotEqual,
        B::NotEqual => B::Equal,
        _ => return None,
    })
}
