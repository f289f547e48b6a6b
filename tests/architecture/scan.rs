//! What a source file reaches for, read from its tokens.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// Parts of the standard library that only some modules may use.
const GUARDED: [&str; 2] = ["time", "env"];

/// Something that a rule may forbid.
#[derive(Debug, PartialEq)]
pub(crate) enum Target {
    /// The first name of a path from the crate's root.
    Module(String),
    /// A dependency, or a guarded part of the standard library.
    Package(String),
    /// The keyword.
    Unsafe,
}

/// A target with its line.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) line: usize,
    pub(crate) target: Target,
}

/// One file.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    pub(crate) findings: Vec<Finding>,
    /// Modules declared in files of their own.
    pub(crate) modules: Vec<String>,
}

/// Scans a file whose module lies `depth` below the root of the crate.
pub(crate) fn scan(text: &str, depth: usize, packages: &BTreeSet<String>) -> Result<Scanned, LexError> {
    let mut scanned = Scanned::default();
    let tokens: TokenStream = text.parse()?;
    walk(&trees(tokens), depth, packages, &mut scanned);
    Ok(scanned)
}

fn trees(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn walk(tokens: &[TokenTree], depth: usize, packages: &BTreeSet<String>, scanned: &mut Scanned) {
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            at += item_len(&tokens[at..]);
            continue;
        }
        if let [TokenTree::Ident(keyword), TokenTree::Ident(name), next, ..] = &tokens[at..]
            && keyword == "mod"
        {
            match next {
                TokenTree::Group(body) => walk(&trees(body.stream()), depth + 1, packages, scanned),
                _ => scanned.modules.push(name.to_string()),
            }
            at += 3;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => walk(&trees(group.stream()), depth, packages, scanned),
            TokenTree::Ident(ident) => {
                let line = ident.span().start().line;
                let targets = targets(tokens, at, depth, packages);
                scanned.findings.extend(targets.into_iter().map(|target| Finding { line, target }));
            }
            _ => {}
        }
        at += 1;
    }
}

/// `#[cfg(test)]` and its combinations.
fn is_test_attribute(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = tokens else { return false };
    let text = group.stream().to_string();
    hash.as_char() == '#'
        && group.delimiter() == Delimiter::Bracket
        && text.starts_with("cfg")
        && words(&text).any(|word| word == "test")
        && !words(&text).any(|word| word == "not")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Tokens of an item with its attributes: up to its body, or to its semicolon if it is an import.
fn item_len(tokens: &[TokenTree]) -> usize {
    let mut is_import = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if ident == "use" => is_import = true,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_import => return at + 1,
            TokenTree::Punct(punct) if punct.as_char() == ';' => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn targets(tokens: &[TokenTree], at: usize, depth: usize, packages: &BTreeSet<String>) -> Vec<Target> {
    let word = tokens[at].to_string();
    let inside_path = at >= 2 && is_separator(&tokens[at - 2..]);
    let module = |names: Vec<String>| names.into_iter().map(Target::Module).collect();
    match word.as_str() {
        "unsafe" => vec![Target::Unsafe],
        "crate" => {
            // A macro that other programs expand names what the root exports: `$crate::Name`.
            let exported = at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(p) if p.as_char() == '$');
            let is_module = |name: &String| !exported || !name.starts_with(char::is_uppercase);
            module(next_names(&tokens[at + 1..]).into_iter().filter(is_module).collect())
        }
        "super" if !inside_path => {
            let mut climbed = 1;
            let mut rest = &tokens[at + 1..];
            while next_names(rest) == ["super"] {
                climbed += 1;
                rest = &rest[3..];
            }
            if climbed == depth { module(next_names(rest)) } else { Vec::new() }
        }
        "std" if !inside_path => {
            let guarded = |name: &String| GUARDED.contains(&name.as_str());
            let names = next_names(&tokens[at + 1..]).into_iter().filter(guarded);
            names.map(|name| Target::Package(format!("std::{name}"))).collect()
        }
        _ if packages.contains(&word) && !inside_path => {
            let imported = at > 0 && tokens[at - 1].to_string() == "use";
            let is_path = is_separator(&tokens[at + 1..]);
            if imported || is_path { vec![Target::Package(word)] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn is_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(a), TokenTree::Punct(b), ..] if a.as_char() == ':' && b.as_char() == ':')
}

/// The names that follow a path: one, or the first ones of each member of a group.
fn next_names(tokens: &[TokenTree]) -> Vec<String> {
    if !is_separator(tokens) {
        return Vec::new();
    }
    match tokens.get(2) {
        Some(TokenTree::Ident(name)) => vec![name.to_string()],
        Some(TokenTree::Group(group)) => {
            let members = trees(group.stream());
            let members = members.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','));
            members.filter_map(|member| member.first()).map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    }
}
