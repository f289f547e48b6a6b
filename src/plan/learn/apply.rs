//! What history knows, put into the profile that a decision is made from.

use super::history::{History, WorkKey};
use crate::plan::outcome::Executor;
use crate::plan::profile::{Estimate, Profile, Provenance};
use crate::plan::shape::Shape;

impl History {
    /// Replaces assumptions of the profile by what was measured for this work and these devices. `devices` names the
    /// profile's adapters as history knows them.
    pub(crate) fn apply(&self, profile: &mut Profile, shape: &Shape, devices: &[String]) {
        self.apply_to(profile, shape.key(), devices);
    }

    /// The same for a work that has no shape: a kernel.
    pub(crate) fn apply_to(&self, profile: &mut Profile, key: WorkKey, devices: &[String]) {
        profile.budget = Some(self.budget);
        profile.density = self.density(key);
        if let Some(samples) = self.samples(Executor::Cpu, "", key) {
            profile.cpu.samples = samples.clone();
        }
        for (gpu, name) in profile.gpus.iter_mut().zip(devices) {
            if let Some(samples) = self.samples(Executor::Gpu, name, key) {
                gpu.samples = samples.clone();
            }
            let Some(known) = self.device(name) else { continue };
            if let Some(contention) = known.contention(key) {
                gpu.contention = contention;
            }
            gpu.ceiling_bytes = known.ceiling_bytes;
            for (average, estimate) in
                [(known.open_s, &mut gpu.open_s), (known.compile_s, &mut gpu.compile_s)]
            {
                let source = Provenance::Measured { calls: average.count() };
                let measured = average.mean().and_then(|mean| Estimate::new(mean, source));
                *estimate = measured.unwrap_or(*estimate);
            }
        }
    }
}
