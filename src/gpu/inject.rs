//! Faults on demand: a script of what goes wrong on a device, and when.
//!
//! Drivers fail rarely and never twice alike; a script fails the same way in every run. It is plain data, held by
//! [`Options`](super::Options), and counts occurrences over all devices opened with the same options, so that a device which
//! is opened again goes on in the script instead of failing for ever at the same place. A device without a script pays
//! one look at an empty `Option`.

use std::sync::{Arc, Mutex};

use super::faults::lock;

/// Something that happens on a device and can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// The device is opened: there is none.
    Open,
    /// More than `over` bytes are allocated: they are refused.
    OutOfMemory { over: u64 },
    /// Commands are submitted: the device is lost before.
    LostBeforeSubmit,
    /// Commands are submitted: the device is lost while it runs them.
    LostInFlight,
    /// A buffer is to be mapped: the device is lost before.
    LostBeforeMap,
    /// A buffer is to be mapped: the device is lost before it is.
    LostDuringMap,
    /// A mapped buffer is read or written: the device is lost before.
    LostWhileMapped,
    /// A callback is handed to the driver: it never comes.
    Silence,
    /// Commands are submitted: neither they nor anything after them ends.
    Hang,
    /// A result is read: one bit of it is wrong.
    WrongWord,
}

impl Event {
    /// True if this is how what happens may go wrong.
    fn concerns(self, happens: Self) -> bool {
        match (self, happens) {
            (Self::OutOfMemory { over }, Self::OutOfMemory { over: bytes }) => bytes > over,
            _ => self == happens,
        }
    }
}

/// A line of a script: the occurrences of an event that go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Injection {
    /// What goes wrong.
    pub(crate) event: Event,
    /// The first occurrence that does, counted from 1.
    pub(crate) at: u32,
    /// How many do.
    pub(crate) times: u32,
}

/// A line with what has happened so far.
#[derive(Debug)]
struct Line {
    injection: Injection,
    seen: u32,
    fired: u32,
}

/// A script under way. Clones share what has happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    lines: Option<Arc<Mutex<Vec<Line>>>>,
}

impl Script {
    /// True if this occurrence of an event goes wrong.
    pub(super) fn fires(&self, happens: Event) -> bool {
        let Some(lines) = &self.lines else { return false };
        let mut fires = false;
        for line in lock(lines).iter_mut().filter(|line| line.injection.event.concerns(happens)) {
            line.seen = line.seen.saturating_add(1);
            let Injection { at, times, .. } = line.injection;
            if line.seen >= at && line.seen - at < times {
                line.fired += 1;
                fires = true;
            }
        }
        fires
    }
}

#[cfg(test)]
impl Script {
    /// A script at its beginning.
    pub(crate) fn new(injections: &[Injection]) -> Self {
        let script = Self { lines: Some(Arc::default()) };
        injections.iter().for_each(|injection| script.add(*injection));
        script
    }

    /// The script of one line.
    pub(crate) fn of(event: Event, at: u32, times: u32) -> Self {
        Self::new(&[Injection { event, at, times }])
    }

    /// The same script, at its beginning.
    pub(crate) fn rewound(&self) -> Self {
        let injections = |lines: &Arc<Mutex<Vec<Line>>>| -> Vec<_> {
            lock(lines).iter().map(|line| line.injection).collect()
        };
        self.lines.as_ref().map_or_else(Self::default, |lines| Self::new(&injections(lines)))
    }

    /// Adds a line, which counts from now on.
    pub(crate) fn add(&self, injection: Injection) {
        if let Some(lines) = &self.lines {
            lock(lines).push(Line { injection, seen: 0, fired: 0 });
        }
    }

    /// Ends the script: nothing goes wrong any more. What did, by event.
    pub(crate) fn clear(&self) -> Vec<(Event, u32)> {
        let lines = self.lines.as_ref().map(|lines| std::mem::take(&mut *lock(lines)));
        lines.unwrap_or_default().into_iter().map(|line| (line.injection.event, line.fired)).collect()
    }

    /// Occurrences that went wrong so far.
    pub(crate) fn fired(&self) -> u32 {
        self.lines.as_ref().map_or(0, |lines| lock(lines).iter().map(|line| line.fired).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fire_at_their_occurrences() {
        let script = Script::of(Event::LostInFlight, 2, 2);
        let other = script.clone();
        let fired: Vec<bool> = (0..5).map(|_| script.fires(Event::LostInFlight)).collect();
        assert_eq!(fired, [false, true, true, false, false]);
        assert!(!script.fires(Event::Hang));
        assert_eq!(other.fired(), 2, "clones share what has happened");
        assert!(!other.rewound().fires(Event::LostInFlight));
        assert_eq!(script.clear(), [(Event::LostInFlight, 2)]);
        assert!(!Script::default().fires(Event::Open));
    }

    #[test]
    fn memory_is_refused_by_size() {
        let script = Script::of(Event::OutOfMemory { over: 100 }, 2, u32::MAX);
        let fired = [200, 100, 101, 50, u64::MAX].map(|over| script.fires(Event::OutOfMemory { over }));
        assert_eq!(fired, [false, false, true, false, true]);
    }
}
