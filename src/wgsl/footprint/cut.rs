//! Whether parts of a grid can run apart: at once, on different executors, each with its own piece of memory.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::{Footprint, Merge, Site, TEXELS, Touch};

/// What a part needs of a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Window {
    /// Bytes around all that it touches, and those that it alone may write, in order and apart.
    Bytes { touched: Range<u64>, written: Vec<Range<u64>> },
    /// A copy of the binding, merged into it afterwards.
    Copy(Merge),
}

/// What a part needs, by group and binding; bindings that it does not touch are absent.
pub(crate) type Windows = BTreeMap<(u32, u32), Window>;

/// The access that prevents a cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    name: String,
    first: Site,
    second: Site,
}

impl Conflict {
    fn is_of_order(&self) -> bool {
        self.first.touch == Touch::Atomic(None) || self.second.touch == Touch::Atomic(None)
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, first, second } = self;
        let is_atomic = |site: &Site| matches!(site.touch, Touch::Atomic(_));
        if let Some(site) = [first, second].into_iter().find(|site| site.touch == Touch::Atomic(None)) {
            let line = site.line;
            return write!(f, "line {line} changes `{name}` by an atomic operation whose order matters");
        }
        match (first, second) {
            (a, _) if a.bytes == TEXELS => write!(f, "line {} writes the texture `{name}`", a.line),
            (a, b) if a.line == b.line && a.touch == b.touch => {
                write!(f, "line {} may write the same part of `{name}` from both sides of a cut", a.line)
            }
            (a, b) if is_atomic(a) && is_atomic(b) => {
                write!(f, "lines {} and {} change `{name}` by different atomic operations", a.line, b.line)
            }
            (a, b) => {
                let (writes, other) = if a.touch == Touch::Read { (b, a) } else { (a, b) };
                let verb = if other.touch == Touch::Read { "reads" } else { "writes" };
                let (from, to) = (writes.line, other.line);
                write!(
                    f,
                    "line {from} may write what line {to} {verb} of `{name}` on the other side of a cut"
                )
            }
        }
    }
}

/// What each of the parts needs, if none of them writes what another touches.
pub(crate) fn windows(parts: &[Footprint]) -> Result<Vec<Windows>, Conflict> {
    let mut windows = vec![Windows::new(); parts.len()];
    let mut prevents: Option<Conflict> = None;
    let mut places: Vec<_> = parts.iter().flat_map(|part| part.bindings.keys().copied()).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        let sites =
            |part: &'_ Footprint| part.bindings.get(&place).map_or(&[][..], |(_, sites)| sites).to_vec();
        let by_part: Vec<Vec<Site>> = parts.iter().map(sites).collect();
        match conflict(&by_part) {
            None => {
                for (windows, sites) in windows.iter_mut().zip(&by_part) {
                    if let Some(touched) = hull(sites) {
                        windows.insert(place, Window::Bytes { touched, written: written(sites) });
                    }
                }
            }
            Some((first, second)) => match merge(&by_part) {
                Some(merge) => {
                    for (windows, sites) in windows.iter_mut().zip(&by_part) {
                        if !sites.is_empty() {
                            windows.insert(place, Window::Copy(merge));
                        }
                    }
                }
                None => {
                    let names = parts.iter().filter_map(|part| part.bindings.get(&place));
                    let name = names.map(|(name, _)| name.clone()).next().unwrap_or_default();
                    let conflict = Conflict { name, first, second };
                    // An index that came from an atomic operation conflicts because of that.
                    if prevents.is_none() || conflict.is_of_order() {
                        prevents = Some(conflict);
                    }
                }
            },
        }
    }
    prevents.map_or(Ok(windows), Err)
}

/// The bytes from the first to the last that sites touch.
fn hull(sites: &[Site]) -> Option<Range<u64>> {
    let all = sites.iter().map(|site| site.bytes.clone());
    all.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// The bytes that sites may write. What lies between them may be another part's.
fn written(sites: &[Site]) -> Vec<Range<u64>> {
    let writing = sites.iter().filter(|site| site.touch != Touch::Read);
    let mut ranges: Vec<_> = writing.map(|site| site.bytes.clone()).collect();
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, before| {
        let meets = next.start <= before.end;
        if meets {
            before.end = before.end.max(next.end);
        }
        meets
    });
    ranges
}

/// Two sites of different parts of which one writes what the other touches.
fn conflict(by_part: &[Vec<Site>]) -> Option<(Site, Site)> {
    if by_part.iter().flatten().all(|site| site.touch == Touch::Read) {
        return None;
    }
    // A texture comes back whole, whichever part has written, and reads of it are not followed.
    if let Some(site) = by_part.iter().flatten().find(|site| site.bytes == TEXELS) {
        return Some((site.clone(), site.clone()));
    }
    // Of each part, by where what it touches starts: of parts that are apart only neighbours can meet.
    let hulls = by_part.iter().enumerate().filter_map(|(part, sites)| Some((hull(sites)?, part)));
    let mut hulls: Vec<_> = hulls.collect();
    hulls.sort_by_key(|(bytes, _)| bytes.start);
    let mut reach: Vec<(Range<u64>, usize)> = Vec::new();
    let mut mergeable = None;
    for (bytes, part) in hulls {
        reach.retain(|(other, _)| other.end > bytes.start);
        for (_, other) in &reach {
            for a in &by_part[*other] {
                let meets = |b: &&Site| {
                    let apart = a.bytes.end <= b.bytes.start || b.bytes.end <= a.bytes.start;
                    !apart && (a.touch != Touch::Read || b.touch != Touch::Read)
                };
                // Two of the same sort could have been merged, were there not another.
                let merges = |b: &&Site| a.touch == b.touch && matches!(a.touch, Touch::Atomic(Some(_)));
                for b in by_part[part].iter().filter(meets) {
                    if !merges(&b) {
                        return Some((a.clone(), b.clone()));
                    }
                    mergeable.get_or_insert_with(|| (a.clone(), b.clone()));
                }
            }
        }
        reach.push((bytes, part));
    }
    mergeable
}

/// How copies can be merged, where all that happens to the binding is one sort of atomic operation.
fn merge(by_part: &[Vec<Site>]) -> Option<Merge> {
    let mut touches = by_part.iter().flatten().map(|site| match site.touch {
        Touch::Atomic(merge) => merge,
        _ => None,
    });
    let first = touches.next()??;
    touches.all(|merge| merge == Some(first)).then_some(first)
}
