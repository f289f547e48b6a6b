//! Median and quartiles of timed runs.

/// What a row says of its runs, in the unit of the samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) q1: f64,
    pub(crate) q3: f64,
    pub(crate) runs: usize,
}

/// The summary of some samples; `None` without samples. Quartiles interpolate between neighbours, as NumPy's default does.
pub(crate) fn summary(samples: &[f64]) -> Option<Summary> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (sorted.len() - 1) as f64;
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        sorted[below] + (sorted[above] - sorted[below]) * place.fract()
    };
    if sorted.is_empty() {
        return None;
    }
    Some(Summary { median: at(0.5), q1: at(0.25), q3: at(0.75), runs: sorted.len() })
}
