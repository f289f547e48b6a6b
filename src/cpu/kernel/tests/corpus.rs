//! The shaders of `tests/kernels`, each against its oracle.

use std::collections::BTreeMap;

use super::oracles::Oracle;
use super::support::{Buffer, check, parse};
use super::{kinds, oracles, oracles_words};

/// What a file says of its launch.
pub(super) struct Launch {
    pub(super) grid: [u32; 3],
    /// The words of each binding of group 0.
    pub(super) buffers: BTreeMap<u32, Vec<u32>>,
}

/// Words of a random buffer.
pub(super) fn random(len: u32, seed: u32) -> impl Iterator<Item = u32> {
    (0..len).map(move |at| {
        let mut word = at.wrapping_mul(0x9e37_79b9) ^ seed.wrapping_mul(0x85eb_ca6b);
        word = (word ^ word >> 16).wrapping_mul(0x7feb_352d);
        word = (word ^ word >> 15).wrapping_mul(0x846c_a68b);
        word ^ word >> 16
    })
}

fn words(spec: &str) -> Vec<u32> {
    let parts: Vec<&str> = spec.split(':').collect();
    let number = |at: usize| parts[at].parse::<u32>().unwrap();
    let unit = |word: u32| ((word >> 8) as f32 / (1 << 24) as f32).to_bits();
    match parts[0] {
        "zeros" => vec![0; number(1) as usize / 4],
        "iota_u32" => (0..number(1)).collect(),
        "iota_f32" => (0..number(1)).map(|i| (i as f32).to_bits()).collect(),
        "rand_u32" => random(number(1), number(2)).collect(),
        "rand_f32" => random(number(1), number(2)).map(unit).collect(),
        other => panic!("{other}"),
    }
}

fn launch(source: &str) -> Launch {
    let mut launch = Launch { grid: [1; 3], buffers: BTreeMap::new() };
    for line in source.lines().filter_map(|line| line.strip_prefix("// ")) {
        if let Some(grid) = line.strip_prefix("grid ") {
            let counts: Vec<u32> = grid.split(',').map(|count| count.parse().unwrap()).collect();
            launch.grid = counts.try_into().unwrap();
        } else if let Some(bind) = line.strip_prefix("bind 0,") {
            let (binding, spec) = bind.split_once(" = ").unwrap();
            launch.buffers.insert(binding.parse().unwrap(), words(spec));
        }
    }
    launch
}

/// Runs a file in every way and compares all its buffers with the oracle's.
fn run(name: &str, source: &str, oracle: Oracle) {
    let mut launch = launch(source);
    let (module, _) = parse(source);
    let is_written = |binding: u32| {
        module.global_variables.iter().any(|(_, variable)| {
            variable.binding.is_some_and(|place| place.binding == binding)
                && matches!(variable.space, naga::AddressSpace::Storage { access }
                    if access.contains(naga::StorageAccess::STORE))
        })
    };
    let buffers: Vec<Buffer> = launch
        .buffers
        .iter()
        .map(|(&binding, words)| Buffer {
            group: 0,
            binding,
            is_written: is_written(binding),
            words: words.clone(),
        })
        .collect();
    oracle(&mut launch);
    let expected: Vec<_> = launch.buffers.into_iter().collect();
    check(&format!("// {name}\n{source}"), launch.grid, &buffers, &expected);
}

macro_rules! corpus {
    ($($name:ident: $oracle:path,)+) => {
        $(
            #[test]
            fn $name() {
                let source = include_str!(concat!("../../../../tests/kernels/", stringify!($name), ".wgsl"));
                run(stringify!($name), source, $oracle);
            }
        )+

        #[test]
        fn every_kind_of_statement_and_expression_is_there() {
            let files = [$(include_str!(concat!("../../../../tests/kernels/", stringify!($name), ".wgsl"))),+];
            let missing = kinds::missing(files.into_iter().chain([super::language::SUBGROUPS]));
            assert!(missing.is_empty(), "{missing:?}");
        }

        #[test]
        fn every_file_has_an_oracle() {
            let known = [$(stringify!($name)),+];
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernels");
            for file in std::fs::read_dir(folder).unwrap() {
                let name = file.unwrap().file_name().into_string().unwrap();
                if let Some(stem) = name.strip_suffix(".wgsl") {
                    assert!(known.contains(&stem), "{stem}");
                }
            }
        }
    };
}

corpus! {
    array_length: oracles::array_length,
    atomics: oracles::atomics,
    bitonic_sort: oracles::bitonic_sort,
    bits: oracles_words::bits,
    collatz: oracles::collatz,
    compare_exchange: oracles::compare_exchange,
    constants: oracles::constants,
    conversions: oracles_words::conversions,
    divergent_writes: oracles::divergent_writes,
    early_return: oracles::early_return,
    float_builtins: oracles_words::float_builtins,
    half: oracles_words::half,
    histogram: oracles::histogram,
    integer_division: oracles_words::integer_division,
    invocation_ids: oracles::invocation_ids,
    life: oracles::life,
    loops: oracles::loops,
    matmul: oracles_words::matmul,
    matrices: oracles_words::matrices,
    nbody: oracles_words::nbody,
    overrides: oracles::overrides,
    packing: oracles_words::packing,
    pointers: oracles::pointers,
    private_memory: oracles::private_memory,
    radix_sort: oracles::radix_sort,
    reduction: oracles::reduction,
    scan: oracles::scan,
    sha256: oracles_words::sha256,
    shared_structs: oracles::shared_structs,
    storage_barrier: oracles::storage_barrier,
    struct_layout: oracles_words::struct_layout,
    switches: oracles::switches,
    truth_values: oracles::truth_values,
    uniform_block: oracles_words::uniform_block,
    uniform_load: oracles::uniform_load,
    vector_components: oracles::vector_components,
}
