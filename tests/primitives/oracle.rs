//! The oracle: one naive computation per primitive, in the canonical order as the library's documentation defines it.
//!
//! [`Tree`] stores every aggregate `A(l, j)` and prefix `P(l, j)`, each computed once by its definition, so that it is
//! usable for millions of elements. That it *is* the definition is tried against [`aggregate`] and [`prefix`], which
//! are the recursive text word for word.

/// All aggregates and prefixes of a sequence.
pub(crate) struct Tree<T, F> {
    operator: F,
    identity: T,
    /// `aggregates[l][j]` is `A(l, j)`; the last level has one node, the root.
    aggregates: Vec<Vec<T>>,
}

impl<T: Copy, F: Fn(T, T) -> T> Tree<T, F> {
    pub(crate) fn new(elements: Vec<T>, identity: T, operator: F) -> Self {
        let mut aggregates = vec![elements];
        while let Some(children) = aggregates.last().filter(|level| level.len() > 1) {
            let nodes = children.chunks(4).map(|children| fold(children, &operator)).collect();
            aggregates.push(nodes);
        }
        Self { operator, identity, aggregates }
    }

    /// The reduction of all elements.
    pub(crate) fn reduce(&self) -> T {
        self.aggregates.last().and_then(|root| root.first()).copied().unwrap_or(self.identity)
    }

    pub(crate) fn inclusive_scan(&self) -> Vec<T> {
        let parents = self.prefixes(1);
        let groups = self.aggregates[0].chunks(4).zip(parents);
        let scanned = groups.flat_map(|(group, p)| {
            (0..group.len()).map(move |k| (self.operator)(p, fold(&group[..=k], &self.operator)))
        });
        scanned.collect()
    }

    pub(crate) fn exclusive_scan(&self) -> Vec<T> {
        self.prefixes(0)
    }

    /// `P(level, j)` of all nodes of a level, from the level above.
    fn prefixes(&self, level: usize) -> Vec<T> {
        let Some(nodes) = self.aggregates.get(level) else {
            // Above the root there are nodes that start at index 0 only.
            return vec![self.identity];
        };
        let parents = self.prefixes(level + 1);
        let families = nodes.chunks(4).zip(parents);
        let prefixes = families.flat_map(|(siblings, p)| {
            (0..siblings.len()).map(move |k| match k {
                0 => p,
                k => (self.operator)(p, fold(&siblings[..k], &self.operator)),
            })
        });
        prefixes.collect()
    }
}

/// The left fold of at least one value.
fn fold<T: Copy>(values: &[T], operator: &impl Fn(T, T) -> T) -> T {
    values[1..].iter().fold(values[0], |a, &b| operator(a, b))
}

/// `A(level, j)`, by the recursive definition. Exponential for no one: each element is visited once.
fn aggregate<T: Copy>(x: &[T], level: u32, j: usize, operator: &impl Fn(T, T) -> T) -> T {
    if level == 0 {
        return x[j];
    }
    let present = (4 * j..4 * j + 4).filter(|child| child * 4usize.pow(level - 1) < x.len());
    let children: Vec<T> = present.map(|child| aggregate(x, level - 1, child, operator)).collect();
    fold(&children, operator)
}

/// `P(level, j)`, by the recursive definition.
fn prefix<T: Copy>(x: &[T], identity: T, level: u32, j: usize, operator: &impl Fn(T, T) -> T) -> T {
    if j == 0 {
        return identity;
    }
    let p = prefix(x, identity, level + 1, j / 4, operator);
    let siblings: Vec<T> = (j / 4 * 4..j).map(|k| aggregate(x, level, k, operator)).collect();
    if siblings.is_empty() { p } else { operator(p, fold(&siblings, operator)) }
}

/// The stored tree against the recursive definition, with an operator that shows the grouping.
pub(crate) fn is_the_definition() {
    let add = |a: f32, b: f32| a + b;
    for n in [1, 2, 4, 5, 16, 17, 63, 64, 65, 255, 256, 257, 1025] {
        let x: Vec<f32> = (0..n).map(|i| 0.1 + (i * 7919 % 1013) as f32 * 1e-3).collect();
        let tree = Tree::new(x.clone(), 0.0, add);
        let root = (0..).find(|&level| 4usize.pow(level) >= n).expect("some level holds n");
        assert_eq!(tree.reduce().to_bits(), aggregate(&x, root, 0, &add).to_bits(), "reduce of {n}");
        for (i, scanned) in tree.exclusive_scan().into_iter().enumerate() {
            assert_eq!(scanned.to_bits(), prefix(&x, 0.0, 0, i, &add).to_bits(), "exclusive {i} of {n}");
        }
        for (i, scanned) in tree.inclusive_scan().into_iter().enumerate() {
            let p = prefix(&x, 0.0, 1, i / 4, &add);
            let own = fold(&x[i / 4 * 4..=i], &add);
            assert_eq!(scanned.to_bits(), add(p, own).to_bits(), "inclusive {i} of {n}");
        }
        assert_eq!((tree.exclusive_scan().len(), tree.inclusive_scan().len()), (n, n));
    }
    let nothing = Tree::new(Vec::new(), 7.0, add);
    assert_eq!(nothing.reduce(), 7.0);
    assert!(nothing.inclusive_scan().is_empty() && nothing.exclusive_scan().is_empty());
}
