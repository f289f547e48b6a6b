//! Learning, as sentences: fits, samples, densities, the budget and the history.

use super::super::learn::{
    Budget, Density, DeviceHistory, Fit, History, Observation, Prior, Regime, Samples, WorkKey,
};
use super::*;

/// 20 µs and 1 ns an element are assumed, either of which may be off by a factor of three or so.
fn prior() -> Prior {
    Prior {
        large: Regime::line(20e-6, 1e-9),
        small: None,
        parts_are_large: true,
        fixed_deviation: 1.0,
        slope_deviation: 1.0,
    }
}

fn samples(times: &[(f64, f64)]) -> Samples {
    let mut samples = Samples::default();
    times.iter().for_each(|&(elements, seconds)| samples.observe(elements, seconds, None));
    samples
}

/// Adds a call as a real one does: with what had been predicted.
fn add(samples: &mut Samples, elements: f64, seconds: f64) {
    let fit = Fit::new(prior(), samples);
    let expected = fit.is_measured().then(|| (fit.seconds(elements), fit.deviation(elements)));
    samples.observe(elements, seconds, expected);
}

fn close(value: f64, to: f64, within: f64) -> bool {
    (value / to - 1.0).abs() <= within
}

mod fit {
    use super::*;

    #[test]
    fn what_nobody_has_measured_is_what_is_assumed() {
        let fit = Fit::new(prior(), &Samples::default());
        assert!(!fit.is_measured() && fit.calls() == 0);
        assert!(close(fit.seconds(1e6), 1.02e-3, 1e-9));
        assert!(fit.deviation(1e6) > 0.9);
    }

    #[test]
    fn latency_and_rate_come_out_of_two_calls_of_unlike_size() {
        // 100 µs and 5 ns, against assumptions of 20 µs and 1 ns.
        let line = |n: f64| 100e-6 + 5e-9 * n;
        let fit = Fit::new(prior(), &samples(&[(1000.0, line(1000.0)), (1e7, line(1e7))]));
        for n in [1.0, 1e4, 1e5, 1e6, 1e8] {
            assert!(close(fit.seconds(n), line(n), 0.1), "{n}: {} and {}", fit.seconds(n), line(n));
        }
        let tangent = fit.tangent(1e7);
        assert!(close(tangent.slope, 5e-9, 0.05) && close(tangent.fixed, 100e-6, 0.1), "{tangent:?}");
        assert!(fit.deviation(1e7) < 0.2);
    }

    #[test]
    fn one_call_tells_of_the_part_that_it_mostly_consists_of() {
        let fit = Fit::new(prior(), &samples(&[(1e7, 50e-3)]));
        assert!(close(fit.seconds(1e7), 50e-3, 0.05));
        assert!(close(fit.seconds(4e7), 200e-3, 0.2), "a rate: {}", fit.seconds(4e7));
        assert!(fit.deviation(1.0) > 0.5, "the start is as unknown as before");
    }

    #[test]
    fn one_time_that_is_far_off_leaves_both_explanations_in_doubt() {
        // 40 µs were expected of 20,000 elements; either the start or the rate is a hundred times as slow.
        let off = Fit::new(prior(), &samples(&[(2e4, 4e-3)]));
        let fine = Fit::new(prior(), &samples(&[(2e4, 40e-6)]));
        assert!(
            off.deviation(1e7) > 1.5 * fine.deviation(1e7),
            "{} {}",
            off.deviation(1e7),
            fine.deviation(1e7)
        );
        assert!(off.deviation(2e4) < 0.3, "what was seen is known");
        // A second one of another size settles it: it was the start.
        let settled = Fit::new(prior(), &samples(&[(2e4, 4e-3), (1e6, 5e-3)]));
        assert!(settled.deviation(1e7) < 0.5 * off.deviation(1e7));
        assert!(close(settled.seconds(1e7), 14e-3, 0.3), "{}", settled.seconds(1e7));
    }

    #[test]
    fn a_cliff_stays_as_a_residual_where_it_is() {
        let mut times = Vec::new();
        for exponent in 10..26 {
            let n = f64::from(1_u32 << exponent);
            let cliff = if exponent >= 24 { 3.0 } else { 1.0 };
            times.extend([(n, cliff * (20e-6 + 1e-9 * n)); 3]);
        }
        let fit = Fit::new(prior(), &samples(&times));
        let ratio = |n: f64| fit.seconds(n) / (20e-6 + 1e-9 * n);
        assert!(ratio(f64::from(1 << 25)) > 2.3, "{}", ratio(f64::from(1 << 25)));
        assert!((0.75..1.35).contains(&ratio(f64::from(1 << 20))), "{}", ratio(f64::from(1 << 20)));
    }

    #[test]
    fn a_single_outlier_moves_little() {
        let mut seen = Samples::default();
        (0..8).for_each(|_| add(&mut seen, 1e6, 1e-3));
        add(&mut seen, 1e6, 50e-3);
        let off = Fit::new(prior(), &seen).seconds(1e6) / 1e-3;
        assert!(off < 1.15, "{off}");
    }

    #[test]
    fn a_change_is_believed_when_it_is_seen_twice() {
        let mut seen = Samples::default();
        (0..20).for_each(|_| add(&mut seen, 1e6, 1e-3));
        add(&mut seen, 1e6, 3e-3);
        assert!(Fit::new(prior(), &seen).seconds(1e6) < 1.3e-3);
        add(&mut seen, 1e6, 3e-3);
        let after = Fit::new(prior(), &seen).seconds(1e6);
        assert!(after > 2e-3, "{after}");
        (0..2).for_each(|_| add(&mut seen, 1e6, 3e-3));
        let after = Fit::new(prior(), &seen).seconds(1e6);
        assert!(close(after, 3e-3, 0.2), "{after}");
    }

    #[test]
    fn noise_is_what_calls_of_one_size_differ_by() {
        let noisy: Vec<(f64, f64)> =
            (0..20).map(|i| (1e6, if i % 2 == 0 { 1.3e-3 } else { 0.8e-3 })).collect();
        let (noisy, steady) =
            (Fit::new(prior(), &samples(&noisy)), Fit::new(prior(), &samples(&[(1e6, 1e-3); 20])));
        assert!((0.15..0.5).contains(&noisy.noise()), "{}", noisy.noise());
        assert!(steady.noise() < 0.05 && steady.deviation(1e6) < noisy.deviation(1e6));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            cases: 1000,
            failure_persistence: None,
            ..proptest::prelude::ProptestConfig::default()
        })]

        #[test]
        fn any_times_fit_something_finite(
            times in proptest::collection::vec((1.0..1e12_f64, -20.0..8.0_f64), 0..20),
            at in 0.0..1e12_f64,
        ) {
            let mut seen = Samples::default();
            times.iter().for_each(|&(elements, ln)| add(&mut seen, elements, ln.exp()));
            let fit = Fit::new(prior(), &seen);
            let tangent = fit.tangent(at);
            for number in [fit.seconds(at), fit.deviation(at), tangent.slope] {
                proptest::prop_assert!(number.is_finite() && number > 0.0, "{number}");
            }
            proptest::prop_assert!(tangent.fixed.is_finite() && tangent.fixed >= 0.0);
            proptest::prop_assert!(seen.is_sound());
        }
    }
}

mod samples {
    use super::*;

    #[test]
    fn what_is_no_time_is_not_taken() {
        let mut seen = Samples::default();
        for (elements, seconds) in
            [(0.0, 1.0), (1.0, 0.0), (1.0, f64::NAN), (1.0, f64::INFINITY), (f64::NAN, 1.0), (1.0, -1.0)]
        {
            seen.observe(elements, seconds, None);
        }
        assert!(seen.buckets().is_empty() && seen.calls() == 0 && seen.is_sound());
    }

    #[test]
    fn merging_is_adding_what_the_other_has_seen() {
        let (mut ours, theirs) = (samples(&[(1e3, 1e-3)]), samples(&[(1e3, 4e-3), (1e6, 1.0)]));
        ours.merge(&theirs);
        assert_eq!((ours.calls(), ours.buckets().len()), (3, 2));
        let middle = ours.buckets()[0].ln_seconds().exp();
        assert!(close(middle, 2e-3, 0.02), "about their geometric mean: {middle}");
        assert!(ours.is_sound());
    }

    #[test]
    fn merging_with_a_full_history_does_not_make_it_fuller() {
        let (mut ours, theirs) = (samples(&[(1e3, 1e-3); 100]), samples(&[(1e3, 1e-3); 100]));
        let before = ours.buckets()[0].weight;
        for _ in 0..10 {
            ours.merge(&theirs);
        }
        assert!(ours.buckets()[0].weight <= 1.01 * before);
    }

    #[test]
    fn old_sizes_fade_while_others_are_called() {
        let mut seen = samples(&[(1e3, 1e-3)]);
        (0..500).for_each(|_| seen.observe(1e6, 1e-3, None));
        assert_eq!(seen.buckets().len(), 1);
    }

    #[test]
    fn they_are_the_same_after_they_were_written_and_read() {
        let seen = samples(&[(1e3, 1e-3), (1e3, 2e-3), (1e6, 1.0)]);
        let text = serde_json::to_string(&seen).expect("numbers");
        let read: Samples = serde_json::from_str(&text).expect("what was written");
        // Text has no room for the last bit.
        for n in [1e3, 1e4, 1e6] {
            let seconds = |samples| Fit::new(prior(), samples).seconds(n);
            assert!(close(seconds(&read), seconds(&seen), 1e-9));
        }
        assert!(serde_json::from_str::<Samples>(r#"{"buckets":[],"calls":0,"more":1}"#).is_err());
    }
}

mod density {
    use super::*;

    const LEN: usize = 1 << 20;

    /// The first half is ten times as dear.
    fn dear_front() -> Density {
        let mut density = Density::default();
        for _ in 0..4 {
            let seen = density.weight(&(0..LEN / 2), LEN);
            density.observe(&(0..LEN / 2), LEN, 10.0 * (LEN / 2) as f64 / seen, 0.0);
        }
        density
    }

    #[test]
    fn without_anything_seen_an_element_weighs_one() {
        let density = Density::default();
        assert!(density.is_flat());
        assert_eq!(density.weight(&(10..30), LEN), 20.0);
        assert_eq!(density.front(&(10..30), 7.0, LEN), 7);
        assert_eq!(density.back(&(10..30), 70.0, LEN), 20);
    }

    #[test]
    fn noise_leaves_it_flat() {
        let mut density = Density::default();
        density.observe(&(0..LEN / 2), LEN, 1.2, 0.1);
        density.observe(&(0..LEN), LEN, f64::NAN, 0.1);
        density.observe(&(0..LEN), LEN, 0.0, 0.1);
        assert!(density.is_flat());
    }

    #[test]
    fn dear_elements_weigh_more_and_a_part_that_weighs_so_much_is_shorter() {
        let density = dear_front();
        let (front, back) = (density.weight(&(0..LEN / 2), LEN), density.weight(&(LEN / 2..LEN), LEN));
        assert!((6.0..=10.5).contains(&(front / back)), "{}", front / back);
        let elements = density.front(&(0..LEN), front / 2.0, LEN);
        assert!(close(elements as f64, (LEN / 4) as f64, 0.01), "{elements}");
        assert_eq!(density.back(&(0..LEN), back, LEN), LEN / 2);
    }

    #[test]
    fn a_call_ends_with_a_mean_of_one_and_everything_fades() {
        let mut density = dear_front();
        density.settle();
        let mean = density.weight(&(0..LEN), LEN) / LEN as f64;
        assert!((0.7..1.3).contains(&mean), "{mean}");
        let mut calls = 0;
        while !density.is_flat() && calls < 200 {
            density.settle();
            calls += 1;
        }
        assert!((10..200).contains(&calls), "{calls}");
        assert!(density.is_sound());
    }

    #[test]
    fn numbers_that_nobody_could_have_measured_are_unsound() {
        for text in ["[1.0]", "[0.0]"] {
            let read: Density = serde_json::from_str(text).expect("a list");
            assert!(!read.is_sound());
        }
        assert!(dear_front().is_sound() && Density::default().is_sound());
    }
}

mod budget {
    use super::*;

    #[test]
    fn a_fiftieth_of_all_time_may_be_spent_to_learn() {
        let mut budget = Budget::default();
        assert!(close(budget.left(1.0), 0.02, 1e-9));
        budget.spend(9.0, 0.0);
        assert!(close(budget.left(1.0), 0.2, 1e-9));
        budget.spend(0.0, 0.15);
        assert!(close(budget.left(1.0), 0.05, 1e-9));
        budget.spend(0.0, 100.0);
        assert_eq!(budget.left(1.0), 0.0);
    }

    #[test]
    fn what_is_no_time_is_not_spent() {
        let mut budget = Budget::default();
        for seconds in [f64::NAN, f64::INFINITY, -1.0] {
            budget.spend(seconds, seconds);
        }
        assert_eq!(budget, Budget::default());
        assert!(budget.is_sound());
        assert!(!Budget { spent_s: f64::NAN, explored_s: 0.0 }.is_sound());
    }
}

mod history {
    use super::*;

    fn key(code: u64) -> WorkKey {
        WorkKey { code, residency: 0 }
    }

    fn seen(executor: Executor) -> Observation {
        Observation { executor, elements: 1e6, seconds: 1e-3, expected: None }
    }

    #[test]
    fn works_are_told_apart_by_code_and_residency_and_devices_by_name() {
        let mut history = History::default();
        history.observe(key(1), Some("a"), &seen(Executor::Gpu));
        history.observe(key(1), None, &seen(Executor::Cpu));
        history.observe(key(1), None, &seen(Executor::Gpu));
        let calls = |executor, device, key| history.samples(executor, device, key).map_or(0, Samples::calls);
        assert_eq!(calls(Executor::Gpu, "a", key(1)), 1, "a device without a name is not kept");
        assert_eq!(calls(Executor::Gpu, "b", key(1)), 0);
        assert_eq!(calls(Executor::Cpu, "", key(1)), 1);
        assert_eq!(calls(Executor::Cpu, "", key(2)), 0);
        assert_eq!(calls(Executor::Cpu, "", WorkKey { residency: 1, ..key(1) }), 0);
    }

    #[test]
    fn the_rarest_work_goes_when_there_are_too_many() {
        let mut history = History::default();
        // `MAX_WORKS` of them, each seen twice but for one.
        for code in 0..4096 {
            history.observe(key(code), None, &seen(Executor::Cpu));
            if code != 7 {
                history.observe(key(code), None, &seen(Executor::Cpu));
            }
        }
        history.observe(key(5000), None, &seen(Executor::Cpu));
        assert!(history.samples(Executor::Cpu, "", key(7)).is_none());
        assert!(history.samples(Executor::Cpu, "", key(5000)).is_some());
        assert!(history.samples(Executor::Cpu, "", key(8)).is_some());
    }

    #[test]
    fn contention_of_a_work_that_was_never_shared_is_that_of_the_others() {
        let mut history = History::default();
        history.contend(key(1), "a", 0.5);
        let device = history.device("a").expect("a device");
        assert_eq!((device.contention(key(1)), device.contention(key(2))), (Some(0.5), Some(0.5)));
        assert_eq!(DeviceHistory::default().contention(key(1)), None);
    }

    #[test]
    fn merging_keeps_what_either_knows_and_the_smaller_ceiling() {
        let (mut ours, mut theirs) = (History::default(), History::default());
        ours.observe(key(1), None, &seen(Executor::Cpu));
        theirs.observe(key(2), Some("a"), &seen(Executor::Gpu));
        ours.device_mut("a").ceiling_bytes = Some(300);
        theirs.device_mut("a").ceiling_bytes = Some(200);
        theirs.device_mut("a").open_s.add(0.25);
        theirs.budget.spend(1.0, 0.01);
        ours.merge(&theirs);
        assert!(ours.samples(Executor::Cpu, "", key(1)).is_some());
        assert!(ours.samples(Executor::Gpu, "a", key(2)).is_some());
        let device = ours.device("a").expect("a device");
        assert_eq!((device.ceiling_bytes, device.open_s.mean()), (Some(200), Some(0.25)));
        assert_eq!(ours.budget.spent_s, 1.0);
        assert!(ours.is_sound());
    }

    #[test]
    fn it_is_the_same_after_it_was_written_and_read() {
        let mut history = History::default();
        history.observe(key(1), Some("a"), &seen(Executor::Gpu));
        history.contend(key(1), "a", 0.1);
        let text = serde_json::to_string(&history).expect("numbers and names");
        let read: History = serde_json::from_str(&text).expect("what was written");
        assert!(read == history && read.is_sound());
    }
}

mod decisions {
    use super::*;

    /// Ten calls, of which each executor took so many nanoseconds an element.
    fn known(profile: &mut Profile, cpu_ns: f64, gpu_ns: f64, contention: f64) {
        let of = |ns: f64| samples(&[(1e6, ns * 1e-3), (1e7, ns * 1e-2), (4e7, ns * 4e-2), (1e7, ns * 1e-2)]);
        profile.cpu.samples = of(cpu_ns);
        profile.gpus[0].samples = of(gpu_ns);
        profile.gpus[0].contention = contention;
    }

    fn choice(cpu_ns: f64, gpu_ns: f64, contention: f64) -> Choice {
        let mut profile = machine(vec![discrete()]);
        known(&mut profile, cpu_ns, gpu_ns, contention);
        decide(&map(1 << 24, 1.0), &profile, &auto()).expect("a plan").choice
    }

    #[test]
    fn what_was_measured_counts_and_not_what_was_assumed() {
        assert_eq!(choice(0.2, 50.0, 0.0), Choice::Cpu);
        assert_eq!(choice(50.0, 0.2, 0.0), Choice::Gpu);
    }

    #[test]
    fn two_that_are_as_quick_share_in_halves() {
        let Choice::Split { gpu_elements } = choice(4.0, 4.0, 0.0) else { panic!("both are as quick") };
        assert!(close(gpu_elements as f64, (1 << 23) as f64, 0.1), "{gpu_elements}");
    }

    #[test]
    fn two_that_hinder_each_other_do_not_share() {
        assert!(matches!(choice(4.0, 5.0, 0.2), Choice::Split { .. }));
        assert_eq!(choice(4.0, 5.0, 1.2), Choice::Cpu, "vetoed");
        assert_eq!(choice(5.0, 4.0, 1.2), Choice::Gpu, "vetoed");
    }

    #[test]
    fn the_plan_names_what_was_measured() {
        let mut profile = machine(vec![discrete()]);
        known(&mut profile, 4.0, 4.0, 0.0);
        let text = decide(&map(1 << 24, 1.0), &profile, &auto()).expect("a plan").to_string();
        assert!(text.contains("measured"), "{text}");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            cases: 1000,
            failure_persistence: None,
            ..proptest::prelude::ProptestConfig::default()
        })]

        /// Of speeds that are known, up to the grain that plans are rounded to. Where sharing gains about what it has to
        /// gain, the device alone may come instead: lines that are fitted to a few calls are not exact enough to tell.
        #[test]
        fn a_larger_latency_that_was_measured_never_gives_the_gpu_more(
            exponent in 16..28_u32,
            lines in [(-13.0..-7.0_f64, -25.0..-16.0_f64), (-13.0..-7.0_f64, -25.0..-16.0_f64)],
            contention in 0.0..1.0_f64,
            times in 1.0..100.0_f64,
        ) {
            let len = 1_usize << exponent;
            let plan = |times: f64| {
                let seen = |(fixed, slope): (f64, f64), times: f64| {
                    let at = |n: f64| (n, times * fixed.exp() + slope.exp() * n);
                    let n = len as f64;
                    samples(&[at(1024.0), at(n / 4.0), at(n / 2.0), at(n), at(1024.0), at(n / 2.0), at(n)])
                };
                let mut profile = machine(vec![discrete()]);
                profile.cpu.samples = seen(lines[0], 1.0);
                profile.gpus[0].samples = seen(lines[1], times);
                profile.gpus[0].contention = contention;
                decide(&resident_sum(len), &profile, &auto()).expect("a plan")
            };
            let share = |plan: &Plan| match plan.choice {
                Choice::Cpu => 0.0,
                Choice::Gpu => 1.0,
                Choice::Split { gpu_elements } => gpu_elements as f64 / len as f64,
            };
            let (quick, slow) = (plan(1.0), plan(times));
            let nearly_shared = slow.rejected.iter().any(|rejected| {
                let is_split = matches!(rejected.alternative, Alternative::Split { .. });
                is_split && rejected.predicted.is_some_and(|seconds| seconds.expected < 1.03 * slow.predicted.expected)
            });
            let more = share(&slow) > share(&quick) + 1.0 / 64.0;
            proptest::prop_assert!(!more || nearly_shared, "{slow}\nafter\n{quick}");
        }
    }
}
