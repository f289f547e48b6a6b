//! The planner on simulated machines.
use tilewright::simulator::{Scenario, run};

#[test]
fn all() {
    let mut files: Vec<_> = std::fs::read_dir("tests/scenarios").unwrap().map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    let pick = std::env::var("PICK").unwrap_or_default();
    let (mut e1, mut e3, mut n) = (0.0, 0.0, 0);
    let mut at3 = Vec::new();
    for f in files.iter().filter(|f| f.to_string_lossy().contains(&pick)) {
        let s: Scenario = toml::from_str(&std::fs::read_to_string(f).unwrap()).unwrap_or_else(|e| panic!("{f:?}: {e}"));
        let o = run(&s).unwrap_or_else(|e| panic!("{f:?}: {e}"));
        let e = |k: usize| o.calls[k - 1].efficiency();
        let c = |k: usize| { let c = &o.calls[k-1]; format!("{:.2}/{:.2}{}", c.gpu_share, c.oracle_share, match c.choice { tilewright::Choice::Cpu => "c", tilewright::Choice::Gpu => "g", _ => "s" }) };
        println!("{:28} {:.3} {:.3} {:.3} {:.3} {:.3} | single@10 {:.3} cpu3 {:.3} | {} {} {} {} | {:.4} chunks {} {} faults {} {} {:.1}ms/{:.1}", f.file_stem().unwrap().to_string_lossy(), e(1), e(2), e(3), e(6), e(10),
            o.calls[9].against_best_single(), o.calls[2].cpu_s / o.calls[2].seconds, c(1), c(2), c(3), c(10), o.exploration_share, o.calls[0].chunks, o.calls[2].chunks, o.faults(), if o.is_correct() {""} else {"WRONG"}, o.calls[2].seconds*1e3, o.calls[2].predicted_s*1e3);
        if s.faults.is_empty() { e1 += e(1).min(1.0).ln(); e3 += e(3).min(1.0).ln(); n += 1; at3.push(e(3)); }
        if pick.len() > 4 { for (k, c) in o.calls.iter().enumerate() { println!("   {k} {:?} {:.3}ms pred {:.3} oracle {:.3} at {:.2} share {:.2} chunks {}", c.choice, c.seconds*1e3, c.predicted_s*1e3, c.oracle_s*1e3, c.oracle_share, c.gpu_share, c.chunks); }
          for e in o.trace.iter().filter(|e| e.run <= 3) { println!("     {e:?}"); } }
    }
    at3.sort_by(f64::total_cmp);
    println!("n {n} gm1 {:.3} gm3 {:.3} p5 {:.3} min {:.3}", (e1 / n as f64).exp(), (e3 / n as f64).exp(), at3[at3.len()/20], at3[0]);
}
