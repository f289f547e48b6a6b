//! History of whole contexts: from one to the next, by way of the disk.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::Context;
use crate::func::Func;
use crate::ops;
use crate::plan::{Executor, Observation, Placement, Plan, Provenance};
use crate::run::Facts;

const LEN: usize = 1 << 20;

fn folder(test: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tilewright-contexts-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    path
}

fn context(folder: &Path, history: bool) -> Context {
    let builder = Context::builder().threads(2).placement(Placement::Cpu).cache_dir(folder).history(history);
    builder.build().expect("valid settings")
}

fn function() -> Func<fn(u32) -> u32> {
    Func::new("fn f(x: u32) -> u32 { return x * 3u; }").expect("valid WGSL")
}

fn plan(cx: &Context) -> Plan {
    cx.counting(LEN).map(&function()).explain().expect("the CPU can")
}

/// Has a context know that its calls take so long.
fn teach(cx: &Context, seconds: f64) {
    let mut view = cx.counting(LEN).map(&function());
    let sources = pollster::block_on(ops::resolve(cx, &mut view.graph)).expect("nothing to resolve");
    let work = ops::describe(view.graph, sources);
    let facts = Facts { key: cx.shape(&work).key(), took_s: seconds, ..Facts::default() };
    let seen = Observation { executor: Executor::Cpu, elements: LEN as f64, seconds, expected: None };
    for _ in 0..8 {
        cx.shared.memory.observe(&seen, &facts);
    }
}

fn is_measured(plan: &Plan) -> bool {
    plan.terms.iter().any(|term| matches!(term.source, Provenance::Measured { .. }))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

#[test]
fn the_next_context_plans_from_what_this_one_has_learned() {
    let folder = folder("next");
    let cx = context(&folder, true);
    assert!(!is_measured(&plan(&cx)) && files(&folder).is_empty());
    teach(&cx, 0.5);
    assert!(is_measured(&plan(&cx)));
    drop(cx);
    let found = plan(&context(&folder, true));
    assert!(is_measured(&found) && found.notes.is_empty(), "{found}");
    assert!((0.3..0.7).contains(&found.predicted.expected), "{found}");
    let off = plan(&context(&folder, false));
    assert!(!is_measured(&off), "{off}");
    let _ = fs::remove_dir_all(&folder);
}

#[test]
fn a_context_that_learns_nothing_writes_nothing() {
    let folder = folder("nothing");
    let cx = context(&folder, false);
    teach(&cx, 0.5);
    assert!(!is_measured(&plan(&cx)));
    drop(cx);
    assert!(!folder.exists());
}

#[test]
fn a_corrupt_history_is_a_note_of_plan_and_report() {
    let folder = folder("corrupt");
    let cx = context(&folder, true);
    teach(&cx, 0.5);
    drop(cx);
    let [file] = &files(&folder)[..] else { panic!("{:?}", files(&folder)) };
    fs::write(file, b"{\"version\":1,").expect("a file for tests");
    let cx = context(&folder, true);
    let found = plan(&cx);
    let note = format!("history in {} ignored: it is damaged", file.display());
    assert!(!is_measured(&found) && found.notes.iter().any(|found| found.starts_with(&note)), "{found}");
    let out = cx.counting(LEN).map(&function()).collect().expect("history is no condition");
    assert!(out.iter().enumerate().all(|(i, &x)| x == 3 * i as u32));
    let report = cx.last_report().expect("a plan");
    let text = report.to_string();
    assert_eq!(text.matches(&note).count(), 1, "{text}");
    assert!(report.to_json().contains("it is damaged"));
    teach(&cx, 0.5);
    drop(cx);
    let again = plan(&context(&folder, true));
    assert!(is_measured(&again) && again.notes.is_empty(), "{again}");
    let _ = fs::remove_dir_all(&folder);
}
