//! A launch cut into parts: along its grid's slowest axis, where the shader's footprint shows that no part writes what
//! another touches.
//!
//! Parts of one launch may so run at once on the CPU and on a device, and one after the other on a device that could not
//! hold all their memory.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::dispatch::{Buffer, Data, Dispatch, Piece, Share};
use crate::wgsl::{BindingAccess, Extent, Footprint, Part, Window, Windows, footprint, windows};

/// Contents of buffers that are at most so long take part in the analysis: sizes and other parameters.
const KNOWN_WORDS: usize = 1 << 12;

/// Parts of a launch, at most.
const MAX_PARTS: u32 = 1 << 9;

/// A launch in parts. Elements are invocations, in the order of the grid.
#[derive(Debug)]
pub(super) struct Cut {
    /// What a device may take, by the elements at which it begins.
    pieces: BTreeMap<usize, Piece>,
    /// The device's elements: the first ones.
    pub(super) gpu_elements: usize,
    /// Elements that a device takes at once.
    pub(super) gpu_most: usize,
    /// Leases begin at multiples of so many elements.
    pub(super) grain: usize,
    /// Elements that the CPU may take at once at least, and in multiples of which it may stop.
    pub(super) step: usize,
    grid: [u32; 3],
    axis: usize,
    /// Elements of a workgroup's slice along the axis.
    row: usize,
}

impl Cut {
    /// Pieces that a device may take.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The workgroups of elements.
    pub(super) fn part(&self, elements: &Range<usize>) -> Part {
        let at = |element: usize| u32::try_from(element.div_ceil(self.row)).unwrap_or(u32::MAX);
        part(self.grid, self.axis, at(elements.start)..at(elements.end))
    }

    /// What a device needs for elements that were handed out.
    pub(super) fn piece(&self, elements: &Range<usize>) -> Option<&Piece> {
        self.pieces.get(&elements.start).filter(|piece| piece.part == self.part(elements))
    }

    pub(super) fn first(&self) -> Option<&Piece> {
        self.pieces.values().next()
    }
}

/// Where a grid can be cut.
struct Grid {
    grid: [u32; 3],
    axis: usize,
    align: u32,
    row: usize,
}

impl Grid {
    fn of(dispatch: &Dispatch<'_>, align: u32) -> Result<Self, String> {
        let (axis, align) = axis(dispatch.grid, align);
        let grid = dispatch.grid;
        let all = usize::try_from(dispatch.invocations()).ok().filter(|&all| all < usize::MAX);
        let all = all.ok_or("more invocations than can be counted")?;
        Ok(Self { grid, axis, align, row: all / grid[axis] as usize })
    }

    fn total(&self) -> u32 {
        self.grid[self.axis]
    }

    /// Multiples of the alignment in all.
    fn steps(&self) -> u32 {
        self.total().div_ceil(self.align)
    }

    /// Parts of so many steps each, the last one of what is left.
    fn parts(&self, each: u32) -> Vec<Part> {
        let at = |step: u32| step.saturating_mul(self.align).min(self.total());
        let starts = (0..self.steps()).step_by(each as usize);
        starts.map(|start| part(self.grid, self.axis, at(start)..at(start.saturating_add(each)))).collect()
    }

    fn cut(&self, pieces: impl IntoIterator<Item = Piece>, each: u32) -> Cut {
        let step = self.align as usize * self.row;
        let grain = each as usize * step;
        let begin = |piece: Piece| (piece.part[self.axis].start as usize * self.row, piece);
        Cut {
            pieces: pieces.into_iter().map(begin).collect(),
            gpu_elements: self.total() as usize * self.row,
            gpu_most: grain,
            grain,
            step,
            grid: self.grid,
            axis: self.axis,
            row: self.row,
        }
    }
}

/// The first workgroups for a device, about `share` of all, and the others for the CPU. Along x the cut is at a multiple of
/// `align`.
pub(super) fn shared(dispatch: &Dispatch<'_>, share: f64, align: u32) -> Result<Cut, String> {
    let grid = Grid::of(dispatch, align)?;
    let (align, total) = (grid.align, grid.total());
    let at = (share * f64::from(total) / f64::from(align)).round() as u32;
    let at = at.saturating_mul(align).min(total);
    if at == 0 || at == total {
        let steps = if align > 1 { format!(", run {align} at a time") } else { String::new() };
        return Err(format!("too few workgroups to share: {total}{steps}"));
    }
    let parts = [0..at, at..total].map(|range| part(grid.grid, grid.axis, range));
    let windows = analysed(dispatch, &parts)?;
    let [device, _] = parts;
    let gpu_elements = at as usize * grid.row;
    let cut = grid.cut([piece(dispatch, device, &windows[0])], 1);
    Ok(Cut { gpu_elements, gpu_most: gpu_elements, ..cut })
}

/// Parts that either executor may take, about `count`, of which none binds more than `limit` bytes to a binding on a device.
pub(super) fn units(dispatch: &Dispatch<'_>, count: u32, limit: u64, align: u32) -> Result<Cut, String> {
    let grid = Grid::of(dispatch, align)?;
    if grid.steps() < 2 {
        return Err(format!("too few workgroups to share: {}", grid.total()));
    }
    let each = grid.steps().div_ceil(count.max(2));
    let pieces = pieces(dispatch, grid.parts(each))?;
    if !pieces.iter().all(|piece| fits(dispatch, piece, limit)) {
        return Err(format!("a part binds more than {limit} bytes"));
    }
    Ok(grid.cut(pieces, each))
}

/// Parts for a device, none of which binds more than `limit` bytes to a binding; along x they begin at multiples of `align`.
pub(super) fn within(dispatch: &Dispatch<'_>, limit: u64, align: u32) -> Result<Cut, String> {
    let grid = Grid::of(dispatch, align)?;
    let steps = grid.steps();
    let mut count = u32::try_from(largest(dispatch).div_ceil(limit.max(1))).unwrap_or(u32::MAX).max(2);
    loop {
        if count > steps.min(MAX_PARTS) {
            return Err(format!("a part as small as can be binds more than {limit} bytes"));
        }
        let each = steps.div_ceil(count);
        let pieces = pieces(dispatch, grid.parts(each))?;
        if pieces.iter().all(|piece| fits(dispatch, piece, limit)) {
            return Ok(grid.cut(pieces, each));
        }
        count = count.saturating_mul(2);
    }
}

fn pieces(dispatch: &Dispatch<'_>, parts: Vec<Part>) -> Result<Vec<Piece>, String> {
    let windows = analysed(dispatch, &parts)?;
    Ok(parts.into_iter().zip(&windows).map(|(part, windows)| piece(dispatch, part, windows)).collect())
}

fn fits(dispatch: &Dispatch<'_>, piece: &Piece, limit: u64) -> bool {
    let mut all = piece.shares.iter().zip(&dispatch.buffers);
    all.all(|(share, buffer)| bytes(buffer, share.words.len()) <= limit)
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
