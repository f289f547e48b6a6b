//! Files of history, good and bad, and many that write them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use super::disk::write;
use super::*;
use crate::context::history::Memory;
use crate::plan::{Executor, Observation, WorkKey};

/// A folder of a test's own, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tilewright-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn store(&self) -> Store {
        Store::new(self.0.clone())
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries =
            fs::read_dir(&self.0).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
        let mut files: Vec<PathBuf> = entries.unwrap_or_default();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cpu() -> Part {
    Part::Cpu("2 threads, AVX-512, machine code".into())
}

fn gpu() -> Part {
    Part::Device("Discrete, vulkan, driver 1".into())
}

fn key(code: u64) -> WorkKey {
    WorkKey { code, residency: 3 }
}

fn teach(history: &mut History, code: u64) {
    let mut seen = Observation { executor: Executor::Cpu, elements: 1e6, seconds: 2e-3, expected: None };
    history.observe(key(code), None, &seen);
    seen.executor = Executor::Gpu;
    history.observe(key(code), Some(gpu().name()), &seen);
    history.budget.spend(4e-3, 0.0);
}

fn taught(codes: impl IntoIterator<Item = u64>) -> History {
    let mut history = History::default();
    codes.into_iter().for_each(|code| teach(&mut history, code));
    history
}

fn calls(history: &History, code: u64) -> u32 {
    history.samples(Executor::Cpu, "", key(code)).map_or(0, |samples| samples.calls())
}

fn saves(store: &Store, history: &History) {
    assert!(store.save(&cpu(), history, history), "{:?}", store.notes());
    assert!(store.save(&gpu(), history, history), "{:?}", store.notes());
}

#[test]
fn what_is_saved_is_loaded_by_the_next_process() {
    let folder = Folder::new("saved");
    assert!(folder.store().load(&cpu()).is_empty() && folder.store().notes().is_empty());
    let history = taught([1, 1, 2]);
    saves(&folder.store(), &history);
    let store = folder.store();
    let mut again = store.load(&cpu());
    again.merge(&store.load(&gpu()));
    // Numbers are read to the last bit but one.
    assert_eq!([1, 2].map(|code| calls(&again, code)), [2, 1]);
    let known = again.samples(Executor::Gpu, gpu().name(), key(1)).expect("saved");
    assert_eq!((known.calls(), known.buckets()[0].exponent), (2, 19));
    assert!((again.budget.spent_s - history.budget.spent_s).abs() < 1e-12);
    assert!(store.notes().is_empty());
    let names: Vec<String> =
        folder.files().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert!(names[0].starts_with("cpu-2-threads-avx-512-machine-code-"), "{names:?}");
    assert!(names[1].starts_with("gpu-discrete-vulkan-driver-1-"), "{names:?}");
    assert_eq!(names.len(), 2);
}

#[test]
fn names_that_look_alike_have_files_of_their_own() {
    let of = |name: &str| Part::Device(name.into()).file_name();
    assert_ne!(of("A/B"), of("A:B"));
    assert_ne!(of("A"), of("a"));
    let odd = of("../../etc/\u{0}passwd \u{1F600}\\");
    assert!(odd.starts_with("gpu-etc-passwd-") && !odd.contains(['/', '\\', '\0']), "{odd}");
    assert!(of(&"long".repeat(100)).len() < 100);
}

#[test]
fn what_another_process_has_learned_meanwhile_is_kept() {
    let folder = Folder::new("meanwhile");
    let (one, other) = (folder.store(), folder.store());
    one.load(&cpu());
    other.load(&cpu());
    let (of_one, of_other) = (taught([1]), taught([2]));
    assert!(one.save(&cpu(), &of_one, &of_one));
    assert!(other.save(&cpu(), &of_other, &of_other));
    assert!(one.save(&cpu(), &taught([1, 3]), &taught([3])));
    let history = folder.store().load(&cpu());
    assert_eq!([1, 2, 3].map(|code| calls(&history, code)), [1, 1, 1]);
}

#[test]
fn a_process_that_is_alone_saves_what_it_has_forgotten_too() {
    let folder = Folder::new("alone");
    let mut history = taught([1; 6]);
    saves(&folder.store(), &history);
    let store = folder.store();
    history = store.load(&cpu());
    // Twice ten times slower than expected: the machine has changed.
    let mut unsaved = History::default();
    for _ in 0..2 {
        let seen = Observation {
            executor: Executor::Cpu,
            elements: 1e6,
            seconds: 2e-2,
            expected: Some((2e-3, 0.05)),
        };
        history.observe(key(1), None, &seen);
        unsaved.observe(key(1), None, &seen);
    }
    assert!(store.save(&cpu(), &history, &unsaved));
    let again = folder.store().load(&cpu());
    let bucket = again.samples(Executor::Cpu, "", key(1)).expect("saved").buckets()[0];
    assert!(bucket.ln_seconds().exp() > 1e-2, "{bucket:?}");
}

/// Files that cannot be used, with what is said of them; and whether they are damaged.
fn bad_files() -> Vec<(&'static str, Vec<u8>, &'static str, bool)> {
    let good = format::encode(&taught([1]), cpu().name()).expect("plain data");
    let text = String::from_utf8(good.clone()).expect("JSON");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        text.replacen(from, to, 1).into_bytes()
    };
    vec![
        ("empty", Vec::new(), "it is damaged: EOF", true),
        ("truncated", good[..good.len() / 2].to_vec(), "it is damaged: EOF", true),
        ("longer", [&good[..], b"}"].concat(), "it is damaged: trailing characters", true),
        ("no JSON", b"\x00\xff\xfenothing".to_vec(), "it is damaged: expected value", true),
        (
            "later version",
            with("\"version\":1", "\"version\":2"),
            "it has version 2, and this library reads 1",
            false,
        ),
        ("later schema", b"{\"version\":7,\"new\":[]}".to_vec(), "it has version 7", false),
        ("no version", with("\"version\":1", "\"v\":1"), "it is damaged: missing field `version`", true),
        (
            "unknown key",
            with("\"library\"", "\"more\":0,\"library\""),
            "it is damaged: unknown field `more`",
            true,
        ),
        ("other device", with(cpu().name(), "9 threads"), "it is of `9 threads`", false),
        ("unsound", with("\"weight\":1.0", "\"weight\":-1.0"), "it is damaged: numbers that no", true),
        ("endless", with("\"weight\":1.0", "\"weight\":1e999"), "it is damaged: number out of range", true),
    ]
}

#[test]
fn files_that_cannot_be_used_are_ignored_with_a_note_and_replaced() {
    for (what, text, expected, is_damaged) in bad_files() {
        let folder = Folder::new(&format!("bad-{}", what.replace(' ', "-")));
        fs::create_dir_all(&folder.0).expect("a folder for tests");
        let path = folder.0.join(cpu().file_name());
        fs::write(&path, &text).expect("a file for tests");
        let store = folder.store();
        assert!(store.load(&cpu()).is_empty(), "{what}");
        store.load(&cpu());
        let notes = store.notes();
        let start = format!("history in {} ignored: {expected}", path.display());
        assert!(notes.len() == 1 && notes[0].starts_with(&start), "{what}: {notes:?}");

        let history = taught([5]);
        assert!(store.save(&cpu(), &history, &history), "{what}: {:?}", store.notes());
        assert_eq!(calls(&folder.store().load(&cpu()), 5), 1, "{what}");
        let bad = path.with_extension("json.bad");
        assert_eq!(bad.exists(), is_damaged, "{what}");
        if is_damaged {
            assert_eq!(fs::read(&bad).expect("kept"), text, "{what}");
            // The next one is not kept: the folder does not grow.
            fs::write(&path, b"again").expect("a file for tests");
            let store = folder.store();
            store.load(&cpu());
            assert!(store.save(&cpu(), &history, &history), "{what}");
            assert_eq!(fs::read(&bad).expect("kept"), text, "{what}");
            assert_eq!(folder.files().len(), 2, "{what}: {:?}", folder.files());
        }
    }
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let folder = Folder::new("long");
    fs::create_dir_all(&folder.0).expect("a folder for tests");
    let path = folder.0.join(cpu().file_name());
    let file = fs::File::create(&path).expect("a file for tests");
    file.set_len(MAX_BYTES + 1).expect("a sparse file");
    let store = folder.store();
    assert!(store.load(&cpu()).is_empty());
    assert!(store.notes()[0].contains("ignored"), "{:?}", store.notes());
}

#[test]
fn a_folder_in_the_place_of_a_file_is_a_note() {
    let folder = Folder::new("folder");
    fs::create_dir_all(folder.0.join(cpu().file_name())).expect("a folder for tests");
    let store = folder.store();
    assert!(store.load(&cpu()).is_empty());
    let history = taught([1]);
    assert!(!store.save(&cpu(), &history, &history));
    let notes = store.notes();
    assert!(notes[0].contains("ignored: not a file") && notes[1].contains("cannot be saved"), "{notes:?}");
    assert_eq!(folder.files().len(), 1, "{:?}", folder.files());
}

#[test]
fn a_path_below_a_file_is_a_note() {
    let folder = Folder::new("below");
    fs::create_dir_all(&folder.0).expect("a folder for tests");
    let file = folder.0.join("file");
    fs::write(&file, b"text").expect("a file for tests");
    let store = Store::new(file.join("cache"));
    assert!(store.load(&cpu()).is_empty());
    let history = taught([1]);
    for _ in 0..3 {
        assert!(!store.save(&cpu(), &history, &history));
    }
    assert!(store.notes().iter().any(|note| note.starts_with("history cannot be saved in ")));
    assert!(store.notes().len() <= 2, "{:?}", store.notes());
    assert_eq!(fs::read(&file).expect("still there"), b"text");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_a_note() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new("read-only");
    saves(&folder.store(), &taught([1]));
    let set = |mode| fs::set_permissions(&folder.0, fs::Permissions::from_mode(mode));
    set(0o555).expect("permissions for tests");
    if fs::write(folder.0.join("probe"), b"").is_ok() {
        eprintln!("ignored: this user may write into any folder");
        set(0o755).expect("permissions for tests");
        return;
    }
    let store = folder.store();
    assert_eq!(calls(&store.load(&cpu()), 1), 1);
    assert!(!store.save(&cpu(), &taught([1, 2]), &taught([2])));
    assert_eq!(store.notes().len(), 1, "{:?}", store.notes());
    set(0o755).expect("permissions for tests");
    assert_eq!(calls(&folder.store().load(&cpu()), 1), 1);
}

fn full(path: &Path, text: &[u8]) -> io::Result<()> {
    write(path, &text[..text.len() / 2])?;
    Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device"))
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let folder = Folder::new("full");
    saves(&folder.store(), &taught([1]));
    let store = Store::with_writer(folder.0.clone(), full);
    store.load(&cpu());
    assert!(!store.save(&cpu(), &taught([1, 2]), &taught([2])));
    assert!(store.notes()[0].contains("no space left on device"), "{:?}", store.notes());
    let history = folder.store().load(&cpu());
    assert_eq!((calls(&history, 1), calls(&history, 2)), (1, 0));
    assert_eq!(folder.files().len(), 2, "{:?}", folder.files());
}

#[test]
fn files_stay_small() {
    let folder = Folder::new("small");
    let history = taught(0..2 * MAX_WORKS as u64);
    saves(&folder.store(), &history);
    // As one that others have written to.
    let more = taught(10_000..10_000 + MAX_WORKS as u64);
    saves(&folder.store(), &more);
    for path in folder.files() {
        let bytes = fs::metadata(&path).expect("saved").len();
        assert!(bytes < 1024 * MAX_WORKS as u64 && bytes < MAX_BYTES, "{bytes} bytes");
    }
    assert!(!folder.store().load(&cpu()).is_empty());
}

#[test]
fn what_is_left_over_is_removed() {
    let folder = Folder::new("left-over");
    fs::create_dir_all(&folder.0).expect("a folder for tests");
    let (old, new) = (folder.0.join("a.1-0-0.tmp"), folder.0.join("b.1-1-0.tmp"));
    for path in [&old, &new] {
        fs::write(path, b"half").expect("a file for tests");
    }
    let long_ago = SystemTime::now() - 2 * LEFT_OVER;
    let file = fs::OpenOptions::new().write(true).open(&old).expect("a file for tests");
    file.set_modified(long_ago).expect("a time for tests");
    saves(&folder.store(), &taught([1]));
    assert!(!old.exists() && new.exists());
}

/// Loads and saves, as a process does that is started again and again.
fn write_often(folder: &Path, code: u64, times: usize) {
    for _ in 0..times {
        let store = Store::new(folder.to_owned());
        let (mut history, unsaved) = (store.load(&cpu()), taught([code]));
        history.merge(&unsaved);
        assert!(store.save(&cpu(), &history, &unsaved), "{:?}", store.notes());
        assert!(store.notes().is_empty(), "{:?}", store.notes());
    }
}

/// Reads until told to stop: every text found is a whole one.
fn read_often(folder: &Path, stop: &AtomicBool) -> usize {
    let path = folder.join(cpu().file_name());
    let mut found = 0;
    while !stop.load(Ordering::Acquire) {
        let Ok(text) = fs::read(&path) else { continue };
        let decoded = format::decode(&text, cpu().name());
        assert!(decoded.is_ok(), "{:?}: {}", decoded.err(), String::from_utf8_lossy(&text));
        found += 1;
    }
    found
}

fn while_reading(folder: &Path, write: impl FnOnce() + Send) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_often(folder, &stop));
        let writer = scope.spawn(write);
        let written = writer.join();
        stop.store(true, Ordering::Release);
        let found = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        assert!(found > 0, "nothing was read in between");
    });
}

#[test]
fn many_threads_write_one_file() {
    let folder = Folder::new("threads");
    while_reading(&folder.0, || {
        std::thread::scope(|scope| {
            for code in 0..8 {
                let folder = &folder.0;
                scope.spawn(move || write_often(folder, code, 40));
            }
        });
    });
    let history = folder.store().load(&cpu());
    let all: u32 = (0..8).map(|code| calls(&history, code)).sum();
    assert!((1..=8 * 40).contains(&all), "{all}");
    assert_eq!(folder.files().len(), 1, "{:?}", folder.files());
}

/// Names the folder that a process started by a test writes to.
const CHILD: &str = "TILEWRIGHT_TEST_HISTORY";

#[test]
fn many_processes_write_one_file() {
    if let Some(folder) = std::env::var_os(CHILD) {
        write_often(Path::new(&folder), u64::from(std::process::id()), 40);
        return;
    }
    let folder = Folder::new("processes");
    while_reading(&folder.0, || {
        let start = || {
            Command::new(std::env::current_exe().expect("the tests"))
                .args(["--exact", "context::store::tests::many_processes_write_one_file"])
                .env(CHILD, &folder.0)
                .output()
        };
        let children: Vec<_> = std::thread::scope(|scope| {
            let children: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            children.into_iter().map(|child| child.join().expect("no panic").expect("it starts")).collect()
        });
        for child in children {
            let text = String::from_utf8_lossy(&child.stdout);
            assert!(child.status.success() && text.contains("1 passed"), "{text}");
        }
    });
    assert_eq!(folder.files().len(), 1, "{:?}", folder.files());
}

fn memory(enabled: bool, store: Store) -> Memory {
    Memory::new(enabled, "2 threads, AVX-512, machine code".into(), Ok(store))
}

#[test]
fn a_context_saves_when_it_ends_and_loads_when_it_plans() {
    let folder = Folder::new("memory");
    let first = memory(true, folder.store());
    first.add(|history| teach(history, 1));
    assert!(folder.files().is_empty(), "no call waits for the disk");
    drop(first);
    assert_eq!(folder.files().len(), 2, "{:?}", folder.files());
    let second = memory(true, folder.store());
    second.add(|history| teach(history, 1));
    drop(second);
    assert_eq!(calls(&folder.store().load(&cpu()), 1), 2);
}

#[test]
fn history_that_is_off_touches_nothing() {
    let folder = Folder::new("off");
    let memory = memory(false, folder.store());
    memory.add(|history| teach(history, 1));
    assert!(memory.notes().is_empty());
    drop(memory);
    assert!(!folder.0.exists());
}

static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

fn fails(_: &Path, _: &[u8]) -> io::Result<()> {
    ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    Err(io::Error::new(io::ErrorKind::StorageFull, "full"))
}

#[test]
fn calls_do_not_go_on_trying() {
    let folder = Folder::new("trying");
    let memory = memory(true, Store::with_writer(folder.0.clone(), fails));
    for _ in 0..1000 {
        memory.add(|history| teach(history, 1));
    }
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 0);
    drop(memory);
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 2, "one for each file, at the end");
}

#[test]
fn a_lesson_costs_microseconds() {
    let folder = Folder::new("cost");
    let memory = memory(true, folder.store());
    memory.add(|history| teach(history, 0));
    let start = Instant::now();
    for code in 0..1000 {
        memory.add(|history| teach(history, code % 10));
    }
    let each = start.elapsed() / 1000;
    // A disk would take a hundred times as long; unoptimised code on a busy machine takes some.
    assert!(each < Duration::from_micros(200), "{each:?}");
}
