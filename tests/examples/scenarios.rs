//! `planner_lab --scenarios`: a table, JSON, other seeds, and what is refused.

use std::fs;

use clap::Parser;
use serde_json::Value;
use tilewright::{Context, Placement};

use crate::cases::folder;
use crate::checks::Case;
use crate::planner_lab;

pub(crate) const CASES: [Case; 3] =
    [("scenarios_as_a_table", table), ("scenarios_as_json", json), ("scenarios_refused", refused)];

const QUICK: &str = "name = 'quick'\nseed = 3\n[work]\nkind = 'map'\nlen = 16_777_216\ncost_ns = 20.0\n\
                     [gpu]\nkind = 'discrete'\nopen = true\nunit_ps = 20.0\n";

const FAULTY: &str = "name = 'faulty'\nruns = 3\n[work]\nkind = 'reduce'\nlen = 16_777_216\ncost_ns = 20.0\n\
                      [gpu]\nkind = 'discrete'\nopen = true\nunit_ps = 20.0\n[[faults]]\nrun = 1\nkind = 'panic'\n";

/// Nobody looks at the wrong result.
const WRONG: &str = "name = 'wrong'\n[work]\nkind = 'map'\nlen = 16_777_216\ncost_ns = 20.0\n\
                     [gpu]\nkind = 'discrete'\nopen = true\nunit_ps = 20.0\n[[faults]]\nrun = 1\nkind = 'wrong_result'\n";

/// What is printed, and the message of what fails.
fn lab(args: &str) -> (String, Result<(), String>) {
    let args = planner_lab::Args::try_parse_from(["example"].into_iter().chain(args.split_whitespace()));
    let args = args.unwrap_or_else(|error| panic!("{error}"));
    let cx = Context::new().with_placement(Placement::Cpu);
    let mut out = Vec::new();
    let end = planner_lab::run_on(&cx, &args, &mut out).map_err(|failure| failure.to_string());
    (String::from_utf8(out).expect("text"), end)
}

fn table() {
    let folder = folder("scenarios");
    fs::write(folder.join("b_quick.toml"), QUICK).expect("a file");
    fs::write(folder.join("a_faulty.toml"), FAULTY).expect("a file");
    fs::write(folder.join("notes.txt"), "not a scenario").expect("a file");
    let (text, end) = lab(&format!("--scenarios {}", folder.display()));
    assert_eq!(end, Ok(()));
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("scenario ")
            && lines[1].starts_with("a_faulty ")
            && lines[2].starts_with("b_quick ")
    );
    let width = lines[0].chars().count();
    assert!(lines[..3].iter().all(|line| line.chars().count() == width), "aligned:\n{text}");
    let cells: Vec<&str> = lines[1].split_whitespace().collect();
    assert_eq!(
        (cells[4], cells[5], cells[8], cells[9]),
        ("-", "-", "1", "ok"),
        "three calls, one fault: {text}"
    );
    assert!(
        text.contains("2 scenarios, 0 wrong; 1 faults survived") && text.contains("min(η, 1) of the 1 "),
        "{text}"
    );

    let (text, end) = lab(&format!("--scenarios {} --seeds 2", folder.display()));
    assert_eq!(end, Ok(()));
    assert_eq!(text.lines().filter(|line| line.starts_with("seed + ")).count(), 3, "{text}");
    assert!(text.contains("all seeds:\n6 scenarios, 0 wrong"), "{text}");

    fs::write(folder.join("c_wrong.toml"), WRONG).expect("a file");
    let (text, end) = lab(&format!("--scenarios {}", folder.display()));
    assert_eq!(end, Err("the result of `c_wrong` with seed 1 is wrong".into()));
    assert!(text.contains("3 scenarios, 1 wrong"), "{text}");
    fs::remove_dir_all(folder).expect("a folder that can be removed");
}

fn json() {
    let folder = folder("scenarios-json");
    fs::write(folder.join("quick.toml"), QUICK).expect("a file");
    let (text, end) = lab(&format!("--scenarios {} --json --seeds 1", folder.display()));
    assert_eq!(end, Ok(()));
    let objects: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(objects.len(), 3, "a row a seed, and the summary: {text}");
    assert_eq!((objects[0]["seed"].as_u64(), objects[1]["seed"].as_u64()), (Some(3), Some(1003)));
    assert_eq!(objects[0]["file"], "quick");
    assert_eq!(objects[0]["correct"], true);
    assert_eq!(objects[0]["efficiency"].as_array().map(Vec::len), Some(4));
    let third = &objects[2]["summary"]["third"];
    assert!(third["geometric_mean"].as_f64().is_some_and(|mean| mean > 0.5 && mean <= 1.0), "{text}");
    fs::remove_dir_all(folder).expect("a folder that can be removed");
}

fn refused() {
    let folder = folder("scenarios-bad");
    let at = folder.display().to_string();
    let (_, end) = lab(&format!("--scenarios {at}"));
    assert!(end.is_err_and(|message| message.contains("there is no scenario")));
    let (_, end) = lab(&format!("--scenarios {at}/missing"));
    assert!(end.is_err_and(|message| message.starts_with(&format!("`{at}/missing`: "))));
    fs::write(folder.join("x.toml"), format!("{QUICK}fans = 2\n")).expect("a file");
    let (text, end) = lab(&format!("--scenarios {at}"));
    assert!(end.is_err_and(|message| message.contains("x.toml`: ")
        && message.contains("line 11")
        && message.contains("`fans`")));
    assert_eq!(text, "", "nothing is played when a file is bad");
    fs::remove_dir_all(folder).expect("a folder that can be removed");
    for args in
        ["", "--json", "--seeds 3", "--scenarios", "--scenarios x --seeds -1", "--scenarios x crossover"]
    {
        let args = ["example"].into_iter().chain(args.split_whitespace());
        assert!(planner_lab::Args::try_parse_from(args.clone()).is_err(), "{args:?}");
    }
}
