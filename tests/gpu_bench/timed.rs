//! How a call is timed: which of its runs are checked, and what is seen if one is wrong.

use std::time::Instant;

use crate::timing::{Budget, Call, Trouble, measure};

/// A call that notes what was asked of it.
#[derive(Default)]
struct Noted {
    log: Vec<String>,
    wrong_from: Option<usize>,
    fails_at: Option<usize>,
}

impl Call for Noted {
    type Result = usize;

    fn sets(&self) -> usize {
        4
    }

    fn poison(&mut self) -> Result<(), Trouble> {
        self.log.push("poison".into());
        Ok(())
    }

    fn run(&mut self, index: usize) -> Result<(f64, usize), Trouble> {
        if self.fails_at == Some(index) {
            return Err(Trouble::Failed("lost".into()));
        }
        self.log.push(format!("run {index}"));
        Ok((index as f64, index))
    }

    fn check(&mut self, index: usize, result: usize) -> Result<Result<(), String>, Trouble> {
        assert_eq!(index, result);
        self.log.push(format!("check {index}"));
        let wrong = self.wrong_from.is_some_and(|from| index >= from);
        Ok(if wrong { Err(format!("run {index} is wrong")) } else { Ok(()) })
    }
}

const QUICK: Budget = Budget { seconds: 0.0, runs: [3, 3] };

#[test]
fn the_first_and_the_last_run_are_poisoned_and_checked() {
    let mut call = Noted::default();
    let (us, checked) = measure(&mut call, QUICK).expect("runs");
    let log = "poison run 0 check 0 run 1 run 2 run 3 run 4 run 5 poison run 8 check 8";
    assert_eq!(call.log.join(" "), log);
    // Runs 3 to 5 are timed; those before them warm up. The last is of the first of four sets again.
    assert_eq!((us.q1, us.median, us.q3, us.runs), (3.5, 4.0, 4.5, 3));
    assert_eq!(checked, Ok(()));
}

#[test]
fn a_wrong_result_is_told_beside_its_times() {
    let mut call = Noted { wrong_from: Some(0), ..Noted::default() };
    let (us, checked) = measure(&mut call, QUICK).expect("runs");
    assert_eq!((us.runs, checked), (3, Err("run 0 is wrong".into())));
    let mut call = Noted { wrong_from: Some(1), ..Noted::default() };
    let (_, checked) = measure(&mut call, QUICK).expect("runs");
    assert_eq!(checked, Err("run 8 is wrong".into()));
}

#[test]
fn a_run_that_fails_ends_the_row() {
    let mut call = Noted { fails_at: Some(4), ..Noted::default() };
    let failed = measure(&mut call, QUICK);
    assert!(matches!(failed, Err(Trouble::Failed(why)) if why == "lost"));
}

#[test]
fn a_long_call_still_has_its_least_number_of_runs() {
    let mut call = Noted::default();
    let budget = Budget { seconds: 1e-9, runs: [5, 2000] };
    let began = Instant::now();
    let (us, _) = measure(&mut call, budget).expect("runs");
    assert_eq!(us.runs, 5);
    assert!(began.elapsed().as_secs_f64() >= 0.06, "it warms up, however little time it has");
}
