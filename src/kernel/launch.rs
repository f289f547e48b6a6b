//! `Launch`: a kernel with its memory, its overrides and its grid, checked and run.

use std::fmt;
use std::sync::Arc;

use pollster::block_on;

use super::bind::{Back, Bind, Given, Host};
use super::fit::{Fit, Moves, fit};
use super::overrides::{self, OverrideValue};
use super::shape::KernelType;
use super::texture;
use crate::context::Context;
use crate::dispatch::{Buffer, Data, Dispatch};
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::wgsl::{Binding, BindingAccess, EntryPoint, Shader, Specialized};

/// A kernel that is being given its memory, its override constants and its grid.
///
/// Made by [`Kernel::launch`](super::Kernel::launch) and [`Kernel::entry`](super::Kernel::entry). Nothing runs before
/// [`run`](Self::run), which reports the first mistake made on the way.
#[must_use = "a launch does nothing before `run`"]
pub struct Launch<'a> {
    shader: &'a Shader,
    entry: Option<usize>,
    /// What was given, by the index of the binding in the entry point.
    bound: Vec<Option<Given<'a>>>,
    overrides: Vec<(usize, f64)>,
    grid: Option<Grid>,
    /// The first wrong use.
    mistake: Option<Error>,
}

/// The grid that was asked for.
#[derive(Debug, Clone, Copy)]
enum Grid {
    Workgroups([u32; 3]),
    Invocations([u32; 3]),
}

/// A launch that was checked.
struct Checked {
    entry: usize,
    program: Arc<Specialized>,
    grid: [u32; 3],
    /// Of every binding of the entry point.
    fits: Vec<Fit>,
}

impl<'a> Launch<'a> {
    pub(super) fn new(shader: &'a Shader, name: Option<&str>) -> Self {
        let names = || names(shader.entries.iter().map(|entry| &entry.name));
        let found = match (name, &shader.entries[..]) {
            (Some(name), entries) => entries.iter().position(|entry| entry.name == name).ok_or_else(|| {
                (format!("entry point of `{}`", shader.label), format!("one of {}", names()), quoted(name))
            }),
            (None, [_]) => Ok(0),
            (None, _) => Err((
                format!("entry points of `{}`", shader.label),
                "exactly one; to choose one use `Kernel::entry`".to_owned(),
                names(),
            )),
        };
        let (entry, mistake) = match found {
            Ok(entry) => (Some(entry), None),
            Err((what, expected, given)) => (None, Some(Error::Value { what, expected, given })),
        };
        let bindings = entry.map_or(0, |entry| shader.entries[entry].bindings.len());
        let bound = (0..bindings).map(|_| None).collect();
        Self { shader, entry, bound, overrides: Vec::new(), grid: None, mistake }
    }

    /// Gives a binding its memory, by the variable's name; later memory replaces earlier.
    ///
    /// - `&[T]`, `&Vec<T>`, `&[T; N]`: elements that the shader reads.
    /// - `&mut [T]`, `&mut Vec<T>`, `&mut [T; N]`: elements that it may also write; they are replaced when the launch
    ///   succeeds. What only reads them may have them too.
    /// - `&Array<T>`, `&mut Array<T>`: elements that stay where they are, on a device if the launch runs there.
    /// - [`Raw`](super::Raw): words of any layout.
    /// - `&Texture`, `&mut Texture`: a [`Texture`](crate::Texture), replaced where the shader may store to it.
    /// - [`Sampler`](crate::Sampler).
    ///
    /// `T` is a [`KernelType`]: a scalar, an array (in WGSL a vector, a matrix or an array), or a
    /// structure declared with [`kernel_struct!`](crate::kernel_struct). Elements are those of the array that the binding
    /// is; a structure around that array alone does not count. What a binding of the shader that this entry point does
    /// not use is given is left alone.
    pub fn bind(mut self, name: &str, memory: impl Bind<'a>) -> Self {
        self.give(|known, _| known == name, || quoted(name), || memory.given().0);
        self
    }

    /// Like [`bind`](Self::bind), by the numbers in `@group` and `@binding`.
    pub fn bind_at(mut self, group: u32, binding: u32, memory: impl Bind<'a>) -> Self {
        let place = (group, binding);
        let named = || format!("@group({group}) @binding({binding})");
        self.give(|_, known| known == place, named, || memory.given().0);
        self
    }

    /// Gives a uniform, or a storage binding that the shader only reads, its value.
    ///
    /// `T` is as for [`bind`](Self::bind); the value is laid out as the shader declares it.
    pub fn set<T: KernelType>(mut self, name: &str, value: T) -> Self {
        self.give(|known, _| known == name, || quoted(name), || Given::value(&value));
        self
    }

    /// Sets an override constant, by its name or by the number in `@id`. Each set of values is compiled once.
    pub fn set_override(mut self, name: &str, value: impl OverrideValue) -> Self {
        let Some(entry) = self.entry_point() else { return self };
        let known = &self.shader.overrides;
        let by_id = |id: Option<u16>| id.is_some_and(|id| id.to_string() == name);
        let found = known.iter().position(|known| known.name == name || by_id(known.id));
        let checked = match found {
            Some(index) => {
                overrides::check(&entry.name, &known[index], value.number()).map(|value| (index, value))
            }
            None => Err(Error::Value {
                what: format!("override of `{}`", entry.name),
                expected: match known.len() {
                    0 => "none, the shader has no overrides".to_owned(),
                    _ => format!("one of {}", names(known.iter().map(|known| &known.name))),
                },
                given: quoted(name),
            }),
        };
        match checked {
            Ok((index, value)) => {
                self.overrides.retain(|(other, _)| *other != index);
                self.overrides.push((index, value));
            }
            Err(error) => self.mistaken(error),
        }
        self
    }

    /// The grid in workgroups: `[x]`, `[x, y]` or `[x, y, z]`, of any integer type.
    pub fn workgroups<const D: usize, N: TryInto<u32> + Copy + fmt::Display>(
        mut self,
        workgroups: [N; D],
    ) -> Self {
        self.grid = self.spread(workgroups).map(Grid::Workgroups);
        self
    }

    /// The grid as invocations, at least that many: as many whole workgroups as they take. The shader has to leave alone
    /// what is beyond.
    pub fn invocations<const D: usize, N: TryInto<u32> + Copy + fmt::Display>(
        mut self,
        at_least: [N; D],
    ) -> Self {
        self.grid = self.spread(at_least).map(Grid::Invocations);
        self
    }

    /// Three dimensions, 1 where none is given.
    fn spread<const D: usize, N: TryInto<u32> + Copy + fmt::Display>(
        &mut self,
        given: [N; D],
    ) -> Option<[u32; 3]> {
        const { assert!(D >= 1 && D <= 3, "a grid has one to three dimensions") };
        let mut spread = [1; 3];
        for (axis, count) in spread.iter_mut().zip(given) {
            match count.try_into() {
                Ok(count) => *axis = count,
                Err(_) => self.mistaken(Error::Value {
                    what: self
                        .entry_point()
                        .map_or("grid".to_owned(), |entry| format!("grid of `{}`", entry.name)),
                    expected: format!("numbers from 1 to {}", u32::MAX),
                    given: count.to_string(),
                }),
            }
        }
        Some(spread)
    }

    /// Runs the kernel where the context's placement says, and puts results where they were asked for.
    ///
    /// # Errors
    ///
    /// The first mistake of the launch: [`Error::Binding`] for memory that is missing or does not fit, [`Error::Value`]
    /// for overrides, entry points and grids; what an executor reports that the placement does not allow to finish
    /// elsewhere. Slices that a device could not finish are as they were; an array that was on the device alone is lost with
    /// it. What the CPU stops, because of a step budget for example, may have been written in part.
    pub fn run(self, cx: &Context) -> Result<()> {
        block_on(self.run_async(cx))
    }

    /// The async twin of [`run`](Self::run). When the future is dropped half way, slices are as they were, unless the launch
    /// was cut: then they may have been written in part, as may arrays that were on a device alone.
    ///
    /// # Errors
    ///
    /// As `run`.
    pub async fn run_async(self, cx: &Context) -> Result<()> {
        self.dispatched(async |dispatch| cx.launch(dispatch).await).await
    }

    /// Checks the launch, hands it to who runs it, and puts results where they were asked for.
    pub(crate) async fn dispatched<R>(
        mut self,
        run: impl AsyncFnOnce(Dispatch<'_>) -> Result<R>,
    ) -> Result<R> {
        let mut checked = self.checked()?;
        let fits = std::mem::take(&mut checked.fits);
        let given = std::mem::take(&mut self.bound).into_iter().flatten();
        let mut staged: Vec<Staged<'a>> =
            given.zip(fits).map(|(given, fit)| Staged::new(given, fit)).collect();
        let bindings = &self.shader.entries[checked.entry].bindings;
        let data = staged.iter_mut().zip(bindings);
        let data = data.map(|(staged, binding)| staged.data(binding.access.is_written()));
        let dispatch = checked.dispatch(self.shader, data);
        let result = run(dispatch).await?;
        for (staged, binding) in staged.into_iter().zip(bindings) {
            if binding.access == BindingAccess::ReadWrite {
                staged.finish();
            }
        }
        Ok(result)
    }

    /// The plan of [`run`](Self::run), before it runs.
    ///
    /// # Errors
    ///
    /// As `run`, of what can be told without running.
    pub fn explain(&self, cx: &Context) -> Result<Plan> {
        let checked = self.checked()?;
        let given: Vec<_> = self.bound.iter().flatten().collect();
        let moved: Vec<_> = given.iter().zip(&checked.fits).map(|(given, fit)| moved(given, fit)).collect();
        let data = given.iter().zip(&moved).map(|(given, moved)| match (given, moved) {
            (_, Some(words)) => Data::Read(words),
            (Given::Array { data, .. }, _) => Data::Array(data),
            (Given::ArrayMut { data, .. }, _) => Data::Array(data),
            (Given::Texture(texture), _) => Data::Texture(texture),
            (Given::TextureMut(texture), _) => Data::Texture(texture),
            (Given::Sampler(sampler), _) => Data::Sampler(*sampler),
            (given, None) => Data::Read(given.words()),
        });
        let dispatch = checked.dispatch(self.shader, data);
        cx.plan_launch(&dispatch).map(|planned| planned.plan)
    }

    /// Everything that can be wrong, in the order: entry point and names, overrides, grid, memory.
    fn checked(&self) -> Result<Checked> {
        let (None, Some(index)) = (&self.mistake, self.entry) else {
            let nothing = || Error::Value {
                what: "entry point".to_owned(),
                expected: "one".to_owned(),
                given: "none".to_owned(),
            };
            return Err(self.mistake.clone().unwrap_or_else(nothing));
        };
        let entry = &self.shader.entries[index];
        let program = self.shader.specialized(index, &self.overrides)?;
        let grid = grid(entry, &program, self.grid)?;
        let fits = entry.bindings.iter().zip(&self.bound);
        let fits =
            fits.map(|(binding, given)| fit_given(entry, binding, given.as_ref())).collect::<Result<_>>()?;
        Ok(Checked { entry: index, program, grid, fits })
    }

    fn entry_point(&self) -> Option<&'a EntryPoint> {
        self.entry.map(|entry| &self.shader.entries[entry])
    }

    /// Gives memory to the binding whose name and place are meant, called `name` where there is none.
    fn give(
        &mut self,
        is_meant: impl Fn(&str, (u32, u32)) -> bool,
        name: impl FnOnce() -> String,
        given: impl FnOnce() -> Given<'a>,
    ) {
        let Some(entry) = self.entry_point() else { return };
        let mut bindings = entry.bindings.iter();
        match bindings.position(|known| is_meant(&known.name, (known.group, known.binding))) {
            Some(index) => self.bound[index] = Some(given()),
            None if self.shader.declared.iter().any(|(known, place)| is_meant(known, *place)) => {}
            None => self.unknown(name()),
        }
    }

    fn unknown(&mut self, given: String) {
        let Some(entry) = self.entry_point() else { return };
        let expected = match entry.bindings.len() {
            0 => "no binding, the entry point uses none".to_owned(),
            _ => format!("one of {}", names(entry.bindings.iter().map(|binding| &binding.name))),
        };
        self.mistaken(Error::Value { what: format!("binding of `{}`", entry.name), expected, given });
    }

    fn mistaken(&mut self, error: Error) {
        self.mistake.get_or_insert(error);
    }
}

impl Checked {
    /// The launch with what its bindings are given, in their order.
    fn dispatch<'d>(&'d self, shader: &'d Shader, data: impl Iterator<Item = Data<'d>>) -> Dispatch<'d> {
        let buffers = data.zip(&shader.entries[self.entry].bindings).map(|(data, binding)| Buffer {
            group: binding.group,
            binding: binding.binding,
            access: binding.access,
            data,
        });
        Dispatch {
            shader,
            entry: self.entry,
            program: &self.program,
            grid: self.grid,
            buffers: buffers.collect(),
        }
    }
}

fn fit_given(entry: &EntryPoint, binding: &Binding, given: Option<&Given<'_>>) -> Result<Fit> {
    if binding.access == BindingAccess::Handle {
        return Err(Error::Unsupported {
            executor: "every executor".to_owned(),
            what: format!(
                "`{}` of `{}` is a `{}`, which cannot be bound, line {}",
                binding.name, entry.name, binding.ty, binding.line
            ),
        });
    }
    let expected = || {
        let how = match binding.access {
            BindingAccess::Uniform | BindingAccess::Immediate => "set with `.set",
            _ => "bound with `.bind",
        };
        format!("`{}` ({}), {how}(\"{}\", ...)`", binding.ty, binding.access, binding.name)
    };
    let given = given.ok_or_else(|| Error::Binding {
        kernel: entry.name.clone(),
        name: binding.name.clone(),
        expected: expected(),
        given: "nothing".to_owned(),
    })?;
    if texture::is_resource(binding.access) {
        return texture::check(&entry.name, binding, given).map(|()| Fit::InPlace);
    }
    fit(&entry.name, binding, given)
}

/// Words in the shader's layout, where they have to be moved there.
fn moved(given: &Given<'_>, fit: &Fit) -> Option<Vec<u32>> {
    let Fit::Moved { moves, words } = fit else { return None };
    let mut moved = vec![0; *words];
    moves.scatter(given.words(), &mut moved);
    Some(moved)
}

/// The workgroups of a launch.
fn grid(entry: &EntryPoint, program: &Specialized, grid: Option<Grid>) -> Result<[u32; 3]> {
    let what = || format!("grid of `{}`", entry.name);
    let (asked, workgroups) = match grid {
        Some(Grid::Workgroups(asked)) => (asked, asked),
        Some(Grid::Invocations(asked)) => {
            let each = program.workgroup_size;
            (asked, std::array::from_fn(|axis| asked[axis].div_ceil(each[axis].max(1))))
        }
        None => {
            let expected = "a number of workgroups or invocations, set with `.workgroups` or `.invocations`";
            return Err(Error::Value {
                what: what(),
                expected: expected.to_owned(),
                given: "none".to_owned(),
            });
        }
    };
    if asked.contains(&0) {
        let given = asked.map(|n| n.to_string()).join(" x ");
        return Err(Error::Value {
            what: what(),
            expected: "at least 1 in every dimension".to_owned(),
            given,
        });
    }
    Ok(workgroups)
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

fn names<'n>(names: impl Iterator<Item = &'n String>) -> String {
    names.map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Memory on its way into a dispatch and back.
enum Staged<'a> {
    /// As it was given.
    InPlace(Given<'a>),
    /// In the shader's layout.
    Moved { moves: Moves, words: Vec<u32>, packed: Vec<u32>, back: Option<Back<'a>> },
}

impl<'a> Staged<'a> {
    fn new(given: Given<'a>, fit: Fit) -> Self {
        match (moved(&given, &fit), given, fit) {
            (Some(words), Given::Copied { words: packed, back, .. }, Fit::Moved { moves, .. }) => {
                Self::Moved { moves, words, packed, back }
            }
            (Some(words), Given::Value { words: packed, .. }, Fit::Moved { moves, .. }) => {
                Self::Moved { moves, words, packed, back: None }
            }
            (_, given, _) => Self::InPlace(given),
        }
    }

    /// As a dispatch takes it.
    fn data(&mut self, written: bool) -> Data<'_> {
        let words = match self {
            Self::InPlace(Given::Slice { host, .. } | Given::Raw(host)) => match host {
                Host::Shared(words) => return Data::Read(words),
                Host::Mut(words) => &mut **words,
            },
            Self::InPlace(
                Given::Copied { words, .. } | Given::Value { words, .. } | Given::RawCopied { words, .. },
            )
            | Self::Moved { words, .. } => words.as_mut_slice(),
            Self::InPlace(Given::Array { data, .. }) => return Data::Array(data),
            Self::InPlace(Given::ArrayMut { data, .. }) => {
                return if written { Data::ArrayMut(data) } else { Data::Array(data) };
            }
            Self::InPlace(Given::Texture(texture)) => return Data::Texture(texture),
            Self::InPlace(Given::TextureMut(texture)) => {
                return if written { Data::TextureMut(texture) } else { Data::Texture(texture) };
            }
            Self::InPlace(Given::Sampler(sampler)) => return Data::Sampler(*sampler),
        };
        if written { Data::Write(words) } else { Data::Read(words) }
    }

    /// Hands results back to where they came from, where that is somewhere else.
    fn finish(self) {
        match self {
            Self::Moved { moves, words, mut packed, back: Some(back) } => {
                moves.gather(&words, &mut packed);
                back(&packed);
            }
            Self::InPlace(
                Given::Copied { words, back: Some(back), .. } | Given::RawCopied { words, back: Some(back) },
            ) => back(&words),
            _ => {}
        }
    }
}

impl fmt::Debug for Launch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = self.entry_point().map(|entry| entry.name.as_str());
        f.debug_struct("Launch").field("entry", &entry).field("grid", &self.grid).finish_non_exhaustive()
    }
}
