//! Rows as text, JSON and CSV.

use std::fmt::Write as _;

use super::super::common::Failure;
use super::row::Row;

/// What stands where there is no GPU.
const NONE: &str = "-";

pub(crate) fn header() -> String {
    format!(
        "{:<15}{:>5}{:>10}{:>10}{:>10} {:<6}{:>10}  {:<16}{:>10}  {:<12}{:>10}  verdict",
        "function",
        "n",
        "cpu",
        "gpu",
        "split",
        "share",
        "auto",
        "auto chose",
        "auto/best",
        "quartiles",
        "more"
    )
}

pub(crate) fn line(row: &Row) -> String {
    let optional = |seconds: Option<f64>| seconds.map_or_else(|| NONE.into(), time);
    let split = row.best_split.as_ref();
    format!(
        "{:<15}{:>5}{:>10}{:>10}{:>10} {:<6}{:>10}  {:<16}{:>10.3}  {:<12}{:>10}  {}",
        row.function,
        length(row.n),
        time(row.cpu_s),
        optional(row.gpu_s),
        optional(split.map(|split| split.seconds)),
        split.map_or_else(|| NONE.into(), |split| format!("{:.2}", split.share)),
        time(row.auto_s),
        row.auto_chose,
        row.auto_over_best,
        format!("{:.2} .. {:.2}", row.quartiles[0], row.quartiles[1]),
        time(row.auto_minus_best_s),
        row.verdict()
    )
}

/// What plans said against what was measured; a line a forced placement.
pub(crate) fn predictions(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<15}{:>5}  {:<11}{:<6}{:>10}{:>10}{:>20}\n",
        "function", "n", "placement", "share", "predicted", "measured", "measured/predicted"
    );
    for row in rows {
        for prediction in &row.predictions {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:<15}{:>5}  {:<11}{:<6}{:>10}{:>10}{:>20.2}{}",
                row.function,
                length(row.n),
                prediction.placement,
                prediction.share.map_or_else(|| NONE.into(), |share| format!("{share:.2}")),
                time(prediction.predicted_s),
                time(prediction.measured_s),
                prediction.measured_over_predicted,
                if prediction.exceeded() { "  OVER" } else { "" }
            );
        }
    }
    text
}

/// One object, in a line.
pub(crate) fn json(row: &Row) -> Result<String, Failure> {
    let mut object = serde_json::to_value(row).map_err(|error| Failure::Check(error.to_string()))?;
    object["verdict"] = row.verdict().into();
    Ok(object.to_string())
}

pub(crate) fn csv(rows: &[Row]) -> String {
    let mut text = String::from(
        "function,n,cpu_s,gpu_s,split_s,split_share,auto_s,auto_chose,best_single,auto_over_best,lower_quartile,upper_quartile,auto_minus_best_s,rounds,checked,verdict\n",
    );
    for row in rows {
        let optional = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4e}"));
        let split = row.best_split.as_ref();
        let _ = writeln!(
            text,
            "{},{},{:.4e},{},{},{},{:.4e},\"{}\",{},{:.4},{:.4},{:.4},{:.4e},{},{},{}",
            row.function,
            row.n,
            row.cpu_s,
            optional(row.gpu_s),
            optional(split.map(|split| split.seconds)),
            split.map_or_else(String::new, |split| format!("{:.4}", split.share)),
            row.auto_s,
            row.auto_chose,
            row.best_single,
            row.auto_over_best,
            row.quartiles[0],
            row.quartiles[1],
            row.auto_minus_best_s,
            row.rounds,
            row.checked,
            row.verdict()
        );
    }
    text
}

/// Three digits and a unit.
pub(crate) fn time(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds.abs() >= *unit).unwrap_or(units[3]);
    let value = seconds / unit;
    let decimals = if value.abs() >= 99.95 {
        0
    } else if value.abs() >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.decimals$} {name}")
}

/// Powers of two as such.
pub(crate) fn length(n: usize) -> String {
    if n >= 2 && n.is_power_of_two() { format!("2^{}", n.ilog2()) } else { n.to_string() }
}
