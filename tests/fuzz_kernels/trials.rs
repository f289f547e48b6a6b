//! Cases from seeds: drawn, run, shrunk, reported.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::choices;

/// What a case took too long for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a case fails.
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: &str, what: impl Display) -> Self {
        Self(format!("{what}\n{text}"))
    }
}

/// The cases of a trial.
pub(crate) struct Cases {
    trial: &'static str,
    seeds: std::ops::Range<u64>,
    longest: usize,
}

fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}: expected a number, given `{value}`")))
}

impl Cases {
    /// As many as the environment says, or `usual`, of lists up to `longest`.
    pub(crate) fn new(trial: &'static str, usual: u64, longest: usize) -> Self {
        let first = number("FUZZ_SEED").unwrap_or(0);
        let count = number("FUZZ_CASES").unwrap_or(usual);
        let longest = number("FUZZ_LENGTH").map_or(longest, |length| length as usize);
        Self { trial, seeds: first..first + count, longest }
    }

    /// Runs them all; panics with the smallest case of the first that fails.
    pub(crate) fn check(&mut self, mut test: impl FnMut(&[u16]) -> Result<(), Failure>) {
        let test = std::cell::RefCell::new(&mut test);
        let watch = Watch::new(self.trial);
        let mut failures = Vec::new();
        for seed in self.seeds.clone() {
            let done = seed - self.seeds.start;
            if done > 0 && done.is_multiple_of(1000) {
                eprintln!("{}: {done} cases, {} failed", self.trial, failures.len());
            }
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&seed.to_le_bytes());
            let config = Config {
                failure_persistence: None,
                max_shrink_iters: 2000,
                max_shrink_time: 60_000,
                ..Config::default()
            };
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
            let mut runner = TestRunner::new_with_rng(config, rng);
            let tree = choices::lists(self.longest / 8..self.longest)
                .new_tree(&mut runner)
                .expect("lists are not filtered");
            let outcome = runner.run_one(tree, |list| {
                // Shrinking runs many.
                let _ = watch.0.send(seed);
                (test.borrow_mut())(&list).map_err(|failure| TestCaseError::fail(failure.0))
            });
            match outcome {
                Ok(_) => {}
                Err(TestError::Fail(reason, _)) => failures.push(format!("seed {seed}: {reason}")),
                Err(error) => failures.push(format!("seed {seed}: {error}")),
            }
            let keep_going = number("FUZZ_FAILURES").unwrap_or(1) as usize;
            if failures.len() >= keep_going {
                break;
            }
        }
        assert!(failures.is_empty(), "{}: {}", self.trial, failures.join("\n\n"));
    }
}

/// Ends the process when a case takes too long: a thread that hangs cannot be stopped.
struct Watch(Sender<u64>);

impl Watch {
    fn new(trial: &'static str) -> Self {
        let (sender, seeds) = mpsc::channel();
        std::thread::spawn(move || {
            let mut last = None;
            loop {
                match seeds.recv_timeout(PATIENCE) {
                    Ok(seed) => last = Some(seed),
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        eprintln!(
                            "{trial}: seed {last:?} takes longer than {PATIENCE:?}; its text is in {:?}",
                            place(trial)
                        );
                        std::process::abort();
                    }
                }
            }
        });
        Self(sender)
    }
}

fn place(trial: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz_kernels").join(format!("{trial}.wgsl"))
}

/// Keeps the text of a case until the next.
pub(crate) fn note(trial: &str, text: &str) {
    static MADE: Mutex<bool> = Mutex::new(false);
    let place = place(trial);
    let mut made = MADE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !*made {
        let folder = place.parent().expect("it has a folder");
        std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        *made = true;
    }
    std::fs::write(&place, text).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
}
