//! The plot: time over size, both logarithmic, a panel a function, as SVG without script or anything from outside.

use std::fmt::Write as _;

use super::row::Row;
use super::table;

const COLUMNS: usize = 3;
/// A panel with its margins, and the place of the axes in it.
const PANEL: (f64, f64) = (340.0, 270.0);
const LEFT: f64 = 58.0;
const TOP: f64 = 30.0;
const PLOT: (f64, f64) = (268.0, 200.0);
/// Above the panels: title and legend.
const HEAD: f64 = 64.0;

/// One line of a panel: its name, its colour (Okabe and Ito, told apart with any colour vision), its dashes and its values.
struct Series {
    name: &'static str,
    colour: &'static str,
    dashes: &'static str,
    of: fn(&Row) -> Option<f64>,
}

const SERIES: [Series; 4] = [
    Series { name: "cpu", colour: "#0072b2", dashes: "none", of: |row| Some(row.cpu_s) },
    Series { name: "gpu", colour: "#d55e00", dashes: "none", of: |row| row.gpu_s },
    Series {
        name: "best of 11 splits",
        colour: "#009e73",
        dashes: "none",
        of: |row| row.best_split.as_ref().map(|split| split.seconds),
    },
    // Above the line that it follows, which shows through.
    Series { name: "auto", colour: "#000000", dashes: "4 4", of: |row| Some(row.auto_s) },
];

/// The whole picture. Rows of a function are neighbours.
pub(crate) fn draw(rows: &[Row]) -> String {
    let panels: Vec<&[Row]> = rows.chunk_by(|a, b| a.function == b.function).collect();
    let columns = panels.len().clamp(1, COLUMNS);
    let (width, height) =
        (PANEL.0 * columns as f64, HEAD + PANEL.1 * panels.len().div_ceil(columns).max(1) as f64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\" fill=\"#222222\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"14\" y=\"24\" font-size=\"15\">time of a call over its number of elements</text>\n"
    );
    legend(&mut svg);
    for (index, panel) in panels.iter().enumerate() {
        let (x, y) = (PANEL.0 * (index % columns) as f64, HEAD + PANEL.1 * (index / columns) as f64);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        draw_panel(&mut svg, panel);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(svg: &mut String) {
    let mut x = 14.0;
    for Series { name, colour, dashes, .. } in &SERIES {
        let _ = writeln!(
            svg,
            "<line x1=\"{x}\" y1=\"46\" x2=\"{}\" y2=\"46\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-dasharray=\"{dashes}\"/><text x=\"{}\" y=\"50\">{name}</text>",
            x + 24.0,
            x + 30.0
        );
        x += 52.0 + 6.5 * name.len() as f64;
    }
}

/// A linear scale of logarithms.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }
}

fn draw_panel(svg: &mut String, rows: &[Row]) {
    let exponents = rows.iter().map(|row| (row.n as f64).log2());
    let times = rows.iter().flat_map(|row| SERIES.iter().filter_map(|series| (series.of)(row)));
    let (first, last) = range(exponents);
    let (fastest, slowest) = range(times.map(f64::log10));
    let x = Axis { low: first, high: last.max(first + 1.0), from: LEFT, to: LEFT + PLOT.0 };
    let (low, high) = (fastest.floor(), slowest.ceil());
    let y = Axis { low, high: high.max(low + 1.0), from: TOP + PLOT.1, to: TOP };
    let name = rows.first().map_or("", |row| row.function);
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{}\" font-size=\"13\">{}</text>", TOP - 9.0, escaped(name));

    let mut decade = low;
    while decade <= y.high {
        let label = table::time(10f64.powf(decade) * 1.000_001);
        grid_line(svg, [x.from, y.at(decade), x.to, y.at(decade)]);
        let (at, below) = (x.from - 6.0, y.at(decade) + 4.0);
        // Whole powers of ten need no digits after the point.
        let label = label.replace(".00", "").replace(".0", "");
        let _ = writeln!(svg, "<text x=\"{at}\" y=\"{below:.1}\" text-anchor=\"end\">{label}</text>");
        decade += 1.0;
    }
    let step = if x.high - x.low > 8.0 { 4.0 } else { 2.0 };
    let mut exponent = (x.low / step).ceil() * step;
    while exponent <= x.high {
        let at = x.at(exponent);
        grid_line(svg, [at, y.from, at, y.to]);
        let below = y.from + 16.0;
        let _ = writeln!(
            svg,
            "<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">2<tspan dy=\"-4\" font-size=\"8\">{exponent}</tspan></text>"
        );
        exponent += step;
    }
    for series in &SERIES {
        draw_series(svg, rows, series, &x, &y);
    }
}

fn draw_series(svg: &mut String, rows: &[Row], series: &Series, x: &Axis, y: &Axis) {
    let points: Vec<(f64, f64, &Row, f64)> = rows
        .iter()
        .filter_map(|row| {
            let seconds = (series.of)(row)?;
            Some((x.at((row.n as f64).log2()), y.at(seconds.log10()), row, seconds))
        })
        .collect();
    let path: Vec<String> = points.iter().map(|(x, y, ..)| format!("{x:.1},{y:.1}")).collect();
    let Series { name, colour, dashes, .. } = series;
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>",
        path.join(" ")
    );
    for (x, y, row, seconds) in points {
        let more = match (*name, &row.best_split) {
            ("best of 11 splits", Some(split)) => format!(", {:.2} on the gpu", split.share),
            ("auto", _) => format!(", {}", row.auto_chose),
            _ => String::new(),
        };
        let title = format!("{name}, {}: {}{more}", table::length(row.n), table::time(seconds));
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{colour}\"><title>{}</title></circle>",
            escaped(&title)
        );
    }
}

fn grid_line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4]) {
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#dddddd\"/>"
    );
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
