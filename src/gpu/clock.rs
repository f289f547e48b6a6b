//! The clock of a device, put on the host's.
//!
//! wgpu gives no moment at which both clocks were read. But a submission's first timestamp is not before it was submitted,
//! and its last is not after its completion was noticed: each submission bounds the difference of the clocks from both sides.
//! The difference taken is the largest lower bound, since a device begins sooner after a submission than a thread wakes
//! after a completion. Clocks drift apart: bounds that contradict each other are given up for those of the latest submission.

use std::ops::Range;

/// Ticks of a device in seconds of the host.
#[derive(Debug)]
pub(super) struct Clock {
    seconds_per_tick: f64,
    /// A tick from which others are counted, so that differences keep their precision; the first one seen.
    base: Option<u64>,
    /// The host's time at `base`, at least and at most.
    bounds: [f64; 2],
}

impl Clock {
    /// A clock whose ticks take `ns`.
    pub(super) fn new(ns: f32) -> Self {
        Self {
            seconds_per_tick: f64::from(ns) * 1e-9,
            base: None,
            bounds: [f64::NEG_INFINITY, f64::INFINITY],
        }
    }

    /// Learns from a submission: `host` is from before it was submitted to when its completion was noticed, `ticks` are its
    /// first and last timestamp.
    pub(super) fn learn(&mut self, host: &Range<f64>, ticks: [u64; 2]) {
        self.base.get_or_insert(ticks[0]);
        let [first, last] = ticks.map(|tick| self.since_base(tick));
        let bounds = [host.start - first, host.end - last];
        self.bounds = [self.bounds[0].max(bounds[0]), self.bounds[1].min(bounds[1])];
        if self.bounds[0] > self.bounds[1] {
            self.bounds = bounds;
        }
    }

    /// The time of the host at a tick, within `host`.
    pub(super) fn at(&self, tick: u64, host: &Range<f64>) -> f64 {
        let time = self.bounds[0] + self.since_base(tick);
        if time.is_finite() { time.max(host.start).min(host.end) } else { host.start }
    }

    fn since_base(&self, tick: u64) -> f64 {
        let base = self.base.unwrap_or(tick);
        // Wrapped differences are small numbers of either sign.
        tick.wrapping_sub(base) as i64 as f64 * self.seconds_per_tick
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    /// A device whose clock is at `ticks(host)`: ticks of 2 ns, far from zero.
    fn ticks(host: f64) -> u64 {
        (1u64 << 62) + (host * 5e8).round() as u64
    }

    fn close(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within, "{a} is not within {within} of {b}");
    }

    #[test]
    fn the_quickest_start_gives_the_difference() {
        let mut clock = Clock::new(2.0);
        // From submission to start: 300, then 5, then 80 µs.
        for (submitted, delay) in [(1.0, 3e-4), (2.0, 5e-6), (3.0, 8e-5)] {
            let host = submitted..submitted + 0.01;
            clock.learn(&host, [ticks(submitted + delay), ticks(submitted + 0.009)]);
        }
        close(clock.at(ticks(3.004), &(3.0..3.01)), 3.004, 6e-6);
        close(clock.at(ticks(2.5), &(0.0..4.0)), 2.5, 6e-6);
    }

    #[test]
    fn times_are_within_their_submission() {
        let mut clock = Clock::new(2.0);
        clock.learn(&(1.0..1.01), [ticks(1.0), ticks(1.005)]);
        assert_eq!(clock.at(ticks(0.5), &(1.0..1.01)), 1.0);
        assert_eq!(clock.at(ticks(2.0), &(1.0..1.01)), 1.01);
    }

    #[test]
    fn a_clock_that_drifted_is_set_anew() {
        let mut clock = Clock::new(2.0);
        clock.learn(&(1.0..1.001), [ticks(1.0), ticks(1.0009)]);
        // The device's clock jumped back by a second.
        clock.learn(&(5.0..5.001), [ticks(6.0), ticks(6.0009)]);
        close(clock.at(ticks(6.0005), &(5.0..5.001)), 5.0005, 1e-6);
    }

    #[test]
    fn a_clock_that_knows_nothing_gives_the_start() {
        assert_eq!(Clock::new(1.0).at(7, &(1.0..2.0)), 1.0);
    }
}
