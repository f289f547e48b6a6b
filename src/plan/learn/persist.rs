//! The history in parts, as files hold it: one of the CPU, with the ledger of exploration, and one of each device.
//!
//! Nothing here reads or writes; see `context::store`.

use std::collections::BTreeMap;

use super::history::History;
use super::samples::Samples;

impl History {
    /// What is known of the CPU and of works themselves, and the ledger of exploration.
    pub(crate) fn cpu_part(&self) -> Self {
        let (cpu, densities) = (self.cpu.clone(), self.densities.clone());
        Self { cpu, densities, devices: BTreeMap::new(), budget: self.budget }
    }

    /// What is known of one device.
    pub(crate) fn device_part(&self, device: &str) -> Self {
        let known = self.devices.get_key_value(device);
        let devices = known.map(|(name, known)| (name.clone(), known.clone())).into_iter().collect();
        Self { devices, ..Self::default() }
    }

    /// Names of the devices of which something is known.
    pub(crate) fn device_names(&self) -> Vec<String> {
        self.devices.keys().cloned().collect()
    }

    /// True when nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Forgets the works seen least often until each executor has at most `works`, so that files stay small: merging
    /// those of many processes would let them grow.
    pub(crate) fn keep_commonest(&mut self, works: usize) {
        keep_commonest(&mut self.cpu, works);
        // Whoever runs a work, the CPU has a part in it, unless nobody shares it.
        let known = &self.cpu;
        self.densities.retain(|name, _| known.contains_key(name));
        for device in self.devices.values_mut() {
            keep_commonest(&mut device.works, works);
            let known = &device.works;
            // The empty name holds all works.
            device.contention.retain(|name, _| name.is_empty() || known.contains_key(name));
        }
    }
}

fn keep_commonest(works: &mut BTreeMap<String, Samples>, most: usize) {
    let Some(excess) = works.len().checked_sub(most).filter(|excess| *excess > 0) else { return };
    let mut by_calls: Vec<(u32, String)> =
        works.iter().map(|(name, samples)| (samples.calls(), name.clone())).collect();
    by_calls.sort_unstable();
    for (_, name) in by_calls.drain(..excess) {
        works.remove(&name);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use crate::plan::{Executor, History, Observation, WorkKey};

    /// One thing that a call may teach.
    #[derive(Debug, Clone)]
    struct Lesson {
        code: u64,
        device: Option<u8>,
        exponent: f64,
        seconds: f64,
        contention: Option<f64>,
        ceiling: Option<u64>,
    }

    fn lesson() -> impl Strategy<Value = Lesson> {
        let ceiling = proptest::option::of(1_u64..1 << 40);
        let contention = proptest::option::of(0.0..2.0);
        let device = proptest::option::of(0_u8..2);
        (0_u64..3, device, 0.0..30.0, 1e-6..10.0, contention, ceiling).prop_map(
            |(code, device, exponent, seconds, contention, ceiling)| Lesson {
                code,
                device,
                exponent,
                seconds,
                contention,
                ceiling,
            },
        )
    }

    fn taught(lessons: &[Lesson]) -> History {
        let mut history = History::default();
        for lesson in lessons {
            let key = WorkKey { code: lesson.code, residency: 3 };
            let device = lesson.device.map(|device| format!("device {device}"));
            let executor = if device.is_some() { Executor::Gpu } else { Executor::Cpu };
            let elements = lesson.exponent.exp2();
            let seen = Observation { executor, elements, seconds: lesson.seconds, expected: None };
            history.observe(key, device.as_deref(), &seen);
            history.budget.spend(lesson.seconds, 0.01 * lesson.seconds);
            let Some(device) = device else { continue };
            if let Some(contention) = lesson.contention {
                history.contend(key, &device, contention);
            }
            let known = history.device_mut(&device);
            known.open_s.add(lesson.seconds);
            known.ceiling_bytes = known.ceiling_bytes.into_iter().chain(lesson.ceiling).min();
        }
        history
    }

    fn merged(a: &History, b: &History) -> History {
        let mut both = a.clone();
        both.merge(b);
        both
    }

    /// Equal but for rounding.
    fn alike(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => {
                let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
                (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
            }
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
            }
            _ => a == b,
        }
    }

    fn json(history: &History) -> Value {
        serde_json::to_value(history).expect("plain data")
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn merging_commutes_up_to_rounding(
            a in proptest::collection::vec(lesson(), 0..40),
            b in proptest::collection::vec(lesson(), 0..40),
        ) {
            let (a, b) = (taught(&a), taught(&b));
            let (ab, ba) = (merged(&a, &b), merged(&b, &a));
            prop_assert!(alike(&json(&ab), &json(&ba)), "{ab:#?}\n{ba:#?}");
            prop_assert!(ab.is_sound());
            prop_assert_eq!(merged(&a, &History::default()), a);
        }

        #[test]
        fn the_parts_are_the_whole(lessons in proptest::collection::vec(lesson(), 0..40)) {
            let history = taught(&lessons);
            let mut again = history.cpu_part();
            for device in history.device_names() {
                again.merge(&history.device_part(&device));
            }
            prop_assert_eq!(again, history);
        }

        #[test]
        fn text_gives_the_history_back(lessons in proptest::collection::vec(lesson(), 0..40)) {
            let history = taught(&lessons);
            let text = serde_json::to_string(&history).expect("plain data");
            let again: History = serde_json::from_str(&text).expect("its own text");
            prop_assert!(again.is_sound());
            prop_assert!(alike(&json(&again), &json(&history)));
        }
    }

    #[test]
    fn the_rarest_works_go_first() {
        let mut history = History::default();
        for code in 0..10_u64 {
            for _ in 0..=code {
                let seen =
                    Observation { executor: Executor::Gpu, elements: 1e6, seconds: 0.1, expected: None };
                let key = WorkKey { code, residency: 0 };
                history.observe(key, Some("d"), &seen);
                history.contend(key, "d", 0.1);
            }
        }
        history.keep_commonest(3);
        let known = |code| history.samples(Executor::Gpu, "d", WorkKey { code, residency: 0 }).is_some();
        assert_eq!((0..10).filter(|&code| known(code)).collect::<Vec<_>>(), [7, 8, 9]);
        assert_eq!(history.device("d").map(|device| device.contention.len()), Some(4));
    }
}
