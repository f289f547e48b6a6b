//! Runs a generated shader, and compares what executors leave in memory.

use std::collections::BTreeMap;

use tilewright::{BindingAccess, Context, Error, Kernel, Raw};

use crate::module::Module;

/// A buffer after the launch.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    name: String,
    words: Vec<u32>,
    /// True where a word is a float, false where it is an integer, none where it is padding.
    floats: Vec<Option<bool>>,
}

/// Integers at which functions change, and others.
fn integer(k: u32) -> u32 {
    const EDGES: [u32; 12] =
        [0, 1, 2, 3, 31, 32, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 65_536];
    let mut mixed = k.wrapping_mul(0x9e37_79b9).wrapping_add(0x85eb_ca6b);
    mixed = (mixed ^ mixed >> 15).wrapping_mul(0x2c1b_3c6d);
    mixed ^= mixed >> 12;
    match k % 3 {
        0 => EDGES[mixed as usize % EDGES.len()],
        1 => mixed % 100,
        _ => mixed.wrapping_mul(0xc2b2_ae35),
    }
}

/// Small whole numbers.
fn float(k: u32) -> u32 {
    ((integer(3 * k + 2) % 101) as f32 - 50.0).to_bits()
}

/// Any numbers.
fn any_float(k: u32) -> u32 {
    match k % 5 {
        0 => [0, 0x8000_0000, 1, 0x7f80_0000, 0x7fc0_0000, 0x7f7f_ffff][k as usize / 5 % 6],
        1 => integer(3 * k + 2),
        _ => (f32::from_bits(float(k)) * 0.37).to_bits(),
    }
}

impl Module {
    /// What it leaves in the buffers that it may write.
    pub(crate) fn run(&self, cx: &Context) -> Result<Vec<Written>, Error> {
        let kernel = Kernel::new(&self.text)?;
        let entry = &kernel.entry_points()[0];
        let all = (self.invocations * self.grid.iter().product::<u32>()) as usize;
        let mut memory: BTreeMap<u32, (Vec<u32>, Vec<Option<bool>>)> = BTreeMap::new();
        for binding in &entry.bindings {
            let bytes = match binding.stride {
                Some(stride) => all * stride as usize,
                None => binding.bytes as usize,
            };
            let scalar = |word: usize| binding.scalar_at(4 * word as u64).map(|name| name == "f32");
            let floats: Vec<Option<bool>> = (0..bytes.div_ceil(4)).map(scalar).collect();
            let word = |k: usize| match floats[k] {
                Some(true) if self.is_free => any_float(k as u32),
                Some(true) => float(k as u32),
                Some(false) => integer(k as u32 + 7 * binding.binding),
                None => 0,
            };
            memory.insert(binding.binding, ((0..floats.len()).map(word).collect(), floats));
        }
        let launch = memory.iter_mut().fold(kernel.launch(), |launch, (&binding, (words, _))| {
            launch.bind_at(0, binding, Raw(words.as_mut_slice()))
        });
        let launch = self
            .overrides
            .iter()
            .fold(launch, |launch, &(name, value)| launch.set_override(name, value as u32));
        launch.workgroups(self.grid).run(cx)?;
        let written = entry.bindings.iter().filter(|binding| binding.access == BindingAccess::ReadWrite);
        Ok(written
            .filter_map(|binding| {
                let (words, floats) = memory.remove(&binding.binding)?;
                Some(Written { name: binding.name.clone(), words, floats })
            })
            .collect())
    }
}

/// Where two executors differ, if they do. Padding does not count, nor which zero a float is unless `to_the_bit`.
pub(crate) fn difference(a: &[Written], b: &[Written], to_the_bit: bool) -> Option<String> {
    for (a, b) in a.iter().zip(b) {
        let same = |k: usize| {
            let (x, y) = (a.words[k], b.words[k]);
            x == y
                || match a.floats[k] {
                    Some(true) => {
                        let (x, y) = (f32::from_bits(x), f32::from_bits(y));
                        x.is_nan() && y.is_nan() || !to_the_bit && x == y
                    }
                    Some(false) => false,
                    None => true,
                }
        };
        if let Some(k) = (0..a.words.len()).find(|&k| !same(k)) {
            let spell = |word: u32| match a.floats[k] {
                Some(true) => format!("{:?} ({word:#010x})", f32::from_bits(word)),
                _ => format!("{word:#010x}"),
            };
            let count = (0..a.words.len()).filter(|&k| !same(k)).count();
            let (x, y) = (spell(a.words[k]), spell(b.words[k]));
            return Some(format!("{}, word {k} (one of {count}): {x} and {y}", a.name));
        }
    }
    None
}

/// Bytes of memory that a mutated shader gets for a binding at most.
const MOST: u64 = 1 << 20;

/// Launches every entry point of a text, if it is valid, on tiny grids. Whether it is refused is its own affair.
///
/// # Errors
///
/// What is wrong with the error of a refusal.
pub(crate) fn try_all(text: &str, contexts: &[&Context]) -> Result<bool, String> {
    let kernel = match Kernel::new(text) {
        Ok(kernel) => kernel,
        Err(error) => return proper(&error, text).map(|()| false),
    };
    let mut ran = false;
    for entry in kernel.entry_points() {
        let mut outcomes: Vec<Vec<Written>> = Vec::new();
        for cx in contexts {
            let mut memory: Vec<Vec<u32>> = Vec::new();
            for binding in &entry.bindings {
                let bytes = binding.bytes.saturating_add(u64::from(binding.stride.unwrap_or(0)) * 63);
                memory.push((0..bytes.min(MOST).div_ceil(4)).map(|k| k as u32 % 7).collect());
            }
            let given = entry.bindings.iter().zip(&mut memory);
            let launch = given.fold(kernel.entry(&entry.name), |launch, (binding, words)| {
                launch.bind_at(binding.group, binding.binding, Raw(words.as_mut_slice()))
            });
            let unset = kernel.overrides().iter().filter(|known| !known.has_default);
            let launch = unset.fold(launch, |launch, known| match known.ty.as_str() {
                "bool" => launch.set_override(&known.name, true),
                "i32" => launch.set_override(&known.name, 1_i32),
                "u32" => launch.set_override(&known.name, 1_u32),
                _ => launch.set_override(&known.name, 1.0_f32),
            });
            match launch.workgroups([2, 1, 1]).run(cx) {
                Ok(()) => {
                    ran = true;
                    let written = entry.bindings.iter().zip(memory).map(|(binding, words)| {
                        let scalar =
                            |word: usize| binding.scalar_at(4 * word as u64).map(|name| name == "f32");
                        let floats = (0..words.len()).map(scalar).collect();
                        Written { name: binding.name.clone(), words, floats }
                    });
                    outcomes.push(written.collect());
                }
                Err(error) => proper(&error, text)?,
            }
        }
        if outcomes.len() == 1 {
            return Err("only one engine ran it".to_owned());
        }
        if let [a, b] = &outcomes[..]
            && let Some(difference) = difference(a, b, true)
        {
            return Err(format!("{}: {difference}", entry.name));
        }
    }
    Ok(ran)
}

/// Whether an error says something, and points into the text.
fn proper(error: &Error, text: &str) -> Result<(), String> {
    let message = error.to_string();
    if message.is_empty() {
        return Err("an error without a message".to_owned());
    }
    match error {
        Error::Wgsl { line, .. } if *line as usize > text.split('\n').count() + 1 => {
            Err(format!("line {line} is not in the text: {message}"))
        }
        _ => Ok(()),
    }
}
