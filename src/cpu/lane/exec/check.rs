//! Whether slices are as long as a program takes them to be.

use super::super::program::Program;
use super::super::{Input, Output};
use crate::error::{Error, Result};

/// Checks once that no block will read past the end of a slice.
pub(super) fn check_inputs(program: &Program, uniforms: &[u32], inputs: &[Input], len: usize) -> Result<()> {
    let check = |what, given, needed| check(program, what, given, needed);
    let needed = program.arguments.iter().map(|&(_, word)| word as usize + 1).max().unwrap_or(0);
    check("the uniform arguments", uniforms.len(), needed)?;
    for source in &program.sources {
        let Some(input) = inputs.get(source.slot as usize) else {
            return check("the sources", inputs.len(), source.slot as usize + 1);
        };
        let last = source.words as usize - 1;
        match input {
            Input::Words(words) => check("a source", words.len(), len * source.words as usize)?,
            Input::Planes { words, stride } => check("a source", words.len(), last * stride + len)?,
            Input::Counting { .. } => check("a source of several components", 1, source.words as usize)?,
            Input::Constant(_) => {}
        }
    }
    Ok(())
}

/// Checks once that no block will write past the end of a slice.
pub(super) fn check_output(program: &Program, output: &Output, len: usize) -> Result<()> {
    let check = |what, given, needed| check(program, what, given, needed);
    match output {
        Output::Words(words) => check("the result", words.len(), len * program.outputs),
        Output::Planes { words, stride } => {
            check("the result", words.len(), (program.outputs - 1) * stride + len)?;
            check("a plane of the result", if program.outputs == 1 { len } else { *stride }, len)
        }
    }
}

fn check(program: &Program, what: &str, given: usize, needed: usize) -> Result<()> {
    if given < needed {
        let what = format!("{what} of `{}`", program.name);
        return Err(Error::Length { what, expected: needed, given });
    }
    Ok(())
}
