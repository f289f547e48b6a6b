//! The tiled pass that reduce and scan share: a tile's aggregate, and what follows from it.

use super::ladder;
use super::tuning::Tuning;
use crate::order::TILE_LEN;
use crate::wgsl::fill;

const TEMPLATE: &str = include_str!("../../shaders/tile.wgsl");

/// Tiles in the order of their workgroups.
pub(super) const BY_INDEX: &str = "    let tile_group = group.y * groups.x + group.x;\n";

/// The entry point whose workgroups hold `group_tiles` tiles of `tile_threads` invocations. `group` declares
/// `tile_group`, the ladder climbs to the nodes of level `last`, and `then` goes on from there.
pub(super) fn entry(tuning: &Tuning, group: &str, last: u32, then: &str) -> String {
    let parts = [
        ("THREADS", literal(tuning.threads())),
        ("TILE_THREADS", literal(tuning.tile_threads)),
        ("GROUP_TILES", literal(tuning.group_tiles)),
        ("THREAD_LEN", literal(tuning.thread_len())),
        ("TILE_LEN", literal(TILE_LEN as u32)),
        ("CLIMB", ladder::climb(tuning, last)),
    ];
    let parts = parts.iter().map(|(name, text)| (*name, text.as_str()));
    let parts: Vec<(&str, &str)> = parts.chain([("GROUP", group), ("THEN", then)]).collect();
    fill(TEMPLATE, &parts)
}

/// A number as WGSL.
pub(super) fn literal(number: u32) -> String {
    format!("{number}u")
}
