//! Directives of the language that naga does not know, of features that it has: they are blanked out, so that the text of a
//! kernel may say what the standard asks it to say.
//!
//! Blanks are as long as what they replace, and lines end where they did: every diagnostic points to the same place of the user's text.

use std::borrow::Cow;

/// Extensions by keyword of their directive. naga has subgroups without being asked for them.
const KNOWN: [(&str, &[&str]); 2] =
    [("enable", &["subgroups"]), ("requires", &["subgroup_id", "subgroup_uniformity"])];

/// The text without the names of extensions that need no directive.
pub(super) fn without_needless(text: &str) -> Cow<'_, str> {
    let mut blanks = Vec::new();
    let mut rest = skip_blank(text);
    // Directives come before all else.
    while let Some((keyword, names)) = directive(rest) {
        let end = names.as_ptr() as usize - text.as_ptr() as usize + names.len();
        if let Some((_, known)) = KNOWN.iter().find(|(known, _)| *known == keyword) {
            let start = end - names.len();
            let directive = start - keyword.len()..(end + 1);
            blanks.extend(needless(names, known, directive, start));
        }
        rest = skip_blank(&text[end + 1..]);
    }
    if blanks.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut blanked = text.to_owned();
    for range in blanks {
        let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
        let blank: String = text[range.clone()].bytes().map(blank).collect();
        blanked.replace_range(range, &blank);
    }
    Cow::Owned(blanked)
}

/// What to blank out of a list of names that starts at byte `start`: the directive if no other name is in it.
fn needless(
    names: &str,
    known: &[&str],
    directive: std::ops::Range<usize>,
    start: usize,
) -> Vec<std::ops::Range<usize>> {
    let mut at = start;
    let mut parts: Vec<(bool, std::ops::Range<usize>)> = Vec::new();
    for part in names.split(',') {
        parts.push((known.contains(&part.trim()), at..at + part.len()));
        at += part.len() + 1;
    }
    if parts
        .iter()
        .all(|(needless, part)| *needless || names[part.start - start..part.end - start].trim().is_empty())
    {
        let any = parts.iter().any(|(needless, _)| *needless);
        return if any { vec![directive] } else { Vec::new() };
    }
    let last = parts.len() - 1;
    let found = parts.iter().enumerate().filter(|(_, (needless, _))| *needless);
    found
        .map(|(i, (_, part))| match i {
            // With the comma behind it, or the one before where it is the last.
            _ if i < last => part.start..part.end + 1,
            _ => part.start - 1..part.end,
        })
        .collect()
}

/// The keyword and what stands between it and the semicolon, if `text` starts with a directive.
fn directive(text: &str) -> Option<(&str, &str)> {
    let keyword = ["enable", "requires", "diagnostic"].into_iter().find(|keyword| {
        let behind = text.strip_prefix(keyword).and_then(|rest| rest.chars().next());
        behind.is_some_and(|c| c.is_whitespace() || matches!(c, '(' | '/'))
    })?;
    let (keyword, rest) = text.split_at(keyword.len());
    Some((keyword, &rest[..rest.find(';')?]))
}

/// The text behind blanks, comments and stray semicolons.
fn skip_blank(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == '\u{feff}');
        if text.starts_with("//") {
            text = text.find(['\n', '\r']).map_or("", |end| &text[end..]);
        } else if text.starts_with("/*") {
            text = behind_comment(text);
        } else {
            return text;
        }
    }
}

/// The text behind the block comment that it starts with; these nest.
fn behind_comment(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return &text[at..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::without_needless;
    use crate::wgsl::Shader;

    #[track_caller]
    fn becomes(text: &str, expected: &str) {
        assert_eq!(without_needless(text), expected);
        assert_eq!(text.len(), expected.len());
    }

    #[test]
    fn names_of_subgroups_are_blanked_out_and_nothing_else() {
        becomes("enable subgroups;\nfn f() {}", "                 \nfn f() {}");
        becomes("enable f16, subgroups;", "enable f16           ;");
        becomes("enable subgroups, f16;", "enable            f16;");
        becomes("enable f16, subgroups,;", "enable f16,           ;");
        becomes(
            "enable\n subgroups\n;enable f16,\r\nsubgroups;",
            "      \n          \n enable f16 \r\n         ;",
        );
        becomes("requires subgroup_id, subgroup_uniformity;", &" ".repeat(42));
        becomes(
            "// a; b\n/* /* enable */ x; */ diagnostic(off, x);\n;enable\tsubgroups ;enable f16;",
            "// a; b\n/* /* enable */ x; */ diagnostic(off, x);\n;                  enable f16;",
        );
        for same in [
            "",
            "/* enable subgroups;",
            "// enable subgroups;",
            "enable subgroups",
            "enable f16;",
            "enable subgroups_of;",
            "enabled subgroups;",
            "const x = 1; enable subgroups;",
            "enable /* \n */ subgroups;",
            "ünable",
        ] {
            becomes(same, same);
        }
    }

    #[test]
    fn diagnostics_stay_where_they_are() {
        let text = "enable subgroups, f16;\n@compute @workgroup_size(1) fn main() { wrong(); }";
        let error = Shader::parse("test", text).unwrap_err();
        let crate::Error::Wgsl { rendered, line: 2, column: 41, .. } = error else { panic!("{error}") };
        assert!(rendered.contains("wrong();"), "{rendered}");
    }

    #[test]
    fn a_shader_may_ask_for_subgroups() {
        let text = "enable subgroups;
            @group(0) @binding(0) var<storage, read_write> x: array<u32>;
            @compute @workgroup_size(32) fn main(@builtin(local_invocation_index) i: u32) { x[i] = subgroupAdd(i); }";
        assert_eq!(Shader::parse("test", text).unwrap().entries.len(), 1);
    }
}
