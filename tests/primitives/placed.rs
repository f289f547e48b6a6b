//! Trials run where their name says: otherwise all the others would prove nothing.

use libtest_mimic::Trial;
use tilewright::{Choice, Context, Sum};

use crate::executors::{EVERY_EXECUTOR, Executor, trial};

pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    EVERY_EXECUTOR.iter().map(|&executor| trial("placed", executor, move |cx| is_placed(cx, executor)))
}

fn is_placed(cx: &Context, executor: Executor) {
    let x = vec![1f32; 1_000_000];
    let plan = cx.view(&x).explain_reduce(Sum).unwrap();
    let share = match plan.choice {
        Choice::Split { gpu_elements } => Some(gpu_elements as f64 / x.len() as f64),
        _ => None,
    };
    match executor {
        Executor::Cpu(threads) => {
            assert_eq!(plan.choice, Choice::Cpu);
            assert_eq!(cx.threads(), threads);
        }
        Executor::Gpu => assert_eq!(plan.choice, Choice::Gpu),
        Executor::Split(wanted) => {
            let share = share.expect("the plan is a split");
            assert!((share - wanted).abs() < 0.02, "{share} of {wanted}");
        }
    }
}
