//! `planner_lab crossover`: every function at every size is measured, checked, printed and drawn; without a GPU too.

use std::fs;

use clap::Parser;
use serde_json::Value;
use tilewright::{Context, Placement};

use crate::cases::{folder, printed};
use crate::checks::Case;
use crate::planner_lab;
use crate::planner_lab::crossover::functions::Function;

pub(crate) const CASES: [Case; 3] = [
    ("crossover_without_a_gpu", without_a_gpu),
    ("crossover_refuses", refused),
    ("a_wrong_element_is_found", wrong_element),
];

const FUNCTIONS: [&str; 7] =
    ["sum", "sum of squares", "saxpy", "inclusive scan", "roots", "black-scholes", "mandelbrot"];

/// Cells of a line; names of functions have spaces, so that cells are told apart by two of them.
fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// Table, CSV and plot of all functions at two sizes, and JSON of one.
pub(crate) fn measured(_: &Context) {
    // A context of its own: it looks at the reports of its calls, and clones of one context share them with other trials.
    let builder = Context::builder().placement(Placement::Gpu).cpu_fallback(false).history(false);
    let cx = &builder.build().expect("the placement is valid");
    let folder = folder("crossover");
    let (csv, svg) = (folder.join("rows.csv"), folder.join("plot.svg"));
    let args = format!("crossover --quick --predict --csv {} --svg {}", csv.display(), svg.display());
    let text = printed(cx, &args, planner_lab::run_on);
    let (_, table) = text.split_once("\n\n").expect("a table below what is measured");
    let mut lines = table.lines();
    let header = cells(lines.next().expect("a header"));
    assert_eq!(header[..4], ["function", "n", "cpu", "gpu"], "{text}");
    for function in FUNCTIONS {
        for n in ["2^10", "2^14"] {
            let line = lines.next().expect("a row");
            let row = line.strip_prefix(function).unwrap_or_else(|| panic!("{function}: {line}"));
            assert_eq!(cells(row)[0], n, "{line}");
            assert!(!cells(row).contains(&"-"), "there is a GPU: {line}");
            assert!(line.ends_with("ok") || line.ends_with("SLOW"), "{line}");
        }
    }
    let total = lines.next().expect("a total");
    assert!(
        total.starts_with("14 rows: ") && total.ends_with(" results checked against the CPU's"),
        "{total}"
    );
    let predictions: Vec<&str> = table.lines().filter(|line| line.contains("  split:")).collect();
    assert!(predictions.len() >= 14 && text.contains("measured/predicted"), "{text}");

    let rows = fs::read_to_string(csv).expect("a CSV file");
    let fields: Vec<usize> = rows.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(fields.len(), 15, "{rows}");
    assert!(fields.iter().all(|&count| count == fields[0]), "{rows}");
    let plot = fs::read_to_string(svg).expect("an SVG file");
    well_formed(&plot);
    assert_eq!(plot.matches("<polyline").count(), 4 * FUNCTIONS.len());
    assert_eq!(plot.matches("<circle").count(), 4 * 2 * FUNCTIONS.len());
    fs::remove_dir_all(folder).expect("a folder that can be removed");

    let args = "crossover --quick --min-exp 3 --max-exp 15 --step 6 --function s --json --own-context";
    let objects = printed(cx, args, planner_lab::run_on);
    let objects: Vec<Value> =
        objects.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(objects.len(), 3 * FUNCTIONS.iter().filter(|name| name.contains('s')).count());
    for row in &objects {
        // Before the rounds, after them, and after those of `auto` and the best single.
        let candidates = row["candidates"].as_u64().expect("a number");
        assert!(candidates >= 4, "cpu, gpu, auto and a split: {row}");
        assert_eq!(row["checked"].as_u64(), Some(2 * candidates + 2), "{row}");
        for time in ["cpu_s", "gpu_s", "auto_s", "auto_over_best"] {
            assert!(row[time].as_f64().is_some_and(|time| time > 0.0), "{time}: {row}");
        }
        assert!(row["best_split"]["seconds"].is_number(), "{row}");
    }
}

fn without_a_gpu() {
    let cx = Context::builder().adapter("no adapter has this name").build().expect("valid settings");
    let folder = folder("crossover-cpu");
    let svg = folder.join("plot.svg");
    let args = format!("crossover --quick --function saxpy --svg {}", svg.display());
    let text = printed(&cx, &args, planner_lab::run_on);
    assert!(text.contains("; gpu and split are not measured\n"), "{text}");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("saxpy")).collect();
    assert_eq!(rows.len(), 2, "{text}");
    for row in rows {
        assert_eq!(row.split_whitespace().filter(|&word| word == "-").count(), 3, "{row}");
    }
    assert!(text.contains("2 rows: 12 results checked"), "{text}");
    let plot = fs::read_to_string(svg).expect("an SVG file");
    well_formed(&plot);
    assert_eq!(plot.matches("<circle").count(), 4, "cpu and auto at two sizes");
    fs::remove_dir_all(folder).expect("a folder that can be removed");
}

fn refused() {
    let parse = |args: &str| planner_lab::Args::try_parse_from(args.split_whitespace());
    for args in ["--min-exp 31", "--max-exp -1", "--step 0", "--seconds -1", "--seconds nan", "--min-exp x"] {
        assert!(parse(&format!("example crossover {args}")).is_err(), "{args}");
    }
    let cx = Context::new().with_placement(Placement::Cpu);
    for (args, message) in [
        ("--min-exp 5 --max-exp 3", "--min-exp 5 is above --max-exp 3"),
        ("--function tangent", "there are sum, "),
        ("--csv /no/such/folder/file", "cannot be written"),
    ] {
        let parsed = parse(&format!("example crossover {args}")).unwrap_or_else(|error| panic!("{error}"));
        let error = planner_lab::run_on(&cx, &parsed, &mut Vec::new()).expect_err(args).to_string();
        assert!(error.contains(message), "{args}: {error}");
    }
}

fn wrong_element() {
    let cx = Context::new().with_placement(Placement::Cpu);
    let n = 1000;
    for function in Function::all().expect("valid functions") {
        let columns = function.inputs(n);
        let inputs: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
        let mut right = vec![0.0; function.output_len(n)];
        function.run(&cx, &inputs, &mut right).expect("a result");
        function.check("cpu", &inputs, &right, &right).expect("a right result");
        let mut wrong = right.clone();
        // More than one in a hundred, which is what functions with outliers may differ in.
        wrong.iter_mut().step_by(50).for_each(|x| *x = *x * 1.001 + 0.001);
        assert!(function.check("cpu", &inputs, &wrong, &right).is_err(), "{}", function.name);
        let unwritten = vec![f32::NAN; right.len()];
        assert!(function.check("cpu", &inputs, &unwritten, &right).is_err(), "{}", function.name);
    }
}

/// Tags are closed in order, attributes are quoted, and `&` begins an entity.
fn well_formed(xml: &str) {
    let mut open = Vec::new();
    let mut rest = xml.trim();
    while let Some((text, tail)) = rest.split_once('<') {
        let entities = text.split('&').skip(1);
        assert!(
            entities.clone().all(|part| ["lt;", "gt;", "amp;"].iter().any(|e| part.starts_with(e))),
            "{text}"
        );
        let (tag, tail) = tail.split_once('>').expect("an end of each tag");
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
        } else {
            let inner = tag.strip_suffix('/').unwrap_or(tag);
            let (name, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
            assert!(name.chars().all(char::is_alphanumeric) && !name.is_empty(), "{tag}");
            let pieces: Vec<&str> = attributes.split('"').collect();
            assert_eq!(pieces.len() % 2, 1, "quotes in pairs: {tag}");
            assert!(pieces.iter().step_by(2).all(|name| name.is_empty() || name.ends_with('=')), "{tag}");
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(!open.is_empty() || rest.is_empty(), "one root");
    }
    assert!(open.is_empty() && rest.is_empty(), "{open:?} is not closed");
}
