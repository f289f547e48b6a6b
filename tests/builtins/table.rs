//! The table of the documentation.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::ulp::Worst;
use crate::{composed, floats, halves};

/// A line of a table.
pub(crate) struct Row {
    pub(crate) name: String,
    /// What WGSL allows, where the table says so.
    pub(crate) wgsl: Option<String>,
    pub(crate) worst: Worst,
}

/// In hundredths, rounded up; 0.5 stays what it is.
fn figure(ulps: f64) -> String {
    if ulps == 0.0 { "0".to_owned() } else { format!("{:.2}", (ulps * 100.0 - 1e-3).ceil() / 100.0) }
}

fn rendered(rows: &[Row]) -> String {
    let mut text = match rows.iter().any(|row| row.wgsl.is_some()) {
        true => "| | worst, ULP | WGSL allows | worst at |\n|---|---|---|---|\n".to_owned(),
        false => "| | worst, ULP |\n|---|---|\n".to_owned(),
    };
    for row in rows {
        let (name, figure) = (row.name.replace('|', "\\|"), figure(row.worst.ulps));
        let _ = match &row.wgsl {
            None => writeln!(text, "| `{name}` | {figure} |"),
            Some(wgsl) => {
                let at = row.worst.at.iter().map(|x| format!("{x:?}")).collect::<Vec<_>>().join(", ");
                writeln!(text, "| `{name}` | {figure} | {} | {at} |", wgsl.replace('|', "\\|"))
            }
        };
    }
    text
}

/// The document with a table put between its marks.
fn with_table(document: &str, mark: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {mark}:begin -->\n"), format!("<!-- {mark}:end -->"));
    let start = document.find(&begin).expect("the mark of the beginning") + begin.len();
    let stop = document.find(&end).expect("the mark of the end");
    format!("{}\n{table}\n{}", &document[..start], &document[stop..])
}

/// True if two lines are the same but for hundredths of figures, and for places: functions of f64 differ in their last bits
/// between systems.
fn agree(a: &str, b: &str) -> bool {
    // The place is the fourth cell.
    let cells = |text: &str| -> Vec<String> {
        text.replace("\\|", "").split('|').take(4).map(|cell| cell.trim().to_owned()).collect()
    };
    let (a, b) = (cells(a), cells(b));
    let figures = |a: &str, b: &str| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() < 0.015,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || figures(a, b))
}

#[test]
fn the_table_of_the_documentation_is_what_was_measured() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/builtins.md");
    let document = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let tables = [("components", floats::rows()), ("composed", composed::rows()), ("half", halves::rows())];
    let expected =
        tables.iter().fold(document.clone(), |text, (mark, rows)| with_table(&text, mark, &rendered(rows)));
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        return fs::write(&path, expected).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    for (was, is) in document.lines().zip(expected.lines()) {
        assert!(agree(was, is), "src/builtins.md, which UPDATE=1 writes:\n  says {was}\n  measured {is}");
    }
    assert_eq!(document.lines().count(), expected.lines().count(), "src/builtins.md, which UPDATE=1 writes");
}
