//! What a call learns from chunks while it is under way: how costs vary along the data, and how much both executors slow
//! each other. Speeds themselves are the models' business.

use super::Call;
use crate::plan::{Density, Executor, Mode, Model};
use crate::run::ledger::Lease;

/// Standard deviation of the logarithm of a prediction up to which a speed counts as known.
const KNOWN_SPEED: f64 = 0.3;

/// Standard deviation of the logarithm by which contention may be off.
const DOUBT_OF_CONTENTION: f64 = 0.15;

impl Call {
    /// Takes a time that is off, of an executor whose speed is known, for a cost that differs at that place.
    pub(super) fn learn_density(&mut self, lease: &Lease, weight: f64, alone_s: f64, shared: f64) {
        let Some(fit) = self.model(lease.executor).map(Model::fit) else { return };
        let deviation = fit.deviation(weight);
        if self.course.mode != Mode::Guided || !fit.is_measured() || deviation > KNOWN_SPEED {
            return;
        }
        let ratio = alone_s / fit.seconds(weight).max(1e-12);
        // What the other executor slows is not known exactly.
        let doubt = deviation.hypot(DOUBT_OF_CONTENTION * shared);
        self.course.density.observe(&lease.range, self.ledger.len(), ratio, doubt);
    }

    /// How costs vary along the data, as this call leaves it.
    pub(crate) fn settled_density(&self) -> Density {
        let mut density = self.course.density.clone();
        density.settle();
        density
    }

    /// How much both slow each other, from chunks of the CPU that ran alone and beside the device.
    pub(super) fn learn_contention(&mut self) {
        if let Some(seen) = self.contention()
            && let Some(gpu) = &mut self.course.gpu
        {
            gpu.contention = seen;
        }
    }

    /// Contention as this call shows it: `None` unless the CPU was seen both alone and beside the device.
    pub(crate) fn contention(&self) -> Option<f64> {
        // Dearer elements look like contention, where they happen to be what both are at.
        if !self.course.density.is_flat() {
            return None;
        }
        let line = self.course.cpu.as_ref()?.fit();
        let rate = |from: f64, to: f64| {
            let of = self.chunks.iter().filter(|chunk| chunk.executor == Executor::Cpu);
            let (mut seconds, mut predicted, mut shared) = (0.0, 0.0, 0.0);
            for chunk in of.filter(|chunk| (from..=to).contains(&chunk.shared)) {
                seconds += chunk.seconds();
                predicted += line.seconds(chunk.weight);
                shared += chunk.shared * chunk.seconds();
            }
            (predicted > 0.0).then(|| (seconds / predicted, shared / seconds))
        };
        let (alone, alone_shared) = rate(0.0, 0.25)?;
        let (beside, beside_shared) = rate(0.6, 1.0)?;
        let seen = (beside / alone - 1.0) / (beside_shared - alone_shared).max(0.1);
        Some(seen.clamp(0.0, 2.0))
    }
}
