//! Memory accesses: elements of one to four words, four at a time (a quad), in buffers bound as arrays of vectors.

use std::fmt::Write;

use crate::element::{ElementType, Scalar};

const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// How element memory is bound: as vectors of 1, 2 or 4 words, each loaded and stored in one access.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vectors(pub(super) u32);

impl Vectors {
    /// The type of a buffer of elements.
    pub(super) fn array(self) -> &'static str {
        match self.0 {
            1 => "array<u32>",
            2 => "array<vec2<u32>>",
            _ => "array<vec4<u32>>",
        }
    }

    /// The expression that loads the four words from word `4 * index` on.
    fn load4(self, buffer: &str, index: &str) -> String {
        let at = |k: u32| format!("{buffer}[{}u * ({index}) + {k}u]", 4 / self.0);
        match self.0 {
            1 | 2 => {
                let parts: Vec<String> = (0..4 / self.0).map(at).collect();
                format!("vec4<u32>({})", parts.join(", "))
            }
            _ => format!("{buffer}[{index}]"),
        }
    }

    /// Appends the stores of the four words of the vector `value` from word `4 * index` on.
    fn store4(self, buffer: &str, index: &str, value: &str, text: &mut String) {
        let parts: &[&str] = match self.0 {
            1 => &[".x", ".y", ".z", ".w"],
            2 => &[".xy", ".zw"],
            _ => &[""],
        };
        for (k, part) in parts.iter().enumerate() {
            let at = if parts.len() == 1 {
                index.to_owned()
            } else {
                format!("{}u * ({index}) + {k}u", parts.len())
            };
            let _ = writeln!(text, "    {buffer}[{at}] = {value}{part};");
        }
    }

    /// The place of the word at `index`, an expression.
    fn word(self, buffer: &str, index: &str) -> String {
        match self.0 {
            1 => format!("{buffer}[{index}]"),
            2 => format!("{buffer}[({index}) >> 1u][({index}) & 1u]"),
            _ => format!("{buffer}[({index}) >> 2u][({index}) & 3u]"),
        }
    }
}

/// Appends statements that load the quad `q` of `buffer`; returns the expressions of its four elements. `tag` keeps
/// names apart.
pub(super) fn load_quad(
    vectors: Vectors,
    ty: ElementType,
    buffer: &str,
    tag: &str,
    text: &mut String,
) -> [String; 4] {
    let width = ty.words();
    for part in 0..width {
        let index = if width == 1 { "q".to_string() } else { format!("{width}u * q + {part}u") };
        let _ = writeln!(text, "    let {tag}_{part} = {};", vectors.load4(buffer, &index));
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
pub(super) fn load_one(vectors: Vectors, ty: ElementType, buffer: &str) -> String {
    let words = match ty.width {
        1 => vectors.word(buffer, "i"),
        4 => vectors.load4(buffer, "i"),
        width => {
            let words: Vec<String> =
                (0..width).map(|c| vectors.word(buffer, &format!("{width}u * i + {c}u"))).collect();
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
pub(super) fn store_quad(
    vectors: Vectors,
    ty: ElementType,
    buffer: &str,
    values: &[String; 4],
    tag: &str,
    text: &mut String,
) {
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
        match vectors.0 {
            4 => vectors.store4(buffer, &index, &vector, text),
            _ => {
                let name = format!("{tag}v_{part}");
                let _ = writeln!(text, "    let {name} = {vector};");
                vectors.store4(buffer, &index, &name, text);
            }
        }
    }
}

/// Appends statements that store `value` as element `i` of `buffer`. Only for a quad whose elements one invocation
/// writes alone: a component store may touch its whole vector.
pub(super) fn store_one(vectors: Vectors, ty: ElementType, buffer: &str, value: &str, text: &mut String) {
    let words = to_words(ty, value);
    if ty.width == 1 {
        let _ = writeln!(text, "    {} = {words};", vectors.word(buffer, "i"));
        return;
    }
    let _ = writeln!(text, "    let one = {words};");
    if ty.width == 4 {
        vectors.store4(buffer, "i", "one", text);
        return;
    }
    for (c, component) in COMPONENTS.iter().take(ty.words()).enumerate() {
        let word = vectors.word(buffer, &format!("{}u * i + {c}u", ty.width));
        let _ = writeln!(text, "    {word} = one.{component};");
    }
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
