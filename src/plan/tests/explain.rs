//! Explanations, as exact text.

use insta::assert_snapshot;

use super::*;

#[test]
fn a_plan_for_the_cpu() {
    let plan = decide(&map(1 << 24, 0.2), &machine(vec![software()]), &auto()).unwrap();
    assert_snapshot!(plan, @r"
    map of square, 16777216 elements: cpu
      placement: auto (default)
      predicted: 8.40 ms, between 6.71 ms and 10.5 ms
      cpu: elements 0..16777216, 2 threads, chunks of 65536
        memory    8.39 ms  134 MB at 16.0 GB/s (calibrated)
        compute   1.68 ms  (prior)
        fork      8.00 µs  (prior)
        call       500 ns  (prior)
      rejected:
        gpu `Software`: software adapter, not allowed
    ");
    assert_snapshot!(plan.without_times(), @r"
    map of square, 16777216 elements: cpu
      placement: auto (default)
      cpu: elements 0..16777216, 2 threads, chunks of 65536
        memory   134 MB (calibrated)
        compute  (prior)
        fork     (prior)
        call     (prior)
      rejected:
        gpu `Software`: software adapter, not allowed
    ");
}

#[test]
fn a_plan_for_the_calling_thread() {
    let plan = decide(&map(1, 0.2), &machine(vec![]), &auto()).unwrap();
    assert_snapshot!(plan, @r"
    map of square, 1 element: cpu
      placement: auto (default)
      predicted: 501 ns, between 167 ns and 1.50 µs
      cpu: elements 0..1, 1 thread, chunks of 4096
        memory    0.80 ns  8 B at 10.0 GB/s (calibrated)
        compute   0.20 ns  (prior)
        call       500 ns  (prior)
    ");
}

#[test]
fn a_plan_for_a_device_that_must_open_and_compile() {
    let gpu = GpuProfile { state: DeviceState::NotOpened, ..discrete() };
    let shape = Shape { pipeline_cached: false, cost_ns: 500.0, ..map(1 << 26, 0.2) };
    let environment = Request { placement: Placement::Gpu, origin: Origin::Environment, ..auto() };
    let plan = decide(&shape, &machine(vec![gpu]), &environment).unwrap();
    assert_snapshot!(plan, @r"
    map of square, 67108864 elements: gpu `Discrete`
      placement: gpu (environment)
      predicted: 349 ms, between 117 ms and 1.04 s
      gpu: elements 0..67108864, 16 chunks of 4194304
        open       250 ms  (prior)
        compile   30.0 ms  (prior)
        upload    11.2 ms  268 MB at 23.9 GB/s (calibrated)
        kernel    67.1 ms  (prior)
        download  13.5 ms  268 MB at 19.9 GB/s (calibrated)
        launch    20.0 µs  (prior)
      rejected:
        cpu: not asked for, 16.8 s
    ");
}

#[test]
fn a_plan_for_both() {
    let measured = |value| Estimate::new(value, Provenance::Measured { calls: 25 }).unwrap();
    let gpu = GpuProfile { upload_rate: measured(8e9), download_rate: measured(8e9), ..discrete() };
    let odd = GpuProfile {
        name: "Odd".into(),
        canonical: CanonicalOrder::Failed("flushes subnormals".into()),
        ..discrete()
    };
    let shape = Shape { kind: ShapeKind::Scan, label: "Sum".into(), reproducible: true, ..map(1 << 26, 0.2) };
    let plan = decide(&shape, &machine(vec![gpu, odd, software()]), &auto()).unwrap();
    assert_snapshot!(plan, @r"
    scan of Sum, 67108864 elements: 0.625 on gpu `Discrete`, the others on the cpu
      placement: auto (default)
      predicted: 24.5 ms, between 22.1 ms and 27.6 ms, with 5% added for running both at once
      gpu: elements 0..41943040, 10 chunks of 4194304
        upload    21.0 ms  168 MB at 7.99 GB/s (measured, 25 calls)
        kernel    1.12 ms  336 MB at 300 GB/s (prior)
        download  21.0 ms  168 MB at 7.98 GB/s (measured, 25 calls)
        launch    20.0 µs  (prior)
      cpu: elements 41943040..67108864, 2 threads, chunks of 65536
        memory    12.6 ms  201 MB at 16.0 GB/s (calibrated)
        compute   5.03 ms  (prior)
        fork      8.00 µs  (prior)
        call       500 ns  (prior)
        fold      10.5 ms  168 MB at 16.0 GB/s (calibrated)
      rejected:
        gpu `Odd`: other bits than the canonical order: flushes subnormals
        gpu `Software`: software adapter, not allowed
        cpu: slower, 33.6 ms
        gpu `Discrete`: slower, 35.9 ms
    ");
    assert_snapshot!(plan.without_times(), @r"
    scan of Sum, 67108864 elements: 0.625 on gpu `Discrete`, the others on the cpu
      placement: auto (default)
      gpu: elements 0..41943040, 10 chunks of 4194304
        upload   168 MB (measured)
        kernel   336 MB (prior)
        download 168 MB (measured)
        launch   (prior)
      cpu: elements 41943040..67108864, 2 threads, chunks of 65536
        memory   201 MB (calibrated)
        compute  (prior)
        fork     (prior)
        call     (prior)
        fold     168 MB (calibrated)
      rejected:
        gpu `Odd`: other bits than the canonical order: flushes subnormals
        gpu `Software`: software adapter, not allowed
        cpu: slower
        gpu `Discrete`: slower
    ");
}

#[test]
fn a_plan_with_a_note() {
    let shape = Shape { gpu: Err("the adapter has no f64".into()), ..map(100, 1.0) };
    let plan = decide(&shape, &machine(vec![discrete()]), &request(Placement::Gpu)).unwrap();
    assert_snapshot!(plan.without_times(), @r"
    map of square, 100 elements: cpu
      placement: gpu (argument)
      cpu: elements 0..100, 1 thread, chunks of 4096
        memory   800 B (calibrated)
        compute  (prior)
        call     (prior)
      rejected:
        gpu `Discrete`: cannot run this: the adapter has no f64
      note: no GPU can run this, so the CPU takes it
    ");
}

/// Times of calls that the machine has made.
fn seen(calls: &[(f64, f64)]) -> Samples {
    let mut samples = Samples::default();
    calls.iter().for_each(|&(elements, seconds)| samples.observe(elements, seconds, None));
    samples
}

#[test]
fn a_plan_from_what_was_measured() {
    let mut profile = machine(vec![discrete()]);
    profile.cpu.samples = seen(&[(1e6, 1e-3), (1e7, 9e-3), (6e7, 60e-3), (6e7, 61e-3)]);
    profile.gpus[0].samples = seen(&[(6e7, 40e-3), (3e7, 21e-3), (6e7, 41e-3)]);
    let shape = Shape { kind: ShapeKind::Scan, label: "Sum".into(), reproducible: true, ..map(1 << 26, 0.2) };
    let plan = decide(&shape, &profile, &auto()).unwrap();
    assert_snapshot!(plan, @r"
    scan of Sum, 67108864 elements: 0.812 on gpu `Discrete`, the others on the cpu
      placement: auto (default)
      predicted: 39.2 ms, between 38.4 ms and 42.0 ms, with 5% added for running both at once
      gpu: elements 0..54525952, 13 chunks of 4194304
        start     2.64 ms  (measured, 3 calls)
        work      34.2 ms  (measured, 3 calls)
      cpu: elements 54525952..67108864, 2 threads, chunks of 65536
        start     8.75 µs  (measured, 4 calls)
        work      11.8 ms  (measured, 4 calls)
        fold      25.5 ms  218 MB at 8.54 GB/s (measured, 4 calls)
      rejected:
        cpu: slower, 67.1 ms
        gpu `Discrete`: slower, 44.9 ms
    ");
    assert_snapshot!(plan.without_times(), @r"
    scan of Sum, 67108864 elements: 0.812 on gpu `Discrete`, the others on the cpu
      placement: auto (default)
      gpu: elements 0..54525952, 13 chunks of 4194304
        start    (measured)
        work     (measured)
      cpu: elements 54525952..67108864, 2 threads, chunks of 65536
        start    (measured)
        work     (measured)
        fold     218 MB (measured)
      rejected:
        cpu: slower
        gpu `Discrete`: slower
    ");
}

#[test]
fn plans_as_json() {
    let mut profile = machine(vec![]);
    profile.cpu.samples = seen(&[(1e6, 1e-3), (1e7, 9e-3)]);
    let plan = decide(&map(1 << 20, 0.2), &profile, &auto()).unwrap();
    let json = plan.without_times().to_json();
    assert_snapshot!(json, @r#"
    {
      "version": 1,
      "label": "map of square",
      "unit": "element",
      "len": 1048576,
      "placement": "auto",
      "origin": "default",
      "choice": {
        "kind": "cpu"
      },
      "adapter": null,
      "threads": 2,
      "cpu_chunk_len": 65536,
      "gpu_chunk_len": 0,
      "predicted": {
        "low": null,
        "expected": null,
        "high": null
      },
      "contention": null,
      "terms": [
        {
          "executor": "cpu",
          "name": "start",
          "seconds": {
            "low": null,
            "expected": null,
            "high": null
          },
          "bytes": 0.0,
          "source": {
            "kind": "measured",
            "calls": null
          }
        },
        {
          "executor": "cpu",
          "name": "work",
          "seconds": {
            "low": null,
            "expected": null,
            "high": null
          },
          "bytes": 0.0,
          "source": {
            "kind": "measured",
            "calls": null
          }
        }
      ],
      "rejected": [],
      "notes": []
    }
    "#);
    let value: serde_json::Value = serde_json::from_str(&plan.to_json()).expect("JSON");
    // Numbers are read back to within a unit in the last place.
    let is = |value: &serde_json::Value, expected: f64| {
        value.as_f64().is_some_and(|value| (value / expected - 1.0).abs() < 1e-14)
    };
    assert!(is(&value["predicted"]["expected"], plan.predicted.expected));
    assert!(is(&value["terms"][0]["seconds"]["high"], plan.terms[0].seconds.high));
}

#[test]
fn a_split_as_json() {
    let machine = machine(vec![discrete(), software()]);
    let plan = decide(&map(1 << 20, 0.2), &machine, &request(Placement::Split { gpu: 0.5 })).unwrap();
    let value: serde_json::Value = serde_json::from_str(&plan.to_json()).expect("JSON");
    assert_eq!(value["placement"], "split:0.5");
    assert_eq!(value["origin"], "argument");
    assert_eq!(value["choice"], serde_json::json!({"kind": "split", "gpu_elements": 1 << 19}));
    assert_eq!(value["adapter"], "Discrete");
    let stripped: serde_json::Value = serde_json::from_str(&plan.without_times().to_json()).expect("JSON");
    assert!(stripped["contention"].is_null() && stripped["choice"] == value["choice"]);
}

#[test]
fn reasons_as_json() {
    let shape = Shape { gpu: Err("the adapter has \"no\" f64".into()), ..map(1 << 24, 1.0) };
    let plan = decide(&shape, &machine(vec![discrete()]), &auto()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&plan.to_json()).expect("JSON");
    let reason = serde_json::json!({"kind": "unsupported", "detail": "the adapter has \"no\" f64"});
    assert_eq!(value["rejected"][0]["reason"], reason);
    assert_eq!(
        value["rejected"][0]["alternative"],
        serde_json::json!({"kind": "gpu", "adapter": "Discrete"})
    );
}
