//! Texts that are no longer valid, or still are: tokens of shaders deleted, repeated, exchanged, spliced.

use std::fs;
use std::path::{Path, PathBuf};

use crate::choices::Choices;
use crate::module::Module;

/// Folders with shaders.
const FOLDERS: [&str; 5] =
    ["tests/corpus/shaders", "tests/kernels", "examples/kernels", "benches/versus/kernels", "shaders"];

/// What numbers become.
const NUMBERS: [&str; 22] = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "31",
    "32",
    "33",
    "64",
    "-1",
    "255",
    "65536",
    "2147483647",
    "4294967295",
    "2147483648u",
    "4294967296",
    "0u",
    "7u",
    "0.0",
    "1e38",
    "1e39",
    "0x1p-149",
];

/// What any token becomes.
const WORDS: [&str; 74] = [
    "fn",
    "var",
    "let",
    "const",
    "override",
    "struct",
    "alias",
    "return",
    "if",
    "else",
    "loop",
    "for",
    "while",
    "continuing",
    "break",
    "continue",
    "switch",
    "case",
    "default",
    "f32",
    "u32",
    "i32",
    "f16",
    "f64",
    "i64",
    "u64",
    "bool",
    "vec2",
    "vec3<f32>",
    "vec4<u32>",
    "mat2x2<f32>",
    "mat4x3f",
    "array<f32, 4>",
    "array<u32>",
    "atomic<u32>",
    "ptr<function, u32>",
    "<",
    ">",
    "=",
    "==",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    "!",
    "~",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ".",
    "@",
    "@group(0)",
    "@workgroup_size(0)",
    "workgroupBarrier();",
    "select",
    "bitcast<f32>",
    "arrayLength",
    "atomicAdd",
    "subgroupAdd",
    "workgroupUniformLoad",
    "\u{0}",
    "\u{e4}",
    "discard;",
];

/// Every shader of the tree.
pub(crate) fn shaders() -> Vec<String> {
    fn visit(folder: &Path, files: &mut Vec<PathBuf>) {
        let found = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in found {
            let path = entry.expect("a folder that can be read").path();
            if path.is_dir() {
                visit(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "wgsl") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    FOLDERS.iter().for_each(|folder| visit(&root.join(folder), &mut files));
    files.sort();
    let read = |path: &PathBuf| {
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().map(read).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Word,
    Number,
    Sign,
    Space,
}

fn kind(token: &str) -> Kind {
    match token.chars().next() {
        Some(c) if c.is_ascii_digit() => Kind::Number,
        Some(c) if c.is_alphanumeric() || c == '_' => Kind::Word,
        Some(c) if c.is_whitespace() => Kind::Space,
        _ => Kind::Sign,
    }
}

/// Words, numbers, signs and what is between them.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.' && first.is_ascii_digit();
        let len = match kind(rest) {
            Kind::Space => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            Kind::Word | Kind::Number => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            Kind::Sign => first.len_utf8(),
        };
        let (token, after) = rest.split_at(len);
        found.push(token);
        rest = after;
    }
    found
}

/// A shader of the tree or a generated one, changed.
pub(crate) fn mutated(shaders: &[String], list: &[u16]) -> String {
    let (head, tail) = list.split_at(list.len().min(64));
    let choices = &mut Choices::new(head);
    let text = match choices.below(3) {
        0 | 1 => shaders[choices.below(shaders.len())].clone(),
        _ => Module::new(tail, true).text,
    };
    let other = shaders[choices.below(shaders.len())].clone();
    let other = tokens(&other);
    let mut all: Vec<&str> = tokens(&text);
    for _ in 0..1 + choices.below(3) {
        match choices.below(3) {
            0 => mutate(&mut all, &other, choices),
            _ => mutate_gently(&mut all, choices),
        }
    }
    let mut text = all.concat();
    if choices.once_in(12) {
        let mut bytes = text.into_bytes();
        for _ in 0..1 + choices.below(3) {
            // Two numbers make a place in a long text.
            let at = (choices.below(1 << 16) << 16 | choices.below(1 << 16)) % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << choices.below(8);
            }
        }
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    text
}

/// Names that exchanged for each other often keep a text valid.
const FAMILIES: [&[&str]; 8] = [
    &["+", "-", "*", "/", "%", "&", "|", "^"],
    &["f32", "u32", "i32", "bool", "f16"],
    &["vec2", "vec3", "vec4", "array"],
    &["x", "y", "z", "w"],
    &["min", "max", "pow", "atan2", "step", "distance", "dot", "cross", "reflect", "ldexp"],
    &[
        "abs",
        "sqrt",
        "sin",
        "cos",
        "exp",
        "log",
        "floor",
        "fract",
        "sign",
        "round",
        "any",
        "all",
        "normalize",
        "length",
    ],
    &[
        "atomicAdd",
        "atomicSub",
        "atomicMax",
        "atomicMin",
        "atomicAnd",
        "atomicOr",
        "atomicXor",
        "atomicExchange",
    ],
    &[
        "subgroupAdd",
        "subgroupMul",
        "subgroupMin",
        "subgroupMax",
        "subgroupInclusiveAdd",
        "subgroupExclusiveMul",
    ],
];

/// A change after which the text may be valid still.
fn mutate_gently(all: &mut Vec<&str>, choices: &mut Choices<'_>) {
    let at_all = |all: &[&str], holds: &dyn Fn(&str) -> bool, choices: &mut Choices<'_>| {
        let found: Vec<usize> = (0..all.len()).filter(|&k| holds(all[k])).collect();
        (!found.is_empty()).then(|| found[choices.below(found.len())])
    };
    match choices.below(6) {
        0 | 1 => {
            if let Some(at) = at_all(all, &|token| kind(token) == Kind::Number, choices) {
                all[at] = choices.of(&NUMBERS);
            }
        }
        2 | 3 => {
            let family = FAMILIES[choices.below(FAMILIES.len())];
            if let Some(at) = at_all(all, &|token| family.contains(&token), choices) {
                all[at] = choices.of(family);
            }
        }
        // A statement deleted, or put elsewhere once more.
        kind => {
            let Some(end) = at_all(all, &|token| token == ";", choices) else { return };
            let start = all[..end].iter().rposition(|token| matches!(*token, ";" | "{" | "}"));
            let start = start.map_or(0, |start| start + 1);
            let statement: Vec<&str> = all[start..=end].to_vec();
            if kind == 4 {
                all.drain(start..=end);
            }
            if (kind == 5 || choices.below(2) == 0)
                && let Some(to) = at_all(all, &|token| matches!(token, ";" | "{" | "}"), choices)
            {
                all.splice(to + 1..to + 1, statement);
            }
        }
    }
}

fn mutate<'t>(all: &mut Vec<&'t str>, other: &[&'t str], choices: &mut Choices<'_>) {
    if all.is_empty() {
        return;
    }
    // Spaces say nothing: the next token does.
    let place = |all: &[&str], choices: &mut Choices<'_>| {
        let at = choices.below(all.len());
        if kind(all[at]) == Kind::Space { (at + 1).min(all.len() - 1) } else { at }
    };
    let at = place(all, choices);
    let alike = |of: &[&'t str], as_at: &str, choices: &mut Choices<'_>| {
        let found: Vec<&'t str> = of.iter().copied().filter(|token| kind(token) == kind(as_at)).collect();
        (!found.is_empty()).then(|| found[choices.below(found.len())])
    };
    match choices.below(12) {
        // One that looks like it: often valid still.
        0..4 => {
            if let Some(token) = alike(all, all[at], choices) {
                all[at] = token;
            }
        }
        4 => {
            if let Some(token) = alike(other, all[at], choices) {
                all[at] = token;
            }
        }
        5 | 6 => {
            let numbers: Vec<usize> = (0..all.len()).filter(|&k| kind(all[k]) == Kind::Number).collect();
            if !numbers.is_empty() {
                all[numbers[choices.below(numbers.len())]] = choices.of(&NUMBERS);
            }
        }
        7 => {
            let word = choices.of(&WORDS);
            if choices.below(2) == 0 { all[at] = word } else { all.insert(at, word) }
        }
        8 => {
            let len = (1 + choices.below(12)).min(all.len() - at);
            all.drain(at..at + len);
        }
        9 => {
            let with = place(all, choices);
            all.swap(at, with);
        }
        10 => {
            // A statement or so, from here or from another shader.
            let from = if choices.below(2) == 0 { all.clone() } else { other.to_vec() };
            if !from.is_empty() {
                let start = choices.below(from.len());
                let len = (1 + choices.below(40)).min(from.len() - start);
                all.splice(at..at, from[start..start + len].iter().copied());
            }
        }
        _ => {
            if choices.once_in(4) {
                all.truncate(at);
            } else {
                let start = other.len() / 2;
                all.truncate(at);
                all.extend_from_slice(&other[start..]);
            }
        }
    }
}
