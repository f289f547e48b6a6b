//! The bar that long examples show with `--progress`: on standard error, and only if that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tilewright::Context;

/// Whether there is a bar.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ShowProgress {
    /// Show a bar on the terminal while working
    #[arg(long)]
    progress: bool,
}

impl ShowProgress {
    /// A bar of `total` steps of the example's own; hidden unless it was asked for.
    pub(crate) fn steps(&self, what: &'static str, total: u64) -> ProgressBar {
        let target = match self.progress {
            // Hides itself where standard error is no terminal.
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}% {eta}");
        let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what);
        match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    /// A context whose calls each move a bar, as far as they tell.
    pub(crate) fn context(&self, cx: Context) -> Context {
        if !self.progress {
            return cx;
        }
        let bar = self.steps("working", 0);
        bar.enable_steady_tick(Duration::from_millis(200));
        cx.with_progress(move |progress| {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
            if progress.done == progress.total {
                // The next call draws it anew.
                bar.finish_and_clear();
                bar.reset();
            }
        })
    }
}
