//! The tree on the device: leaves of a chunk of the file, then level after level.
//!
//! A chunk is a power of two of leaves, so that its root is a node of the whole tree. Roots of chunks are kept and are the
//! lowest level of what is above them.

use std::io::{self, Read};

use tilewright::{Array, Context, Kernel};

use super::common::Failure;

/// Bytes of a leaf.
pub(crate) const LEAF_BYTES: usize = 1024;

const WORDS_PER_DIGEST: usize = 8;

/// A digest as SHA-256 defines it: words, first byte highest.
pub(crate) type Digest = [u32; WORDS_PER_DIGEST];

/// Computes roots.
pub(crate) struct Tree {
    kernel: Kernel,
}

impl Tree {
    pub(crate) fn new() -> Result<Self, Failure> {
        let source = concat!(include_str!("../kernels/sha256.wgsl"), "\n", include_str!("tree.wgsl"));
        Ok(Self { kernel: Kernel::with_label("merkle", source)? })
    }

    /// The root of what `file` has, read in chunks of so many leaves, a power of two, and the number of its bytes.
    pub(crate) fn root(
        &self,
        cx: &Context,
        file: &mut impl Read,
        chunk_leaves: usize,
    ) -> Result<(Digest, u64), Failure> {
        let mut words = vec![0_u32; chunk_leaves * LEAF_BYTES / 4];
        let (mut roots, mut total) = (Vec::new(), 0);
        loop {
            let bytes = fill(file, bytemuck::cast_slice_mut(&mut words))
                .map_err(|error| Failure::Usage(format!("reading the file: {error}")))?;
            if bytes > 0 {
                // Of memory a device takes the lowest byte first, whatever this machine does.
                words.iter_mut().for_each(|word| *word = u32::from_le(*word));
                roots.extend(self.chunk(cx, &words, bytes)?);
                total += bytes as u64;
            }
            if bytes < chunk_leaves * LEAF_BYTES {
                break;
            }
        }
        let root = match roots.len() {
            0 => self.empty(cx)?,
            _ => self.reduce(cx, cx.array(roots))?,
        };
        Ok((root, total))
    }

    /// The root of a chunk of `bytes` bytes.
    fn chunk(&self, cx: &Context, words: &[u32], bytes: usize) -> Result<Digest, Failure> {
        let leaves = bytes.div_ceil(LEAF_BYTES);
        let mut digests = cx.array(vec![0_u32; leaves * WORDS_PER_DIGEST]);
        let file = &words[..leaves * LEAF_BYTES / 4];
        let launch = self.kernel.entry("leaf").bind("file", file).set("file_bytes", bytes as u32);
        launch.bind("above", &mut digests).invocations([leaves]).run(cx)?;
        self.reduce(cx, digests)
    }

    /// Level after level, each made where the one below it is.
    fn reduce(&self, cx: &Context, mut level: Array<u32>) -> Result<Digest, Failure> {
        while level.len() > WORDS_PER_DIGEST {
            let nodes = (level.len() / WORDS_PER_DIGEST).div_ceil(2);
            let mut above = cx.array(vec![0_u32; nodes * WORDS_PER_DIGEST]);
            let launch = self.kernel.entry("node").bind("below", &level).bind("above", &mut above);
            launch.invocations([nodes]).run(cx)?;
            level = above;
        }
        let mut root = Digest::default();
        root.copy_from_slice(cx.read(&level)?);
        Ok(root)
    }

    /// The digest of nothing: a block that holds the bit after the message.
    fn empty(&self, cx: &Context) -> Result<Digest, Failure> {
        let mut block = [0_u32; 16];
        block[0] = 1 << 31;
        let mut digest = Digest::default();
        let launch = self.kernel.entry("main").bind("blocks", &block).bind("digests", &mut digest);
        launch.invocations([1]).run(cx)?;
        Ok(digest)
    }
}

/// Reads until `buffer` is full or the file ends. The rest of the buffer is zeros.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer[filled..].fill(0);
    Ok(filled)
}
