//! The whole corpus under the checker.

use tilewright::{Context, Placement};

use crate::{compare, shader};

pub(crate) fn cpu() -> Context {
    let builder = Context::builder().threads(1).placement(Placement::Cpu).step_budget(1 << 22);
    builder.build().expect("threads and placement are valid")
}

/// What is found in the corpus, and that results are those of a run.
#[test]
fn findings_of_the_corpus() {
    let cx = cpu();
    let mut found = String::new();
    for shader in shader::all() {
        let checked = shader.run_by(&shader.source, |launch| {
            let report = launch.check(&cx)?;
            for finding in report.findings() {
                let lines: Vec<_> =
                    finding.accesses().iter().map(|access| access.line().to_string()).collect();
                let (kind, message) = (finding.kind(), finding.message());
                found += &format!("{}:{}: {kind}: {message}\n", shader.name, lines.join(","));
            }
            Ok(())
        });
        let checked = checked.unwrap_or_else(|error| panic!("{}: {error}", shader.name));
        let run = shader.run(&cx).unwrap_or_else(|error| panic!("{}: {error}", shader.name));
        compare::same_bits(&["checked".to_owned(), "run".to_owned()], &checked, &run);
    }
    insta::assert_snapshot!("corpus", found);
}
