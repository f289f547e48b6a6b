//! Tunings as text, one line a part.

use std::fmt;

use super::{Ladder, MapShape, Prefix, TileShape, Tuning};

impl fmt::Display for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "map     {}", self.map)?;
        writeln!(f, "reduce  {}", self.reduce)?;
        writeln!(f, "scan    {}, {}", self.scan, self.prefix)?;
        if let Some(loops) = self.loops {
            writeln!(f, "loops   {loops}")?;
        }
        let checks = if self.checked { "checked" } else { "unchecked" };
        let bytes = self.vector_words * 4;
        write!(
            f,
            "memory  {bytes} bytes an access, {checks}, at most {} bytes a workgroup",
            self.workgroup_bytes
        )?;
        write!(f, ", chunks of {}", self.stream_len)
    }
}

impl fmt::Display for MapShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads, {} elements each", self.threads, 4 * self.quads)
    }
}

impl fmt::Display for TileShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threads, tiles, node_level, ladder } = self;
        let (nodes, len) = (self.nodes_of_thread(), 1 << (2 * node_level));
        write!(f, "{threads} threads, {tiles} tile{}, {nodes} x {len} elements each, ", plural(*tiles))?;
        match ladder {
            Ladder::Shared => write!(f, "shared memory"),
            Ladder::Subgroup(size) => write!(f, "subgroups of {size}"),
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MultiPass => "several passes",
            Self::LookBack => "look-back",
            Self::LookBack64 => "look-back in 64 bits",
        })
    }
}

fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}
