//! A launch cut into parts: along its grid's slowest axis, where the shader's footprint shows that no part writes what
//! another touches.
//!
//! Parts of one launch may so run at once on the CPU and on a device, and one after the other on a device that could not
//! hold all their memory.

use std::ops::Range;

use crate::dispatch::{Buffer, Data, Dispatch, Piece, Share};
use crate::wgsl::{BindingAccess, Extent, Footprint, Part, Window, Windows, footprint, windows};

/// Contents of buffers that are at most so long take part in the analysis: sizes and other parameters.
const KNOWN_WORDS: usize = 1 << 12;

/// Parts of a launch, at most.
const MAX_PARTS: u32 = 1 << 9;

/// A launch in parts.
#[derive(Debug)]
pub(super) struct Cut {
    /// The device's, in the order of the grid.
    pub(super) pieces: Vec<Piece>,
    /// What the CPU runs meanwhile.
    pub(super) cpu: Option<Part>,
}

impl Cut {
    /// Invocations of the device.
    pub(super) fn device_invocations(&self, dispatch: &Dispatch<'_>) -> usize {
        let groups =
            |part: &Part| part.iter().fold(1, |product: usize, axis| product.saturating_mul(axis.len()));
        let size = dispatch.program.workgroup_size.iter().fold(1, |product, &n| product * n as usize);
        let all = self.pieces.iter().fold(0, |sum: usize, piece| sum.saturating_add(groups(&piece.part)));
        all.saturating_mul(size)
    }
}

/// The first workgroups for a device, about `share` of all, and the others for the CPU. Along x the cut is at a multiple of
/// `align`.
pub(super) fn shared(dispatch: &Dispatch<'_>, share: f64, align: u32) -> Result<Cut, String> {
    let (axis, align) = axis(dispatch.grid, align);
    let total = dispatch.grid[axis];
    let at = (share * f64::from(total) / f64::from(align)).round() as u32;
    let at = at.saturating_mul(align).min(total);
    if at == 0 || at == total {
        let steps = if align > 1 { format!(", run {align} at a time") } else { String::new() };
        return Err(format!("too few workgroups to share: {total}{steps}"));
    }
    let parts = [part(dispatch.grid, axis, 0..at), part(dispatch.grid, axis, at..total)];
    let [device, cpu] = &parts;
    let windows = analysed(dispatch, &parts)?;
    let pieces = vec![piece(dispatch, device.clone(), &windows[0])];
    Ok(Cut { pieces, cpu: Some(cpu.clone()) })
}

/// Parts for a device, none of which binds more than `limit` bytes to a binding; along x they begin at multiples of `align`.
pub(super) fn within(dispatch: &Dispatch<'_>, limit: u64, align: u32) -> Result<Cut, String> {
    let (axis, align) = axis(dispatch.grid, align);
    let total = dispatch.grid[axis];
    let steps = total.div_ceil(align);
    let most = largest(dispatch);
    let mut count = u32::try_from(most.div_ceil(limit.max(1))).unwrap_or(u32::MAX).max(2);
    loop {
        if count > steps.min(MAX_PARTS) {
            return Err(format!("a part as small as can be binds more than {limit} bytes"));
        }
        let step = |index: u32| (u64::from(index) * u64::from(steps) / u64::from(count)) as u32;
        let at = |index: u32| step(index).saturating_mul(align).min(total);
        let parts: Vec<Part> =
            (0..count).map(|index| part(dispatch.grid, axis, at(index)..at(index + 1))).collect();
        let windows = analysed(dispatch, &parts)?;
        let pieces: Vec<Piece> =
            parts.into_iter().zip(&windows).map(|(part, windows)| piece(dispatch, part, windows)).collect();
        let fits = |(share, buffer): (&Share, &Buffer<'_>)| bytes(buffer, share.words.len()) <= limit;
        if pieces.iter().all(|piece| piece.shares.iter().zip(&dispatch.buffers).all(fits)) {
            return Ok(Cut { pieces, cpu: None });
        }
        count = count.saturating_mul(2);
    }
}

/// Bytes of the largest binding of storage. Other limits hold for uniforms and textures, which are never cut.
pub(super) fn largest(dispatch: &Dispatch<'_>) -> u64 {
    dispatch.buffers.iter().map(|buffer| bytes(buffer, buffer.data.words())).max().unwrap_or(0)
}

fn bytes(buffer: &Buffer<'_>, words: usize) -> u64 {
    match buffer.access {
        BindingAccess::Read | BindingAccess::ReadWrite => 4 * words as u64,
        _ => 0,
    }
}

/// The axis whose workgroups are furthest apart, and at multiples of what parts may begin there.
fn axis(grid: [u32; 3], align: u32) -> (usize, u32) {
    let slowest = grid.iter().rposition(|&workgroups| workgroups > 1).unwrap_or(0);
    (slowest, if slowest == 0 { align.max(1) } else { 1 })
}

fn part(grid: [u32; 3], axis: usize, range: Range<u32>) -> Part {
    let mut part = grid.map(|workgroups| 0..workgroups);
    part[axis] = range;
    part
}

/// What each of the parts needs, or what prevents the cut.
fn analysed(dispatch: &Dispatch<'_>, parts: &[Part]) -> Result<Vec<Windows>, String> {
    let extents: Vec<Extent> = dispatch.buffers.iter().map(extent).collect();
    let find = |part| footprint(dispatch.program, &dispatch.shader.source, dispatch.grid, part, &extents);
    let footprints: Vec<Footprint> = parts.iter().map(find).collect::<Result<_, _>>()?;
    windows(&footprints).map_err(|conflict| conflict.to_string())
}

fn extent(buffer: &Buffer<'_>) -> Extent {
    let words = match &buffer.data {
        Data::Read(words) => Some(*words),
        Data::Array(array) => array.host.get().map(Vec::as_slice),
        _ => None,
    };
    let is_read = buffer.access != BindingAccess::ReadWrite;
    let words = words.filter(|words| is_read && words.len() <= KNOWN_WORDS).map(<[u32]>::to_vec);
    let bytes = 4 * buffer.data.words() as u64;
    Extent { group: buffer.group, binding: buffer.binding, bytes, words }
}

/// A part with what it needs of each buffer.
fn piece(dispatch: &Dispatch<'_>, part: Part, windows: &Windows) -> Piece {
    let bindings = &dispatch.shader.entries[dispatch.entry].bindings;
    let shares = dispatch.buffers.iter().zip(bindings).map(|(buffer, binding)| {
        let all = buffer.data.words();
        let words = |bytes: &Range<u64>| {
            let (start, end) = (bytes.start / 4, bytes.end.div_ceil(4));
            (start as usize).min(all)..(end as usize).min(all)
        };
        let whole = Share { words: 0..all, written: vec![], merge: None };
        match windows.get(&(buffer.group, buffer.binding)) {
            Some(Window::Copy(merge)) => {
                Share { written: std::iter::once(0..all).collect(), merge: Some(*merge), ..whole }
            }
            Some(Window::Bytes { touched, written }) => {
                let written = written.iter().map(words).collect();
                match binding.element_words() {
                    Some(each) => {
                        let touched = words(touched);
                        let end = touched.end.next_multiple_of(each).min(all);
                        Share { words: touched.start / each * each..end, written, merge: None }
                    }
                    None => Share { written, ..whole },
                }
            }
            // Something has to be bound.
            None => match binding.element_words() {
                Some(each) => Share { words: 0..each.min(all), ..whole },
                None => whole,
            },
        }
    });
    Piece { part, shares: shares.collect() }
}
