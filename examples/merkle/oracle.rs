//! The root by its definition in RFC 6962, section 2.1, with another implementation of SHA-256.

use sha2::{Digest as _, Sha256};

use super::common::Failure;
use super::tree::{Digest, LEAF_BYTES};

/// `MTH` of the leaves of `file`.
pub(crate) fn root(file: &[u8]) -> [u8; 32] {
    let leaves: Vec<&[u8]> = file.chunks(LEAF_BYTES).collect();
    match leaves[..] {
        [] => Sha256::digest([]).into(),
        _ => subtree(&leaves),
    }
}

fn subtree(leaves: &[&[u8]]) -> [u8; 32] {
    let hash = Sha256::new();
    match leaves {
        [leaf] => hash.chain_update([0]).chain_update(leaf).finalize().into(),
        _ => {
            // The largest power of two smaller than the number of leaves.
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            hash.chain_update([1]).chain_update(subtree(left)).chain_update(subtree(right)).finalize().into()
        }
    }
}

/// The digest's bytes in hexadecimal.
pub(crate) fn hex(digest: &Digest) -> String {
    digest.iter().map(|word| format!("{word:08x}")).collect()
}

/// Holds a root against that of `file`.
pub(crate) fn check(file: &[u8], given: &Digest) -> Result<(), Failure> {
    let expected = root(file);
    if given.iter().flat_map(|word| word.to_be_bytes()).eq(expected) {
        return Ok(());
    }
    let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    Err(Failure::Check(format!("the root is {expected}, found {}", hex(given))))
}
