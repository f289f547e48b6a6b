//! Findings in words.

use std::ops::Range;

use super::super::super::site::{Access, Watched};
use super::super::shadow::Past;
use super::{Checker, Found, What, Who};
use crate::findings::{CheckReport, Finding, FindingKind, FoundAccess, Invocation};
use crate::wgsl::Text;

/// Invocations of a barrier that are named.
const MAX_NAMED: usize = 4;

impl Checker {
    /// What was found in a run of the entry point of this text.
    pub(in crate::cpu::lane) fn report(&self, text: &Text) -> CheckReport {
        let findings = self.found.iter().map(|found| self.finding(found, text)).collect();
        CheckReport { findings, dropped: self.dropped }
    }

    fn finding(&self, found: &Found, text: &Text) -> Finding {
        let (message, accesses, mut notes) = match &found.what {
            What::Race { memory, offset, later, earlier, hint } => {
                self.race_finding(*memory, *offset, [later, earlier], *hint)
            }
            &What::Index { site, who, index, len } => self.index(site, who, index, len),
            &What::Unwritten { site, who, memory, variable, offset } => {
                self.unwritten(site, who, memory, variable, offset)
            }
            What::Barrier { barrier, group, arrived, missing, returned, is_stuck } => {
                let range = self.sites.barriers[*barrier].range.clone();
                self.barrier_finding(range, *group, [arrived, missing], *returned, *is_stuck)
            }
        };
        if found.count > 1 {
            notes.push(format!("{} times; this is the first", found.count));
        }
        let label = |access: &FoundAccess| {
            let value = match (&access.value, found.kind) {
                (Some(value), FindingKind::Race) => format!(" of {value}"),
                _ => String::new(),
            };
            let what = if access.what == "barrier" { "reached" } else { access.what };
            (access.range.clone(), format!("{what}{value} by {}", access.invocation))
        };
        let labels: Vec<_> = accesses.iter().map(label).collect();
        let rendered = text.render(&message, &labels, &notes);
        let placed = |mut access: FoundAccess| {
            (access.line, access.column) = text.place(&access.range);
            access
        };
        let accesses = accesses.into_iter().map(placed).collect();
        Finding { kind: found.kind, message, accesses, notes, count: found.count, rendered }
    }

    fn race_finding(
        &self,
        memory: u32,
        offset: u32,
        pair: [&Past; 2],
        hint: Option<usize>,
    ) -> (String, Vec<FoundAccess>, Vec<String>) {
        let memory = &self.sites.memories[memory as usize];
        let accesses: Vec<_> = pair.into_iter().map(|past| self.side(past)).collect();
        let [later, earlier] = pair;
        let where_ = match (memory.is_workgroup, later.group == earlier.group) {
            (true, _) => "of a workgroup, with no `workgroupBarrier` between",
            (false, true) => "of a workgroup, with no `storageBarrier` between",
            (false, false) => "of different workgroups, which nothing orders",
        };
        let message = format!("data race on `{}` by invocations {where_}", memory.spell(offset));
        let mut notes = vec![];
        let writes = accesses.iter().all(|access| access.what.ends_with("write"));
        if writes && accesses[0].value.is_some() && later.value == earlier.value {
            notes.push("both write the same value, which is a race all the same".to_owned());
        }
        if let Some(barrier) = hint.and_then(|barrier| self.sites.barriers.get(barrier)) {
            let (name, what) = match (barrier.workgroup, barrier.storage) {
                (true, _) => ("workgroupBarrier", "workgroup memory"),
                (_, true) => ("storageBarrier", "storage"),
                _ if barrier.subgroup => ("subgroupBarrier", "a subgroup"),
                _ => ("textureBarrier", "textures"),
            };
            notes.push(format!("the `{name}` between them orders accesses of {what} only"));
        }
        (message, accesses, notes)
    }

    fn side(&self, past: &Past) -> FoundAccess {
        let site = &self.sites.sites[past.site as usize];
        let what = match site.watched {
            Watched::Access(Access { mode, .. }) => mode.name(),
            _ => "access",
        };
        let who = Who { group: past.group, lane: past.lane };
        let value = self.scalar(past.site).spell(past.value);
        self.found_access(site.range.clone(), what, who, value)
    }

    fn index(&self, site: u16, who: Who, index: u32, len: u32) -> (String, Vec<FoundAccess>, Vec<String>) {
        let place = &self.sites.sites[site as usize];
        let (name, access) = match &place.watched {
            Watched::Index { name, access, .. } => (name.as_str(), *access),
            _ => ("", "access"),
        };
        let index = self.scalar(site).spell(index).unwrap_or_default();
        let plural = if len == 1 { "" } else { "s" };
        let message = format!("index {index} is out of bounds of `{name}`, which has {len} element{plural}");
        (message, vec![self.found_access(place.range.clone(), access, who, Some(index))], vec![])
    }

    fn unwritten(
        &self,
        site: u16,
        who: Who,
        memory: Option<u32>,
        variable: usize,
        offset: u32,
    ) -> (String, Vec<FoundAccess>, Vec<String>) {
        let place = &self.sites.sites[site as usize];
        let name = match memory {
            Some(memory) => self.sites.memories[memory as usize].spell(offset),
            None => self.sites.own[variable].spell(offset),
        };
        let nobody = match memory {
            Some(_) => "no invocation of the workgroup has",
            None => "the invocation has not",
        };
        let message = format!("`{name}` is read, which {nobody} written");
        let notes = vec!["WGSL makes such memory zero".to_owned()];
        let what = match place.watched {
            Watched::Access(Access { mode, .. }) => mode.name(),
            _ => "read",
        };
        (message, vec![self.found_access(place.range.clone(), what, who, None)], notes)
    }

    fn barrier_finding(
        &self,
        range: Range<usize>,
        group: u32,
        [arrived, missing]: [&Vec<u16>; 2],
        returned: usize,
        is_stuck: bool,
    ) -> (String, Vec<FoundAccess>, Vec<String>) {
        let all = arrived.len() + missing.len();
        let message = format!(
            "{} of the {all} invocations of workgroup {} come to this barrier",
            arrived.len(),
            triple(self.place_of(group))
        );
        let who = Who { group, lane: arrived[0] };
        let access = self.found_access(range, "barrier", who, None);
        let elsewhere = missing.len() - returned;
        let mut notes = vec![
            format!("there are {}", self.named(group, arrived)),
            format!("missing are {}", self.named(group, missing)),
        ];
        if returned > 0 {
            notes.push(format!("{returned} of these had ended"));
        }
        if is_stuck {
            notes.push(format!("the run ends here: {elsewhere} would be waited for"));
        }
        (message, vec![access], notes)
    }

    /// Local ids.
    fn named(&self, group: u32, lanes: &[u16]) -> String {
        let names = lanes.iter().take(MAX_NAMED);
        let names: Vec<_> = names.map(|&lane| triple(self.invocation(Who { group, lane }).local)).collect();
        let more = match lanes.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("local {}{more}", names.join(", "))
    }

    fn found_access(
        &self,
        range: Range<usize>,
        what: &'static str,
        who: Who,
        value: Option<String>,
    ) -> FoundAccess {
        FoundAccess { range, line: 0, column: 0, what, invocation: self.invocation(who), value }
    }

    fn place_of(&self, group: u32) -> [u32; 3] {
        let [width, height, _] = self.grid;
        [group % width, group / width % height, group / width / height]
    }

    fn invocation(&self, who: Who) -> Invocation {
        let [width, height, _] = self.size;
        let lane = u32::from(who.lane);
        let local = [lane % width, lane / width % height, lane / width / height];
        let workgroup = self.place_of(who.group);
        let global =
            std::array::from_fn(|at| workgroup[at].wrapping_mul(self.size[at]).wrapping_add(local[at]));
        Invocation { workgroup, local, global }
    }
}

fn triple([x, y, z]: [u32; 3]) -> String {
    format!("({x}, {y}, {z})")
}
