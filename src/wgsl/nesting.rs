//! How deep a text nests and how long its declarations are, estimated before anything recursive reads it.
//!
//! naga recurses over what it parses and bounds only some forms of nesting; a stack overflow cannot be caught. So the
//! depth is bounded here from the bare characters: brackets nest, each operator and member access of an expression
//! nests one deeper (`a + b + c` is `(a + b) + c`), and so does each `else` of a chain. The estimate is never
//! below the depth that naga sees, and for usual functions 5 to 30.
//!
//! naga's time is quadratic in the expressions of a function: two minutes for 120,000 statements. So declarations have
//! a limit too, at which reading takes some seconds.

/// Nesting refused.
pub(super) const MAX_DEPTH: usize = 1000;

/// Declarations at module scope that count like one level: naga follows their dependencies recursively, with frames
/// much smaller than those of expressions.
const DECLARATIONS_PER_LEVEL: usize = 16;

/// Words and signs of one declaration; longer ones are refused.
pub(super) const MAX_TOKENS: usize = 1 << 17;

/// Which limit a text passes, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// [`MAX_DEPTH`].
    Depth(usize),
    /// [`MAX_TOKENS`].
    Length(usize),
}

/// What an open bracket holds, in levels.
#[derive(Default)]
struct Level {
    /// Operators and `else` since the last separator.
    chain: usize,
    /// Template lists open, or comparisons, which look alike.
    angles: usize,
}

/// The depth of a text, or the limit that it passes.
pub(super) fn depth(text: &str) -> Result<usize, Excess> {
    let mut outer = Vec::new();
    let mut level = Level::default();
    // Levels of `outer`, themselves included.
    let mut below = 0;
    let (mut deepest, mut declarations, mut length) = (0, 0, 0);
    let mut after_brace = false;
    for (at, token) in (Tokens { text, at: 0 }) {
        // A statement ends a chain, and so does a block unless the chain goes on with `else`.
        if after_brace && token != "else" {
            level = Level::default();
        }
        match token {
            "(" | "[" | "{" => {
                below += 1 + level.chain + level.angles;
                outer.push(std::mem::take(&mut level));
            }
            ")" | "]" | "}" => {
                if let Some(opened_in) = outer.pop() {
                    below -= 1 + opened_in.chain + opened_in.angles;
                    level = opened_in;
                }
            }
            "," => level.chain = 0,
            ";" => level = Level::default(),
            "<" if !text[..at].ends_with('<') && !text[at + 1..].starts_with(['<', '=']) => level.angles += 1,
            ">" if level.angles > 0 => level.angles -= 1,
            "else" => level.chain += 1,
            ":" => {}
            "." if text[at + 1..].starts_with(|c: char| c.is_ascii_digit()) => {}
            word if word.starts_with(is_word) => {}
            _ => level.chain += 1,
        }
        after_brace = token == "}";
        length += 1;
        if length > MAX_TOKENS {
            return Err(Excess::Length(at));
        }
        if outer.is_empty() && matches!(token, "}" | ";") {
            declarations += 1;
            length = 0;
        }
        deepest = deepest.max(below + level.chain + level.angles).max(declarations / DECLARATIONS_PER_LEVEL);
        if deepest > MAX_DEPTH {
            return Err(Excess::Depth(at));
        }
    }
    Ok(deepest)
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || !c.is_ascii()
}

/// Words and single characters of a text, without blanks and comments.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.text[self.at..];
            let first = rest.chars().next()?;
            let len = if rest.starts_with("//") {
                rest.find(is_line_break).unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                block_comment(rest)
            } else if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let at = self.at;
            self.at += len;
            if !(first.is_whitespace() || rest.starts_with("//") || rest.starts_with("/*")) {
                return Some((at, &rest[..len]));
            }
        }
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\u{a}'..='\u{d}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Length of the comment at the start of `text`; comments nest.
fn block_comment(text: &str) -> usize {
    let mut open = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['/', '*']) {
        at += found;
        match text.as_bytes().get(at..at + 2) {
            Some(b"/*") => open += 1,
            Some(b"*/") => open -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if open == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Excess, MAX_DEPTH, MAX_TOKENS, depth};

    #[test]
    fn counts_brackets_operators_and_else() {
        assert_eq!(depth(""), Ok(0));
        assert_eq!(depth("a b c"), Ok(0));
        assert_eq!(depth("((a))"), Ok(2));
        assert_eq!(depth("a + b + c"), Ok(2));
        assert_eq!(depth("f(a + b, c * d)"), Ok(2));
        assert_eq!(depth("a + (b + c) + d"), Ok(3));
        assert_eq!(depth("a + b; c + d;"), Ok(1));
        assert_eq!(depth("v.x.y[0].z"), Ok(3));
        assert_eq!(depth("- - - -x"), Ok(4));
        assert_eq!(depth("if a { } else if b { } else if c { } else { }"), Ok(4));
        assert_eq!(depth("if a { } if b { } if c { }"), Ok(1));
        assert_eq!(depth("{ } + { + }"), Ok(3));
        assert_eq!(depth(")))) + }"), Ok(1));
    }

    #[test]
    fn template_lists_nest_across_commas() {
        assert_eq!(depth("ptr<function, ptr<function, array<f32, 4>>>"), Ok(3));
        assert_eq!(depth(&"vec2<f32>(1.0, -2.0), ".repeat(5000)), Ok(2));
        assert_eq!(depth(&"a << 1, b <= 2, c >> 3, ".repeat(5000)), Ok(2));
    }

    #[test]
    fn skips_comments() {
        assert_eq!(depth("a // + + + ((("), Ok(0));
        assert_eq!(depth("a // +\n + b"), Ok(1));
        assert_eq!(depth("a // +\u{2028} + b"), Ok(1));
        assert_eq!(depth("a /* + /* + */ (( */ + b"), Ok(1));
        assert_eq!(depth("a /*/ + */ b"), Ok(0));
        assert_eq!(depth("a /* + ä"), Ok(0));
        assert_eq!(depth("a / b"), Ok(1));
    }

    #[test]
    fn refuses_where_the_limit_is_passed() {
        assert_eq!(depth(&"(".repeat(MAX_DEPTH)), Ok(MAX_DEPTH));
        assert_eq!(depth(&"(".repeat(MAX_DEPTH + 2)), Err(Excess::Depth(MAX_DEPTH)));
        assert_eq!(depth(&"+a".repeat(MAX_DEPTH + 1)), Err(Excess::Depth(2 * MAX_DEPTH)));
        assert!(depth(&"const a = 1;".repeat(17 * MAX_DEPTH)).is_err());
        assert_eq!(depth(&"const a = 1;".repeat(100)), Ok(6));
        assert_eq!(depth(&"a;".repeat(10)), Ok(0));
        assert_eq!(depth(&format!("{{{}}}", "a;".repeat(MAX_TOKENS))), Err(Excess::Length(MAX_TOKENS)));
    }
}
