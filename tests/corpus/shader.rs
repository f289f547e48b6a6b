//! The files of the corpus: what each is launched with stands in its first lines.
//!
//! See `tests/kernels/README.md`; besides there are `edge_u32`, `edge_f32` (values at which functions change, then random
//! ones), `u32:A,B,..` and `f32:A,B,..` (these values), `// tolerance ULP,ABSOLUTE` for floats (0,0 without it), and
//! `// gpu may refuse: TEXT` for what an adapter or naga's output for it may lack: a part of the error. Besides there is
//! `edge_f64`. Every entry point of a file runs, each on fresh buffers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tilewright::{Context, EntryPoint, Error, Kernel, Launch, Raw, Sampler, Texture};

use crate::compare::{Scalar, Tolerance, Written};
use crate::texture;

/// Folders with shaders.
const FOLDERS: [&str; 4] =
    ["tests/corpus/shaders", "tests/kernels", "examples/kernels", "benches/versus/kernels"];

/// What shaders are launched with that do not say so themselves.
const HEADERS: [(&str, &str); 6] = [
    (
        "versus/heat",
        "// grid 5,5,1\n// bind 0,0 = rand_f32:4900:1\n// bind 0,1 = zeros:19600\n// bind 0,2 = u32:70\n// tolerance 4,1e-6",
    ),
    (
        "examples/heat",
        "// grid 5,4,1\n// bind 0,0 = rand_f32:3500:1\n// bind 0,1 = zeros:14000\n// bind 0,2 = u32:70,50\n// tolerance 4,1e-6",
    ),
    ("examples/histogram", "// grid 3,1,1\n// bind 0,0 = rand_u32:40000:2\n// bind 0,1 = zeros:1024"),
    (
        "examples/matmul",
        "// grid 3,4,1\n// bind 0,0 = rand_f32:1715:3\n// bind 0,1 = rand_f32:1645:4\n// bind 0,2 = zeros:9212\n\
        // bind 0,3 = u32:49,47,35\n// tolerance 16,1e-5",
    ),
    (
        "examples/nbody",
        "// grid 2,1,1\n// bind 0,0 = rand_f32:1000:5\n// bind 0,1 = rand_f32:1000:6\n// bind 0,2 = zeros:4000\n\
        // bind 0,3 = f32:0.001,0.01\n// bind 0,4 = zeros:4000\n// tolerance 64,1e-5",
    ),
    ("examples/sha256", "// grid 2,1,1\n// bind 0,0 = rand_u32:2048:7\n// bind 0,1 = zeros:4096"),
];

/// A file of the corpus.
pub(crate) struct Shader {
    /// Folder and name.
    pub(crate) name: String,
    pub(crate) source: String,
    /// A part of the error of a GPU that cannot run it.
    pub(crate) refusal: Option<String>,
    pub(crate) tolerance: Tolerance,
    grid: [u32; 3],
    /// What each binding is given.
    given: BTreeMap<(u32, u32), Given>,
}

/// What a binding is given.
#[derive(Clone)]
enum Given {
    Words(Vec<u32>),
    Texture(texture::Spec),
    Sampler(Sampler),
}

/// The memory of a binding in one run.
enum Memory {
    Words(Vec<u32>),
    Texture(Texture),
    Sampler(Sampler),
}

impl Memory {
    fn bind<'a>(&'a mut self, launch: Launch<'a>, (group, binding): (u32, u32)) -> Launch<'a> {
        match self {
            Self::Words(words) => launch.bind_at(group, binding, Raw(words.as_mut_slice())),
            Self::Texture(texture) => launch.bind_at(group, binding, texture),
            Self::Sampler(sampler) => launch.bind_at(group, binding, *sampler),
        }
    }
}

impl Shader {
    fn read(path: &Path) -> Self {
        let source = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let folder = path.components().rev().nth(2).map(|c| c.as_os_str().to_string_lossy().into_owned());
        let name = match folder.as_deref() {
            Some(folder @ ("versus" | "examples")) => format!("{folder}/{stem}"),
            _ => stem.into_owned(),
        };
        let header = HEADERS.iter().find(|(known, _)| *known == name).map(|(_, header)| *header);
        let mut shader = Self {
            name,
            source: source.clone(),
            refusal: None,
            tolerance: Tolerance::default(),
            grid: [0; 3],
            given: BTreeMap::new(),
        };
        for line in header.unwrap_or(&source).lines().filter_map(|line| line.trim().strip_prefix("// ")) {
            shader.say(line);
        }
        assert!(!shader.grid.contains(&0), "{}: a line `// grid X,Y,Z`", shader.name);
        shader
    }

    /// Takes a line of the header.
    fn say(&mut self, line: &str) {
        if let Some(grid) = line.strip_prefix("grid ") {
            let counts: Vec<u32> = grid.split(',').map(|count| count.parse().expect("a count")).collect();
            self.grid = counts.try_into().expect("three counts");
        } else if let Some(bind) = line.strip_prefix("bind ") {
            let (place, spec) = bind.split_once(" = ").expect("a binding and its words");
            let (group, binding) = place.split_once(',').expect("a group and a binding");
            let place = (group.parse().expect("a group"), binding.parse().expect("a binding"));
            let given = match (texture::Spec::read(spec), texture::sampler(spec)) {
                (Some(texture), _) => Given::Texture(texture),
                (_, Some(sampler)) => Given::Sampler(sampler),
                _ => Given::Words(words(spec)),
            };
            self.given.insert(place, given);
        } else if let Some(tolerance) = line.strip_prefix("tolerance ") {
            let (ulp, absolute) = tolerance.split_once(',').expect("ULP and an absolute error");
            self.tolerance = Tolerance {
                ulp: ulp.parse().expect("a count"),
                absolute: absolute.parse().expect("an absolute error"),
            };
        } else if let Some(refusal) = line.strip_prefix("gpu may refuse: ") {
            self.refusal = Some(refusal.to_owned());
        }
    }

    /// What each entry point leaves in the buffers that it may write.
    pub(crate) fn run(&self, cx: &Context) -> Result<Vec<Written>, Error> {
        self.run_by(&self.source, |launch| launch.run(cx))
    }

    /// The same for a variant of the text, and for another way of running.
    pub(crate) fn run_by(
        &self,
        source: &str,
        mut run: impl FnMut(Launch<'_>) -> Result<(), Error>,
    ) -> Result<Vec<Written>, Error> {
        let kernel = Kernel::with_label(&self.name, source)?;
        let mut written = Vec::new();
        for entry in kernel.entry_points() {
            let mut memory = self.memory(entry);
            let places = memory.iter_mut();
            let launch =
                places.fold(kernel.entry(&entry.name), |launch, (&place, memory)| memory.bind(launch, place));
            run(launch.workgroups(self.grid))?;
            for binding in entry.bindings.iter().filter(|binding| binding.access.is_written()) {
                let name = format!("{}: {}", entry.name, binding.name);
                let words = match memory.remove(&(binding.group, binding.binding)).expect("bound to run") {
                    Memory::Words(words) => words,
                    Memory::Texture(texture) => {
                        written.push(texture::written(name, &texture));
                        continue;
                    }
                    Memory::Sampler(_) => continue,
                };
                let starting = |word: usize| binding.scalar_at(4 * word as u64);
                // The high word of a scalar of 64 bits is one of that scalar.
                let scalar = |word: usize| match word.checked_sub(1).and_then(starting) {
                    Some("f64" | "i64" | "u64") => Scalar::Word,
                    _ => Scalar::named(starting(word)),
                };
                written.push(Written { name, scalars: (0..words.len()).map(scalar).collect(), words });
            }
        }
        Ok(written)
    }

    /// Fresh memory for a run of an entry point.
    fn memory(&self, entry: &EntryPoint) -> BTreeMap<(u32, u32), Memory> {
        let make = |(&place, given): (&(u32, u32), &Given)| {
            let binding = entry.bindings.iter().find(|binding| (binding.group, binding.binding) == place);
            let memory = match given {
                Given::Words(words) => Memory::Words(words.clone()),
                Given::Texture(spec) => Memory::Texture(spec.texture(binding)),
                Given::Sampler(sampler) => Memory::Sampler(*sampler),
            };
            (place, memory)
        };
        self.given.iter().map(make).collect()
    }
}

/// Every file of the corpus.
pub(crate) fn all() -> Vec<Shader> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = FOLDERS.iter().flat_map(|folder| {
        let folder = root.join(folder);
        let found = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        found.map(|file| file.expect("a folder that can be read").path()).collect::<Vec<PathBuf>>()
    });
    let mut files: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|e| e == "wgsl")).collect();
    files.sort();
    files.iter().map(|file| Shader::read(file)).collect()
}

/// Values of words at which integer functions change.
const EDGES: [u32; 20] = [
    0,
    1,
    2,
    3,
    7,
    8,
    31,
    32,
    33,
    127,
    128,
    255,
    256,
    0xffff,
    0x1_0000,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xffff_ffff,
];

/// Values at which functions of floats change; no subnormals, infinities and NaN, which a GPU may treat as it likes.
const EDGE_FLOATS: [f32; 24] = [
    0.0,
    -0.0,
    0.25,
    0.5,
    -0.5,
    1.0,
    -1.0,
    1.5,
    -1.5,
    2.5,
    -2.5,
    3.5,
    0.999_999_94,
    1.000_000_1,
    -126.75,
    127.5,
    255.0,
    256.5,
    1000.25,
    65504.0,
    8_388_609.0,
    -16_777_216.0,
    1e-6,
    -1e-3,
];

/// Words of a random buffer.
pub(crate) fn random(len: u32, seed: u32) -> impl Iterator<Item = u32> {
    (0..len).map(move |at| {
        let mut word = at.wrapping_mul(0x9e37_79b9) ^ seed.wrapping_mul(0x85eb_ca6b);
        word = (word ^ word >> 16).wrapping_mul(0x7feb_352d);
        word = (word ^ word >> 15).wrapping_mul(0x846c_a68b);
        word ^ word >> 16
    })
}

/// A float in [0, 1) made of a word.
pub(crate) fn unit(word: u32) -> f32 {
    (word >> 8) as f32 / (1 << 24) as f32
}

/// The words that a SPEC means.
fn words(spec: &str) -> Vec<u32> {
    let parts: Vec<&str> = spec.split(':').collect();
    let number = |at: usize| parts[at].parse::<u32>().expect("a number");
    match parts[0] {
        "zeros" => vec![0; number(1) as usize / 4],
        "iota_u32" => (0..number(1)).collect(),
        "iota_f32" => (0..number(1)).map(|i| (i as f32).to_bits()).collect(),
        "rand_u32" => random(number(1), number(2)).collect(),
        "rand_f32" => random(number(1), number(2)).map(|word| unit(word).to_bits()).collect(),
        "edge_u32" => {
            // Shuffled against each other where a shader takes two buffers, by the seed.
            let rotated = EDGES.into_iter().cycle().skip(number(2) as usize % EDGES.len()).take(EDGES.len());
            rotated.chain(random(number(1), number(2))).take(number(1) as usize).collect()
        }
        "edge_f32" => {
            let rotated = EDGE_FLOATS.into_iter().cycle().skip(number(2) as usize % EDGE_FLOATS.len());
            let spread = random(number(1), number(2)).map(|word| (unit(word) - 0.5) * 20.0);
            rotated.take(EDGE_FLOATS.len()).chain(spread).map(f32::to_bits).take(number(1) as usize).collect()
        }
        "edge_f64" => {
            let rotated = EDGE_FLOATS.into_iter().cycle().skip(number(2) as usize % EDGE_FLOATS.len());
            let edges =
                rotated.take(EDGE_FLOATS.len()).map(f64::from).chain([1e300, 1e-300, 4.0e9, 1.0e19, 0.1]);
            let halves = random(number(1), number(2)).zip(random(number(1), number(2) + 1));
            let spread =
                halves.map(|(low, high)| (f64::from(low) * 2f64.powi(-32) + f64::from(high)) * 1e-8 - 20.0);
            let words = |x: f64| [x.to_bits() as u32, (x.to_bits() >> 32) as u32];
            edges.chain(spread).take(number(1) as usize).flat_map(words).collect()
        }
        "u32" => parts[1].split(',').map(|value| value.parse().expect("a word")).collect(),
        "f32" => parts[1].split(',').map(|value| value.parse::<f32>().expect("a float").to_bits()).collect(),
        other => panic!("{other}"),
    }
}
