//! Tunings of the program, kept ones, good and bad files, and whole contexts that use them.

use std::fs;

use super::*;
use crate::gpu::Gpu;
use crate::kernel::Kernel;
use crate::monoid::Sum;
use crate::plan::{Choice, Reason};
use crate::tuning::Traits;

/// A folder of a test's own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tilewright-tuned-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// As a context that reads what is kept.
    fn tuned(&self) -> Tuned {
        Tuned::new(None, Ok(self.0.clone()), true)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn info() -> AdapterInfo {
    AdapterInfo {
        name: "NVIDIA H100".into(),
        backend: "vulkan".into(),
        kind: "discrete",
        driver: "NVIDIA 580.82".into(),
        software: false,
        max_binding_bytes: 1 << 31,
        max_buffer_bytes: 1 << 31,
        max_storage_buffers: 8,
        workgroup_bytes: 48 << 10,
        max_threads: 1024,
        max_groups: 65535,
        mappable: false,
        subgroups: Some([32, 32]),
        immediate_bytes: 256,
        atomics_64: true,
        unusable: None,
    }
}

/// A tuning that no default is.
fn odd(traits: &Traits) -> Tuning {
    let mut tuning = Tuning::of(traits);
    (tuning.map.threads, tuning.map.quads) = (96, 3);
    tuning.check(traits).expect("a shape of maps");
    tuning
}

fn chosen(tuned: &Tuned, info: &AdapterInfo) -> (Source, Tuning) {
    let chosen = tuned.of(info).expect("no program's");
    assert_eq!(chosen.adapter, info.name);
    (chosen.source, chosen.tuning)
}

fn library() -> (Source, Tuning) {
    (Source::Library, Tuning::of(&info().traits()))
}

#[test]
fn what_is_kept_is_used_by_whoever_comes_later() {
    let folder = Folder::new("later");
    let tuned = folder.tuned();
    assert_eq!(chosen(&tuned, &info()), library());
    assert!(!folder.0.exists(), "nothing is made to look for what is not there");
    let tuning = odd(&info().traits());
    let path = tuned.keep(&tuning, &info()).expect("a folder for tests");
    assert!(path.starts_with(&folder.0) && path.is_file(), "{}", path.display());
    let name = path.file_name().and_then(|name| name.to_str()).expect("ASCII");
    assert!(name.starts_with("tuning-nvidia-h100-nvidia-580-82-"), "{name}");
    assert_eq!(chosen(&tuned, &info()), library(), "settled before it was kept");
    let later = folder.tuned();
    assert_eq!(chosen(&later, &info()), (Source::Kept, tuning));
    assert_eq!(later.note(), None);

    // Another one takes its place.
    let other = Tuning { checked: true, ..tuning };
    assert_eq!(folder.tuned().keep(&other, &info()).expect("a folder for tests"), path);
    assert_eq!(chosen(&folder.tuned(), &info()), (Source::Kept, other));
    assert_eq!(fs::read_dir(&folder.0).expect("there").count(), 1, "no temporary files are left");
}

#[test]
fn another_driver_or_adapter_has_a_tuning_of_its_own() {
    let folder = Folder::new("own");
    folder.tuned().keep(&odd(&info().traits()), &info()).expect("a folder for tests");
    for other in [
        AdapterInfo { driver: "NVIDIA 590.1".into(), ..info() },
        AdapterInfo { name: "NVIDIA H200".into(), ..info() },
    ] {
        let tuned = folder.tuned();
        assert_eq!(chosen(&tuned, &other), library());
        assert_eq!(tuned.note(), None);
    }
}

#[test]
fn the_program_wins_and_a_context_without_history_reads_nothing() {
    let folder = Folder::new("wins");
    let traits = info().traits();
    folder.tuned().keep(&odd(&traits), &info()).expect("a folder for tests");
    let program = Tuning { checked: true, ..Tuning::of(&traits) };
    let tuned = Tuned::new(Some(program), Ok(folder.0.clone()), true);
    assert_eq!(chosen(&tuned, &info()), (Source::Program, program));
    let tuned = Tuned::new(None, Ok(folder.0.clone()), false);
    assert_eq!(chosen(&tuned, &info()), library());
    let tuned = Tuned::new(None, Err("the environment names no cache folder".into()), true);
    assert_eq!(chosen(&tuned, &info()), library());
    assert_eq!(tuned.note(), None, "history says so already");
    let error = tuned.keep(&program, &info()).expect_err("no folder");
    assert_eq!(error.to_string(), "a tuning cannot be kept: the environment names no cache folder");
}

#[test]
fn files_that_cannot_be_used_are_ignored_with_a_note_and_replaced() {
    let folder = Folder::new("bad");
    let traits = info().traits();
    let path = folder.tuned().keep(&odd(&traits), &info()).expect("a folder for tests");
    let good = fs::read_to_string(&path).expect("just written");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{good}");
        good.replacen(from, to, 1)
    };
    let cases = [
        ("", "it is damaged: EOF"),
        (&good[..good.len() / 2], "it is damaged: EOF"),
        ("[]", "it is damaged: "),
        (&with("\"version\": 1", "\"version\": 2"), "it has version 2, and this library reads 1"),
        ("{\"version\": 0, \"shape\": 7}", "it has version 0, and this library reads 1"),
        (&with("\"version\": 1", "\"v\": 1"), "it is damaged: missing field `version`"),
        (&with("\"checked\"", "\"chequed\""), "it is damaged: unknown field `chequed`"),
        (&with("\"quads\": 3", "\"quads\": -3"), "it is damaged: invalid value"),
        (&with("NVIDIA H100 (", "NVIDIA A100 ("), "it is of `NVIDIA A100 (NVIDIA 580.82)`"),
        (&with("\"threads\": 96", "\"threads\": 4096"), "tuning.map.threads: expected 1 to 1024, given 4096"),
        (&with("\"subgroup\": 32", "\"subgroup\": 64"), "tuning.reduce.ladder: expected subgroup(32)"),
    ];
    for (text, why) in cases {
        fs::write(&path, text).expect("a file for tests");
        let tuned = folder.tuned();
        assert_eq!(chosen(&tuned, &info()), library(), "{why}");
        let note = tuned.note().expect("a note");
        let start = format!("tuning in {} ignored: {why}", path.display());
        assert!(note.starts_with(&start), "{note}\n{start}");
        tuned.keep(&odd(&traits), &info()).expect("a folder for tests");
        assert_eq!(fs::read_to_string(&path).expect("just written"), good, "{why}");
    }
}

#[test]
fn what_is_too_long_or_no_file_is_a_note() {
    let folder = Folder::new("long");
    let path = folder.tuned().keep(&odd(&info().traits()), &info()).expect("a folder for tests");
    fs::File::create(&path).and_then(|file| file.set_len(MAX_BYTES + 1)).expect("a sparse file");
    let tuned = folder.tuned();
    assert_eq!(chosen(&tuned, &info()), library());
    assert!(tuned.note().is_some_and(|note| note.contains("it is damaged")));
    fs::remove_file(&path).and_then(|()| fs::create_dir(&path)).expect("a folder for tests");
    let tuned = folder.tuned();
    assert_eq!(chosen(&tuned, &info()), library());
    assert!(tuned.note().is_some_and(|note| note.ends_with("ignored: not a file")));
    let error = tuned.keep(&odd(&info().traits()), &info()).expect_err("a folder is in its place");
    assert!(matches!(error, Error::System { .. }), "{error}");
}

#[test]
fn what_the_adapter_does_not_run_is_not_kept() {
    let folder = Folder::new("refused");
    let mut tuning = odd(&info().traits());
    tuning.map.threads = 2048;
    let error = folder.tuned().keep(&tuning, &info()).expect_err("too many");
    assert_eq!(error.to_string(), "tuning.map.threads: expected 1 to 1024, given 2048");
    assert!(!folder.0.exists());
}

/// The adapter that contexts take, or a line that says that there is none.
fn adapter() -> Option<AdapterInfo> {
    let info = Gpu::adapters().into_iter().find(|info| info.unusable.is_none());
    if info.is_none() {
        assert!(std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"), "REQUIRE_GPU=1, and no adapter");
        eprintln!("ignored: no adapter");
    }
    info
}

const LEN: usize = 1 << 20;

fn sum(cx: &Context) -> Result<u32> {
    cx.counting(LEN).reduce(Sum)
}

/// `0 + 1 + ... + LEN - 1`, modulo 2^32.
const RIGHT: u32 = (LEN as u64 * (LEN as u64 - 1) / 2) as u32;

#[test]
fn a_context_runs_with_what_is_kept_and_says_so() {
    let Some(info) = adapter() else { return };
    let folder = Folder::new("context");
    let builder = || Context::builder().threads(1).cache_dir(&folder.0).placement(Placement::Gpu);
    let context = |history| builder().history(history).build().expect("valid settings");
    let found = |cx: &Context| cx.tuning().expect("no program's").expect("there is an adapter").source;
    let cx = context(true);
    assert_eq!(found(&cx), Source::Library);
    let tuning = odd(&info.traits());
    cx.keep_tuning(&tuning).expect("a folder for tests");
    assert_eq!(sum(&cx).expect("a device"), RIGHT);
    assert_eq!((found(&cx), found(&cx.clone())), (Source::Library, Source::Library));
    let cx = context(true);
    assert_eq!(sum(&cx).expect("a device"), RIGHT);
    let chosen = cx.tuning().expect("no program's").expect("there is an adapter");
    assert_eq!((chosen.source, chosen.tuning), (Source::Kept, tuning));
    let text = format!("{}, kept for this machine\nmap     96 threads, 12 elements each\n", info.name);
    assert!(chosen.to_string().starts_with(&text), "{chosen}");
    assert_eq!(found(&context(false)), Source::Library);
}

#[test]
fn a_bad_file_is_a_note_of_plan_and_report_and_no_error() {
    if adapter().is_none() {
        return;
    }
    let folder = Folder::new("note");
    let builder = Context::builder().threads(1).cache_dir(&folder.0).history(true);
    let context = || builder.clone().placement(Placement::Gpu).build().expect("valid settings");
    let cx = context();
    let tuning = cx.tuning().expect("no program's").expect("there is an adapter").tuning;
    let path = cx.keep_tuning(&tuning).expect("a folder for tests");
    fs::write(&path, "{\"version\":1,").expect("a file for tests");
    let cx = context();
    let note = format!("tuning in {} ignored: it is damaged", path.display());
    let plan = cx.counting(LEN).explain_reduce(Sum).expect("a plan");
    assert!(plan.notes.iter().any(|found| found.starts_with(&note)), "{plan}");
    assert_eq!(sum(&cx).expect("a device"), RIGHT);
    let report = cx.last_report().expect("planned").to_string();
    assert_eq!(report.matches(&note).count(), 1, "{report}");
}

#[test]
fn a_tuning_that_does_not_run_is_an_error_where_the_gpu_is_forced_and_else_a_note() {
    let Some(info) = adapter() else { return };
    let mut tuning = Tuning::of(&info.traits());
    tuning.map.threads = 1 << 20;
    let builder = Context::builder().threads(1).history(false).allow_software(true).tuning(tuning);
    let is_refused =
        |error: &Error| matches!(error, Error::Value { what, .. } if what == "tuning.map.threads");
    let kernel = "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(1) fn main() { out[0] = 1u; }";
    let kernel = Kernel::new(kernel).expect("valid WGSL");
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        let cx = builder.clone().placement(placement).build().expect("no adapter is looked for");
        assert!(is_refused(&sum(&cx).expect_err("forced")), "{placement:?}");
        assert!(is_refused(&cx.tuning().expect_err("refused")), "{placement:?}");
        assert!(is_refused(&cx.counting(LEN).to_array().expect_err("forced")), "{placement:?}");
        let mut out = [0_u32];
        let launched = kernel.launch().bind("out", &mut out).workgroups([1]).run(&cx);
        assert!(is_refused(&launched.expect_err("forced")), "{placement:?}");
    }
    let cx = builder.clone().placement(Placement::Auto).build().expect("valid settings");
    // Adapters are looked at.
    assert!(!cx.adapters().is_empty());
    let plan = cx.counting(LEN).explain_reduce(Sum).expect("the CPU can");
    let why = format!("tuning.map.threads: expected 1 to {}, given 1048576", info.max_threads);
    assert_eq!(plan.notes, [format!("`{}` is not used: {why}", info.name)], "{plan}");
    let is_told = |reason: &Reason| matches!(reason, Reason::Failed(text) if *text == why);
    assert!(plan.rejected.iter().any(|rejected| is_told(&rejected.reason)), "{plan}");
    assert_eq!((plan.choice, sum(&cx).expect("the CPU can")), (Choice::Cpu, RIGHT));
    let cx = builder.placement(Placement::Cpu).build().expect("valid settings");
    assert_eq!(sum(&cx).expect("no GPU is asked for"), RIGHT);
}

#[test]
fn the_programs_tuning_gives_the_same_bits() {
    let Some(info) = adapter() else { return };
    let builder =
        || Context::builder().threads(1).history(false).cpu_fallback(false).placement(Placement::Gpu);
    let xs: Vec<f32> = (0..100_000_u32).map(|i| (i % 1009) as f32 * 0.37).collect();
    let run = |cx: &Context| {
        let sum = cx.view(&xs).reduce(Sum).expect("a device").to_bits();
        let prefixes = cx.view(&xs).inclusive_scan(Sum).collect().expect("a device");
        (sum, prefixes.into_iter().map(f32::to_bits).collect::<Vec<_>>())
    };
    let right = run(&builder().build().expect("valid settings"));
    let cx = builder().tuning(odd(&info.traits())).build().expect("valid settings");
    assert!(run(&cx) == right);
    assert_eq!(cx.tuning().expect("it runs").map(|chosen| chosen.source), Some(Source::Program));
}
