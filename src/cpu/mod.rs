//! The CPU executor: lane programs and native operators under rayon. The only importer of rayon.

mod arg;
mod block;
mod compile;
mod fold;
mod function;
mod kernel;
mod lane;
mod map;
mod math;
mod native;
mod operator;
mod reduce;
mod scan;
mod scratch;
mod texels;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, RwLock};

use fearless_simd::Level;

use self::compile::Compiled;
pub(crate) use self::kernel::{KernelBuffer, KernelProgram, KernelWords};
pub(crate) use self::lane::Engine;
use self::lane::can_compile;
pub(crate) use self::scan::SCAN_CHUNK_LEN;
use crate::error::{Error, Result};
use crate::run::{Spine, State};
use crate::work::Work;

/// Compiled works kept; past this many the cache starts anew.
const MAX_CACHED: usize = 1024;

/// Nanoseconds to wake the pool and to join, or somewhat more: on a busy machine it takes twice as long.
const FORK_NS: f64 = 12_000.0;

/// Bytes of their code kept; past these it starts anew too.
const MAX_CACHED_BYTES: usize = 64 << 20;

/// Compiled works, by [`Work::key`].
#[derive(Default)]
struct Cache {
    works: HashMap<Vec<u64>, Arc<Compiled>>,
    bytes: usize,
}

/// How functions run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Loop iterations that a block of lanes may take.
    pub(crate) budget: u64,
    pub(crate) engine: Engine,
}

/// The host's processors.
pub(crate) struct Cpu {
    level: Level,
    /// A pool of the context's own, when it asked for a number of threads; else rayon's global pool.
    pool: Option<rayon::ThreadPool>,
    /// Loop iterations that a block of lanes may take.
    budget: u64,
    engine: Engine,
    compiled: RwLock<Cache>,
}

impl Cpu {
    /// An executor on rayon's global pool, which starts at the first large call.
    pub(crate) fn shared(settings: Settings) -> Self {
        let Settings { budget, engine } = settings;
        Self { level: Level::new(), pool: None, budget, engine, compiled: RwLock::default() }
    }

    /// An executor with a pool of its own.
    pub(crate) fn with_threads(threads: usize, settings: Settings) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| Error::System {
            what: "starting the thread pool".into(),
            reason: error.to_string(),
        })?;
        Ok(Self { pool: Some(pool), ..Self::shared(settings) })
    }

    /// Number of threads that large calls use.
    pub(crate) fn threads(&self) -> usize {
        self.pool.as_ref().map_or_else(rayon::current_num_threads, rayon::ThreadPool::current_num_threads)
    }

    /// How functions and kernels run.
    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// The vector instructions in use and how functions run, for people.
    pub(crate) fn instructions(&self) -> String {
        let name = format!("{:?}", self.level);
        let name = name.split(['(', ' ']).next().unwrap_or_default();
        let compiles = self.engine == Engine::Compiler && can_compile(self.level);
        format!("{name}, {}", if compiles { "machine code" } else { "interpreted" })
    }

    /// Estimated ns per element on one core, or why the CPU cannot run the work.
    pub(crate) fn cost_per_element(&self, work: &Work<'_>) -> Result<f64> {
        Ok(self.compiled(work)?.cost)
    }

    /// The element-wise result for `range`, which has the words of exactly that range.
    pub(crate) fn run_map(&self, work: &Work<'_>, range: Range<usize>, out: &mut [u32]) -> Result<()> {
        let compiled = self.compiled(work)?;
        map::run(self, &compiled, work, range, out)
    }

    /// The aggregates of the tiles of `range`, which starts at a tile boundary, state by state.
    pub(crate) fn run_reduce(&self, work: &Work<'_>, range: Range<usize>, out: &mut [u32]) -> Result<()> {
        let compiled = self.compiled(work)?;
        reduce::run(self, &compiled, work, range, out)
    }

    /// The scan of `range`, which starts at a tile boundary where `spine` stands. Returns the spine after it.
    pub(crate) fn run_scan(
        &self,
        work: &Work<'_>,
        range: Range<usize>,
        spine: Spine,
        out: &mut [u32],
    ) -> Result<Spine> {
        let compiled = self.compiled(work)?;
        scan::run(self, &compiled, work, range, spine, out)
    }

    /// The spine after tiles whose aggregates are `states`.
    pub(crate) fn spine(&self, work: &Work<'_>, identity: State, states: &[u32]) -> Result<Spine> {
        let compiled = self.compiled(work)?;
        reduce::spine(self, &compiled, work, identity, states)
    }

    /// Folds tile aggregates to the canonical aggregate of all; at least one state.
    pub(crate) fn fold(&self, work: &Work<'_>, states: Vec<u32>) -> Result<State> {
        let compiled = self.compiled(work)?;
        reduce::fold(self, &compiled, work, states)
    }

    /// Combines two states of the work's monoid.
    pub(crate) fn combine(&self, work: &Work<'_>, a: &State, b: &State) -> Result<State> {
        let compiled = self.compiled(work)?;
        reduce::combine(self, &compiled, work, a, b)
    }

    fn compiled(&self, work: &Work<'_>) -> Result<Arc<Compiled>> {
        let key = work.key();
        // A poisoned lock only means that another thread panicked between two map operations; the map is whole.
        if let Some(found) = self.compiled.read().unwrap_or_else(|e| e.into_inner()).works.get(&key) {
            return Ok(Arc::clone(found));
        }
        let compiled = Arc::new(Compiled::new(work, self.engine)?);
        let mut cache = self.compiled.write().unwrap_or_else(|e| e.into_inner());
        let bytes = compiled.bytes();
        if cache.works.len() >= MAX_CACHED || cache.bytes + bytes > MAX_CACHED_BYTES {
            *cache = Cache::default();
        }
        cache.bytes += bytes;
        cache.works.insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }

    /// Runs `task` where rayon's parallel iterators use this executor's pool.
    fn install<R: Send>(&self, task: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(task),
            None => task(),
        }
    }

    /// Runs `own` on a thread of the pool and `other` on this one, at the same time. From within the pool, where its other
    /// threads may all be busy, `other` gets a thread of its own.
    pub(crate) fn beside(&self, own: impl FnOnce() + Send, other: impl FnOnce() + Send) -> Result<()> {
        let inside = match &self.pool {
            Some(pool) => pool.current_thread_index().is_some(),
            None => rayon::current_thread_index().is_some(),
        };
        if inside {
            return std::thread::scope(|scope| {
                let spawned = std::thread::Builder::new().spawn_scoped(scope, other);
                spawned.map_err(|error| Error::System {
                    what: "starting a thread for a device".into(),
                    reason: error.to_string(),
                })?;
                own();
                Ok(())
            });
        }
        // Threads that sleep are woken at once; one that is new waits for its turn, on busy cores for milliseconds.
        match &self.pool {
            Some(pool) => pool.in_place_scope(|scope| {
                scope.spawn(|_| own());
                other();
            }),
            None => rayon::in_place_scope(|scope| {
                scope.spawn(|_| own());
                other();
            }),
        }
        Ok(())
    }

    /// True when `len` elements at `cost` ns each are not worth waking another thread.
    fn is_small(&self, compiled: &Compiled, len: usize) -> bool {
        let threads = self.threads() as f64;
        // What the others would take off this thread, against what it takes to wake them.
        len as f64 * compiled.cost.max(0.05) * (1.0 - 1.0 / threads) < FORK_NS
    }
}
