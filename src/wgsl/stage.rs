//! What only fragment shaders may do, and where a compute shader does it: naga says that it does, and not where.

use naga::valid::{EntryPointError, ValidationError};
use naga::{Block, Expression, Function, Module, SampleLevel, ShaderStage, Span, Statement};

use super::purity::{callees, visit};

/// What is not allowed in the compute shader that the error is about, and its place.
pub(super) fn forbidden(module: &Module, error: &ValidationError) -> Option<(String, Span)> {
    let ValidationError::EntryPoint {
        stage: ShaderStage::Compute,
        name,
        source: EntryPointError::ForbiddenStageOperations,
    } = error
    else {
        return None;
    };
    let entry = module.entry_points.iter().find(|entry| entry.name == *name)?;
    let mut left = vec![&entry.function];
    let mut seen = std::collections::HashSet::new();
    while let Some(function) = left.pop() {
        if let Some((what, span)) = in_expressions(function).or_else(|| discard(&function.body)) {
            let what = format!("{what} is for fragment shaders, and `{name}` is a compute shader");
            return Some((what, span));
        }
        let called = callees(&function.body).into_iter().filter(|&callee| seen.insert(callee));
        left.extend(called.map(|callee| &module.functions[callee]));
    }
    None
}

fn in_expressions(function: &Function) -> Option<(&'static str, Span)> {
    function.expressions.iter().find_map(|(handle, expression)| {
        let what = match expression {
            Expression::Derivative { .. } => "a derivative",
            Expression::ImageSample { level: SampleLevel::Auto | SampleLevel::Bias(_), .. } => {
                "sampling without a level"
            }
            _ => return None,
        };
        Some((what, function.expressions.get_span(handle)))
    })
}

fn discard(body: &Block) -> Option<(&'static str, Span)> {
    let mut found = None;
    visit(body, &mut |statement, span| {
        if matches!(statement, Statement::Kill) {
            found.get_or_insert(("`discard`", span));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use crate::Error;
    use crate::wgsl::Shader;

    #[track_caller]
    fn refused(body: &str, message: &str, at: u32) {
        let text = format!(
            "fn part(x: f32) -> f32 {{\n{body}\n}}\n@compute @workgroup_size(1) fn main() {{ _ = part(1.0); }}"
        );
        match Shader::parse("test", &text) {
            Err(Error::Wgsl { rendered, line: 2, column, .. }) => {
                assert!(rendered.starts_with(&format!("error: {message}")), "{rendered}");
                assert_eq!(column, at, "{rendered}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_fragment_shaders_may_do_is_pointed_to() {
        let what = "a derivative is for fragment shaders, and `main` is a compute shader";
        refused("return 1.0 + dpdx(x);", what, 14);
        let what = "`discard` is for fragment shaders, and `main` is a compute shader";
        refused("loop { if x > 1.0 { discard; } else { break; } } return x;", what, 21);
    }
}
