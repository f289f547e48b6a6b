//! What fits: free memory of the host and of the adapter, asked for before each row (of the adapter once).

use std::fs;
use std::sync::OnceLock;

use crate::environment::command;

/// Free bytes, a part of which is left to others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    host: u64,
    /// `None` where the adapter runs in the host's memory.
    device: Option<u64>,
}

/// Free bytes of the device before anything was on it: asking takes up to a second, and rows leave little behind.
static DEVICE: OnceLock<u64> = OnceLock::new();

/// What the first GPU has free; endless if it does not tell.
fn device_bytes() -> u64 {
    let free = command("nvidia-smi", &["--query-gpu=memory.free", "--format=csv,noheader,nounits"]);
    let mib = free.and_then(|text| text.lines().next()?.trim().parse::<u64>().ok());
    mib.map_or(u64::MAX, |mib| (mib << 20) / 10 * 9)
}

/// Bytes of a row on a software adapter, at most: it shows that things work, which takes no gigabytes.
const SOFTWARE: u64 = 3 << 30;

impl Room {
    /// What is free now. A device that does not tell counts as endless: what it refuses is an error then, and the row is
    /// skipped.
    pub(crate) fn now(software: bool) -> Self {
        let host = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
        let device = (!software).then(|| *DEVICE.get_or_init(device_bytes));
        let host = host.map_or(u64::MAX, |bytes| bytes / 10 * 7);
        Self { host: if software { host.min(SOFTWARE) } else { host }, device }
    }

    /// Bytes left for sets of inputs beside the other needs of a row; `None` if those alone do not fit.
    pub(crate) fn for_inputs(&self, device_bytes: u64, host_bytes: u64) -> Option<u64> {
        match self.device {
            None => self.host.checked_sub(device_bytes.saturating_add(host_bytes)),
            Some(device) => {
                self.host.checked_sub(host_bytes)?;
                device.checked_sub(device_bytes)
            }
        }
    }

    /// The same for sets of inputs that are on the host.
    pub(crate) fn for_inputs_on_host(&self, device_bytes: u64, host_bytes: u64) -> Option<u64> {
        match self.device {
            None => self.host.checked_sub(device_bytes.saturating_add(host_bytes)),
            Some(device) => {
                device.checked_sub(device_bytes)?;
                self.host.checked_sub(host_bytes)
            }
        }
    }
}

/// The bytes that `/proc/meminfo` calls available.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
