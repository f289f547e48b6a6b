//! Memory accesses: elements of one to four words in buffers bound as `array<vec4<u32>>`.

use std::fmt::Write;

use crate::element::{ElementType, Scalar};

const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// Appends statements that load the quad `q` of `buffer`; returns the expressions of its four elements. `tag` keeps
/// names apart.
pub(super) fn load_quad(ty: ElementType, buffer: &str, tag: &str, text: &mut String) -> [String; 4] {
    let width = ty.words();
    for part in 0..width {
        let index = if width == 1 { "q".to_string() } else { format!("{width}u * q + {part}u") };
        let _ = writeln!(text, "    let {tag}_{part} = {buffer}[{index}];");
    }
    std::array::from_fn(|lane| {
        // The words of an element, as swizzles of at most two loaded vectors.
        let (first, last) = (lane * width, lane * width + width - 1);
        let run =
            |part: usize, from: usize, to: usize| format!("{tag}_{part}.{}", COMPONENTS[from..=to].concat());
        let words = if first / 4 == last / 4 {
            if width == 4 { format!("{tag}_{}", first / 4) } else { run(first / 4, first % 4, last % 4) }
        } else {
            let (head, tail) = (run(first / 4, first % 4, 3), run(last / 4, 0, last % 4));
            format!("vec{width}<u32>({head}, {tail})")
        };
        from_words(ty, &words)
    })
}

/// Returns the expression that loads element `i` of `buffer`.
pub(super) fn load_one(ty: ElementType, buffer: &str) -> String {
    let words = match ty.width {
        1 => format!("{buffer}[i >> 2u][i & 3u]"),
        4 => format!("{buffer}[i]"),
        width => {
            let word = |c| format!("{buffer}[({width}u * i + {c}u) >> 2u][({width}u * i + {c}u) & 3u]");
            let words: Vec<String> = (0..width).map(word).collect();
            format!("vec{width}<u32>({})", words.join(", "))
        }
    };
    from_words(ty, &words)
}

/// Returns the expression of the element of `buffer`, an `array<u32>`, that starts at word `at` (an expression).
pub(super) fn load_words(ty: ElementType, buffer: &str, at: &str) -> String {
    let words: Vec<String> = (0..ty.words()).map(|c| format!("{buffer}[{at} + {c}u]")).collect();
    match ty.width {
        1 => from_words(ty, &words.concat()),
        width => from_words(ty, &format!("vec{width}<u32>({})", words.join(", "))),
    }
}

/// Appends statements that store `values` as quad `q` of `buffer`.
pub(super) fn store_quad(ty: ElementType, buffer: &str, values: &[String; 4], tag: &str, text: &mut String) {
    let width = ty.words();
    for (lane, value) in values.iter().enumerate() {
        let _ = writeln!(text, "    let {tag}_{lane} = {};", to_words(ty, value));
    }
    for part in 0..width {
        let mut pieces = Vec::new();
        let mut word = 4 * part;
        while word < 4 * part + 4 {
            let (lane, from) = (word / width, word % width);
            let to = (width - 1).min(from + 4 * part + 3 - word);
            let swizzle = if to - from + 1 == width {
                String::new()
            } else {
                format!(".{}", COMPONENTS[from..=to].concat())
            };
            pieces.push(format!("{tag}_{lane}{swizzle}"));
            word += to - from + 1;
        }
        let index = if width == 1 { "q".to_string() } else { format!("{width}u * q + {part}u") };
        let vector =
            if pieces.len() == 1 { pieces.concat() } else { format!("vec4<u32>({})", pieces.join(", ")) };
        let _ = writeln!(text, "    {buffer}[{index}] = {vector};");
    }
}

/// Appends statements that store `value` as element `i` of `buffer`. Only for a quad whose elements one invocation
/// writes alone: a component store may touch its whole vector.
pub(super) fn store_one(ty: ElementType, buffer: &str, value: &str, text: &mut String) {
    let words = to_words(ty, value);
    let _ = match ty.width {
        1 => writeln!(text, "    {buffer}[i >> 2u][i & 3u] = {words};"),
        4 => writeln!(text, "    {buffer}[i] = {words};"),
        width => {
            let _ = writeln!(text, "    let one = {words};");
            (0..width).try_for_each(|c| {
                let component = COMPONENTS[c as usize];
                writeln!(
                    text,
                    "    {buffer}[({width}u * i + {c}u) >> 2u][({width}u * i + {c}u) & 3u] = one.{component};"
                )
            })
        }
    };
}

/// Appends statements that store `value` from word `at` (an expression) of `buffer`, an `array<u32>`.
pub(super) fn store_words(ty: ElementType, buffer: &str, at: &str, value: &str, text: &mut String) {
    let words = to_words(ty, value);
    if ty.width == 1 {
        let _ = writeln!(text, "    {buffer}[{at}] = {words};");
        return;
    }
    let _ = writeln!(text, "    let words = {words};");
    for (c, component) in COMPONENTS.iter().take(ty.words()).enumerate() {
        let _ = writeln!(text, "    {buffer}[{at} + {c}u] = words.{component};");
    }
}

/// The value of type `ty` with the bits of an expression of u32 words.
pub(super) fn from_words(ty: ElementType, words: &str) -> String {
    if ty.scalar == Scalar::U32 { words.to_string() } else { format!("bitcast<{ty}>({words})") }
}

/// The words of a value of type `ty`.
pub(super) fn to_words(ty: ElementType, value: &str) -> String {
    let words = ElementType { scalar: Scalar::U32, width: ty.width };
    if ty.scalar == Scalar::U32 { value.to_string() } else { format!("bitcast<{words}>({value})") }
}
