//! Reports of calls driven by hand, as exact text.

use insta::assert_snapshot;

use super::*;
use crate::context::control::tests::{call, drive, shared};

fn report() -> Report {
    let plan = shared(0.5);
    let mut call = call();
    let ended_s = drive(&mut call, |_, _| {});
    let actual = Actual {
        open_s: Some(0.25),
        kernel_s: Some(0.06),
        uploaded_bytes: 8_388_608,
        downloaded_bytes: 8_388_608,
        chunks: Actual::chunks_of(&call),
        ..Actual::default()
    };
    let incident = Incident {
        executor: "Discrete".into(),
        fault: "out of device memory".into(),
        action: "in smaller chunks".into(),
    };
    Report::new(plan, Duration::from_secs_f64(ended_s), vec![incident])
        .with_actual(&actual)
        .with_notes(vec!["history in /cache/cpu.json ignored: it is damaged".into()])
}

#[test]
fn a_report_of_both() {
    let report = report();
    assert_eq!(report.gpu_share(), Some(0.5));
    assert_eq!((report.bytes_up(), report.bytes_down()), (8_388_608, 8_388_608));
    let covered: usize = report.executors.iter().flat_map(|e| &e.chunks).map(|chunk| chunk.range.len()).sum();
    assert_eq!(covered, report.plan.len);
    assert_snapshot!(report, @r"
    map of square, 4194304 elements: 0.500 on gpu `Discrete`, the others on the cpu
      placement: split:0.5 (default)
      predicted: 11.0 s, between 3.67 s and 33.0 s, with 5% added for running both at once
      gpu: elements 0..2097152, 8 chunks of 262144
        upload     869 µs  8.39 MB at 9.65 GB/s (prior)
        kernel    41.9 ms  (prior)
        download  1.11 ms  8.39 MB at 7.57 GB/s (prior)
        launch    20.0 µs  (prior)
      cpu: elements 2097152..4194304, 2 threads, chunks of 65536
        memory     699 µs  16.8 MB at 24.0 GB/s (prior)
        compute    10.5 s  (prior)
        fork      8.00 µs  (prior)
        call       500 ns  (prior)
      rejected:
        cpu: not asked for, 21.0 s
    took 3.10 s, predicted 11.0 s (-72%)
      gpu `Discrete`: 2097152 elements (0.500) in 1 chunk, 100 ms; open 250 ms, kernel 60.0 ms; 8.39 MB up, 8.39 MB down
      cpu: 2097152 elements (0.500) in 31 chunks, 3.10 s
      incident: Discrete: out of device memory; in smaller chunks
      note: history in /cache/cpu.json ignored: it is damaged
    ");
    assert_snapshot!(report.without_times(), @r"
    map of square, 4194304 elements: 0.500 on gpu `Discrete`, the others on the cpu
      placement: split:0.5 (default)
      gpu: elements 0..2097152, 8 chunks of 262144
        upload   8.39 MB (prior)
        kernel   (prior)
        download 8.39 MB (prior)
        launch   (prior)
      cpu: elements 2097152..4194304, 2 threads, chunks of 65536
        memory   16.8 MB (prior)
        compute  (prior)
        fork     (prior)
        call     (prior)
      rejected:
        cpu: not asked for
    done
      gpu `Discrete`: 2097152 elements (0.500) in 1 chunk; open, kernel; 8.39 MB up, 8.39 MB down
      cpu: 2097152 elements (0.500) in 31 chunks
      incident: Discrete: out of device memory; in smaller chunks
      note: history in /cache/cpu.json ignored: it is damaged
    ");
}

#[test]
fn the_error_of_a_prediction_is_a_ratio() {
    let mut report = report();
    let predicted = report.plan.predicted.expected;
    report.elapsed = Duration::from_secs_f64(1.25 * predicted);
    assert!(report.prediction_error().is_some_and(|error| (error - 0.25).abs() < 1e-6));
    assert!(report.to_string().contains("(+25%)"), "{report}");
    report.elapsed = Duration::from_secs_f64(0.5 * predicted);
    assert!(report.to_string().contains("(-50%)"), "{report}");
    report.elapsed = Duration::from_secs_f64(7.0 * predicted);
    assert!(report.to_string().contains("(7.0 times)"), "{report}");
    report.plan.predicted = crate::plan::Seconds::default();
    assert_eq!(report.prediction_error(), None);
}

#[test]
fn a_report_as_json() {
    let report = report();
    let value: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(value["version"], 1);
    assert_eq!(value["plan"]["label"], "map of square");
    assert_eq!(value["took_s"].as_f64(), Some(report.elapsed.as_secs_f64()));
    assert_eq!(value["prediction_error"].as_f64(), report.prediction_error());
    assert_eq!(
        value["executors"][0]["chunks"][0]["range"],
        serde_json::json!({"start": 0, "end": report.executors[0].chunks[0].range.end})
    );
    assert_eq!(value["executors"][1]["name"], "cpu");
    assert!(value["executors"][0]["upload_s"].is_null());
    let mut short = report;
    short.plan.terms.clear();
    short.plan.rejected.clear();
    short.executors.iter_mut().for_each(|executor| executor.chunks.truncate(1));
    assert_snapshot!(short.without_times().to_json(), @r#"
    {
      "version": 1,
      "plan": {
        "label": "map of square",
        "unit": "element",
        "len": 4194304,
        "placement": "split:0.5",
        "origin": "default",
        "choice": {
          "kind": "split",
          "gpu_elements": 2097152
        },
        "adapter": "Discrete",
        "threads": 2,
        "cpu_chunk_len": 65536,
        "gpu_chunk_len": 262144,
        "predicted": {
          "low": null,
          "expected": null,
          "high": null
        },
        "contention": null,
        "terms": [],
        "rejected": [],
        "notes": []
      },
      "took_s": null,
      "prediction_error": null,
      "gpu_share": 0.5,
      "bytes_up": 8388608,
      "bytes_down": 8388608,
      "executors": [
        {
          "executor": "gpu",
          "name": "Discrete",
          "elements": 2097152,
          "busy_s": null,
          "open_s": null,
          "compile_s": null,
          "upload_s": null,
          "kernel_s": null,
          "download_s": null,
          "bytes_up": 8388608,
          "bytes_down": 8388608,
          "chunks": [
            {
              "range": {
                "start": 0,
                "end": 2097152
              },
              "began_s": null,
              "ended_s": null,
              "shared": null
            }
          ]
        },
        {
          "executor": "cpu",
          "name": "cpu",
          "elements": 2097152,
          "busy_s": null,
          "open_s": null,
          "compile_s": null,
          "upload_s": null,
          "kernel_s": null,
          "download_s": null,
          "bytes_up": 0,
          "bytes_down": 0,
          "chunks": [
            {
              "range": {
                "start": 2097152,
                "end": 2129920
              },
              "began_s": null,
              "ended_s": null,
              "shared": null
            }
          ]
        }
      ],
      "incidents": [
        {
          "executor": "Discrete",
          "fault": "out of device memory",
          "action": "in smaller chunks"
        }
      ],
      "notes": [
        "history in /cache/cpu.json ignored: it is damaged"
      ]
    }
    "#);
}

#[test]
fn overlapping_chunks_count_once() {
    let chunk = |began_s, ended_s| ChunkReport { range: 0..1, began_s, ended_s, shared: 0.0 };
    let covered = executors::covered_s(&[chunk(2.0, 3.0), chunk(0.0, 1.0), chunk(0.5, 1.5), chunk(0.6, 0.7)]);
    assert!((covered - 2.5).abs() < 1e-12, "{covered}");
}

#[test]
fn notes_that_the_plan_has_are_not_said_twice() {
    let mut plan = shared(0.5);
    plan.notes.push("known".into());
    let report = Report::new(plan, Duration::ZERO, Vec::new()).with_notes(vec!["known".into(), "new".into()]);
    assert_eq!(report.notes, ["new"]);
}
