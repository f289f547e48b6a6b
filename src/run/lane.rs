//! One executor's part in a call: what it is doing, since when, and how much of that beside the other one.

/// How far an executor is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phase {
    /// It takes no part, or no more.
    Absent,
    /// A device that is being opened, or whose pipelines are being compiled.
    Opening {
        /// When that began.
        since_s: f64,
        /// How long it is expected to take.
        takes_s: f64,
    },
    /// It may ask.
    Ready,
    /// It has asked, and there was nothing for it.
    Waiting,
    /// It has a chunk.
    Busy(Turn),
}

/// A chunk under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Turn {
    generation: u64,
    began_s: f64,
    predicted_s: f64,
    /// How long the other one had been at work in all when this began.
    others_busy_s: f64,
    expected: Option<(f64, f64)>,
}

/// A chunk that has ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ended {
    pub(crate) began_s: f64,
    /// Share of its time in which the other executor was at work.
    pub(crate) shared: f64,
    /// What had been predicted for it.
    pub(crate) expected: Option<(f64, f64)>,
}

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub(crate) phase: Phase,
    /// A chunk that was begun behind the one under way, and runs when that has ended.
    queued: Option<Turn>,
    /// Seconds at work in chunks that have ended.
    worked_s: f64,
}

impl Lane {
    pub(crate) fn absent() -> Self {
        Self { phase: Phase::Absent, queued: None, worked_s: 0.0 }
    }

    pub(crate) fn ready() -> Self {
        Self { phase: Phase::Ready, queued: None, worked_s: 0.0 }
    }

    pub(crate) fn opening(since_s: f64, takes_s: f64) -> Self {
        Self { phase: Phase::Opening { since_s, takes_s }, queued: None, worked_s: 0.0 }
    }

    /// True when it takes no part, or no more.
    pub(crate) fn is_gone(&self) -> bool {
        self.phase == Phase::Absent
    }

    /// It has asked, and there was nothing for it.
    pub(crate) fn wait(&mut self) {
        if !matches!(self.phase, Phase::Busy(_)) {
            self.phase = Phase::Waiting;
        }
    }

    /// A chunk begins, or is queued behind the one under way.
    pub(crate) fn begin(
        &mut self,
        generation: u64,
        now_s: f64,
        predicted_s: f64,
        others_busy_s: f64,
        expected: Option<(f64, f64)>,
    ) {
        let turn = Turn { generation, began_s: now_s, predicted_s, others_busy_s, expected };
        match self.phase {
            Phase::Busy(_) => self.queued = Some(turn),
            _ => self.phase = Phase::Busy(turn),
        }
    }

    /// Ends a chunk; `None` if it is not the one under way.
    pub(crate) fn end(&mut self, generation: u64, now_s: f64, others_busy_s: f64) -> Option<Ended> {
        let Phase::Busy(turn) = self.phase else { return None };
        if turn.generation != generation {
            return None;
        }
        let took_s = (now_s - turn.began_s).max(0.0);
        // What waited behind it had the executor to itself from now on.
        let next =
            self.queued.take().map(|next| Turn { began_s: now_s.max(next.began_s), others_busy_s, ..next });
        self.phase = next.map_or(Phase::Ready, Phase::Busy);
        self.worked_s += took_s;
        let beside_s = others_busy_s - turn.others_busy_s;
        let shared = if took_s > 0.0 { (beside_s / took_s).clamp(0.0, 1.0) } else { 0.0 };
        Some(Ended { began_s: turn.began_s, shared, expected: turn.expected })
    }

    /// Seconds at work until now.
    pub(crate) fn busy_s(&self, now_s: f64) -> f64 {
        match self.phase {
            Phase::Busy(turn) => self.worked_s + (now_s - turn.began_s).max(0.0),
            _ => self.worked_s,
        }
    }

    /// Seconds until it asks again, as expected; `None` when it never will. What is late may take as long again as it is late.
    pub(crate) fn left_s(&self, now_s: f64) -> Option<f64> {
        let left = |since_s: f64, takes_s: f64| {
            let gone_s = (now_s - since_s).max(0.0);
            if gone_s < takes_s { takes_s - gone_s } else { gone_s - takes_s }
        };
        match self.phase {
            Phase::Absent => None,
            Phase::Opening { since_s, takes_s } => Some(left(since_s, takes_s)),
            Phase::Ready | Phase::Waiting => Some(0.0),
            Phase::Busy(turn) => {
                let behind_s = self.queued.map_or(0.0, |next| next.predicted_s);
                Some(left(turn.began_s, turn.predicted_s) + behind_s)
            }
        }
    }
}

#[cfg(test)]
mod tests;
