//! Known-good kernels with a barrier taken out: the checker misses it.

use tilewright::FindingKind;

use crate::corpus::cpu;
use crate::shader;

/// Barriers without which there is no data race: file, and which one of its barriers, from 1.
const UNNOTICED: [(&str, usize); 14] = [
    // Atomic operations on both sides: the outcome depends on the barrier, but no access races.
    ("examples/histogram", 1),
    ("atomics_storage", 1),
    ("atomics_workgroup", 1),
    ("wide_subgroups", 1),
    ("wide_atomics", 1),
    ("wide_atomics", 2),
    ("histogram", 1),
    ("shared_structs", 1),
    // Other components, or other memory, on either side.
    ("barriers", 6),
    ("barriers", 8),
    ("broadcasts", 2),
    // The same invocation on both sides.
    ("references", 2),
    ("radix_sort", 3),
    // Another barrier follows.
    ("uniform_load", 1),
];

/// Every barrier of the corpus is missed when it is gone, but those that stand between no two accesses that would race.
#[test]
fn a_missing_barrier_is_a_race() {
    let cx = cpu();
    let mut mutants = 0;
    let mut unnoticed = vec![];
    for shader in shader::all() {
        let barriers = ["workgroupBarrier();", "storageBarrier();"];
        let places = barriers.into_iter().flat_map(|barrier| {
            let found = shader.source.match_indices(barrier).map(move |(at, _)| (at, barrier));
            found.collect::<Vec<_>>()
        });
        let mut places: Vec<_> = places.collect();
        places.sort_unstable();
        for (number, (at, barrier)) in places.into_iter().enumerate() {
            let mut source = shader.source.clone();
            source.replace_range(at..at + barrier.len(), &" ".repeat(barrier.len()));
            let mut races = 0;
            let outcome = shader.run_by(&source, |launch| {
                let report = launch.check(&cx)?;
                races += report.findings().iter().filter(|found| found.kind() == FindingKind::Race).count();
                Ok(())
            });
            let finds = outcome.is_ok() && races > 0;
            let name = (shader.name.as_str(), number + 1);
            mutants += 1;
            if finds == UNNOTICED.contains(&name) {
                let line = source[..at].matches('\n').count() + 1;
                unnoticed.push(format!("{name:?}, line {line}: {races} races, {:?}", outcome.err()));
            }
        }
    }
    assert!(unnoticed.is_empty(), "of {mutants}:\n{}", unnoticed.join("\n"));
}
