//! Whether subgroups are what the ladder needs: as large as the adapter says, with invocations in the order of their index.
//! Vulkan promises neither of a pipeline, and a ladder over other lanes would combine in another order.

use super::device::Device;
use super::flight::{Flight, land_all};
use super::measure::counting;
use super::pipelines::{Bound, Stage};
use super::pool::Kind;
use super::recording::Recording;
use crate::error::Result;
use crate::passes::{self, Chunk, Resource};
use crate::tuning::{Ladder, Tuning};

impl Device {
    /// The device with ladders through workgroup memory, if its subgroups are of no use.
    pub(super) fn with_sound_ladders(mut self) -> Self {
        let Some(size) = subgroup_size(self.tuning) else { return self };
        match pollster::block_on(self.has_lanes(size)) {
            Ok(true) => return self,
            Ok(false) => {
                tracing::warn!(
                    adapter = self.info.name,
                    size,
                    "subgroups are out of order; ladders use workgroup memory"
                );
            }
            Err(error) => tracing::warn!(%error, "subgroups cannot be tried; ladders use workgroup memory"),
        }
        self.lanes_out_of_order = true;
        self.tuning.shapes_mut().for_each(|shape| shape.ladder = Ladder::Shared);
        self
    }

    pub(super) async fn has_lanes(&self, size: u32) -> Result<bool> {
        let program =
            self.program(Stage::Lanes, vec![size.into()], || Ok(passes::lanes(size, &self.tuning)))?;
        let bytes = 4 * u64::from(passes::LANES_THREADS);
        let out = self.buffer(Kind::Storage, bytes)?;
        let work = counting(1);
        let mut recording = Recording::new(self, &work);
        let bound = [Bound { resource: Resource::Output, buffer: out.raw(), offset: 0, bytes }];
        recording.dispatch(&program, Chunk { len: 1, ..Chunk::default() }, &bound)?;
        let Recording { encoder, others, .. } = recording;
        let mut words = vec![0; passes::LANES_THREADS as usize];
        let mut flights = Flight::queue();
        flights.push_back(self.receive_copy(encoder, &out, 0, bytes, others)?.launch(self, &mut words, 0)?);
        land_all(self, &mut flights, 0).await?;
        Ok(words.iter().all(|&word| word == 1))
    }
}

/// The subgroups that a tuning counts on.
fn subgroup_size(mut tuning: Tuning) -> Option<u32> {
    tuning.shapes_mut().find_map(|shape| match shape.ladder {
        Ladder::Subgroup(size) => Some(size),
        Ladder::Shared => None,
    })
}
