//! `Func`: a pure WGSL function under a Rust signature, with the values of its extra parameters.
//!
//! The parsed function is shared by all clones; argument values belong to each clone and are data, never code: binding
//! another value compiles nothing.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::element::{Element, ElementType, words_of};
use crate::error::{Error, Result};
use crate::wgsl::{self, Expected, Param, PureFunction, spell_value};

/// A pure WGSL function with the Rust signature `S`: `Func<fn(f32, f32) -> f32>`.
///
/// The text may hold helper functions, constants, structs and aliases; the function taken is the one that no other
/// calls, or the one named. It is *pure*: it reaches no global variable, barrier, atomic, derivative or image.
///
/// The first parameters, as many as `S` has, are given per element. Further ones are extra parameters, equal for all
/// elements and bound by name with [`arg`](Self::arg). Parameters and result are `f32`, `i32`, `u32` or `vec2`, `vec3`,
/// `vec4` of them; in Rust, vectors are arrays.
///
/// ```
/// use tilewright::Func;
///
/// let saxpy: Func<fn(f32, f32) -> f32> =
///     Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?.arg("a", 2.5f32);
/// saxpy.check()?;
/// # Ok::<(), tilewright::Error>(())
/// ```
pub struct Func<S> {
    function: Arc<PureFunction>,
    arguments: Arguments,
    signature: PhantomData<S>,
}

/// Values of the extra parameters.
#[derive(Debug, Clone)]
struct Arguments {
    /// The words of all extra parameters, in order; 0 where not bound.
    words: Vec<u32>,
    /// Which extra parameters have a value.
    bound: Vec<bool>,
    /// The first wrong use of `arg`, reported by whatever uses the function.
    mistake: Option<Error>,
}

impl<S: Signature> Func<S> {
    /// Parses, validates and checks a text with one outermost function.
    ///
    /// # Errors
    ///
    /// [`Error::Wgsl`] if the text is not valid WGSL, [`Error::Signature`] if the function does not have the signature
    /// `S`, [`Error::Impure`] if it is not pure, and [`Error::Value`] if not exactly one function is called by no other.
    pub fn new(text: impl AsRef<str>) -> Result<Self> {
        Self::parse(None, text.as_ref())
    }

    /// Like [`new`](Self::new), with the name of the function to take from the text.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`Error::Value`] if the text has no such function.
    pub fn named(name: &str, text: impl AsRef<str>) -> Result<Self> {
        Self::parse(Some(name), text.as_ref())
    }

    fn parse(name: Option<&str>, text: &str) -> Result<Self> {
        let expected = Expected { parameters: S::PARAMETERS, result: S::Output::TYPE };
        let function = Arc::new(wgsl::parse(text, name, expected)?);
        let words = function.uniforms.iter().map(|param| param.ty.words()).sum();
        let bound = vec![false; function.uniforms.len()];
        let arguments = Arguments { words: vec![0; words], bound, mistake: None };
        Ok(Self { function, arguments, signature: PhantomData })
    }
}

impl<S> Func<S> {
    /// Binds an extra parameter by name; a later value replaces an earlier one.
    ///
    /// An unknown name or a value of another type is reported by [`check`](Self::check) and by every call that uses the
    /// function, so that calls can be chained.
    #[must_use]
    pub fn arg<T: Element>(mut self, name: &str, value: T) -> Self {
        let found = place(&self.function.uniforms, name);
        match found {
            Some((index, at)) if self.function.uniforms[index].ty == T::TYPE => {
                self.arguments.words[at..at + T::TYPE.words()].copy_from_slice(words_of(&[value]));
                self.arguments.bound[index] = true;
            }
            _ => {
                let mistake = self.mistake(name, found.map(|(index, _)| index), T::TYPE);
                self.arguments.mistake.get_or_insert(mistake);
            }
        }
        self
    }

    /// Reports a wrong use of [`arg`](Self::arg), or an extra parameter without a value.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] with what the function declares and what was given.
    pub fn check(&self) -> Result<()> {
        if let Some(mistake) = &self.arguments.mistake {
            return Err(mistake.clone());
        }
        match self.arguments.bound.iter().position(|bound| !bound) {
            None => Ok(()),
            Some(unbound) => {
                let Param { name, ty } = &self.function.uniforms[unbound];
                Err(Error::Argument {
                    function: self.function.name.clone(),
                    name: name.clone(),
                    expected: format!("a value of type {ty}, bound with `.arg(\"{name}\", ...)`"),
                    given: "none".to_owned(),
                })
            }
        }
    }

    /// The name of the function in the text.
    pub fn name(&self) -> &str {
        &self.function.name
    }

    /// The function, without argument values.
    pub(crate) fn function(&self) -> &Arc<PureFunction> {
        &self.function
    }

    /// The words of all extra parameters in order, without padding.
    pub(crate) fn uniform_words(&self) -> Result<&[u32]> {
        self.check()?;
        Ok(&self.arguments.words)
    }

    /// What is wrong with binding a value of type `given` to `name`; `index` is that of the extra parameter, if any.
    fn mistake(&self, name: &str, index: Option<usize>, given: ElementType) -> Error {
        let uniforms = &self.function.uniforms;
        let names =
            || uniforms.iter().map(|param| format!("`{}`", param.name)).collect::<Vec<_>>().join(", ");
        let expected = match index {
            Some(index) => format!("a value of type {}", uniforms[index].ty),
            None if uniforms.is_empty() => "no argument, there are no extra parameters".to_owned(),
            None => format!("the name of an extra parameter ({})", names()),
        };
        let given = match index {
            Some(_) => given.to_string(),
            None if self.function.elements.iter().any(|param| param.name == name) => {
                format!("`{name}`, which is given per element")
            }
            None => format!("`{name}`"),
        };
        Error::Argument { function: self.function.name.clone(), name: name.to_owned(), expected, given }
    }
}

/// The index of an extra parameter and the first word of its value.
fn place(uniforms: &[Param], name: &str) -> Option<(usize, usize)> {
    let index = uniforms.iter().position(|param| param.name == name)?;
    Some((index, uniforms[..index].iter().map(|param| param.ty.words()).sum()))
}

impl<S> Clone for Func<S> {
    fn clone(&self) -> Self {
        Self { function: self.function.clone(), arguments: self.arguments.clone(), signature: PhantomData }
    }
}

impl<S> fmt::Debug for Func<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PureFunction { name, elements, uniforms, result, .. } = &*self.function;
        let spell = |param: &Param| format!("{}: {}", param.name, param.ty);
        let parameters: Vec<String> = elements.iter().chain(uniforms).map(spell).collect();
        write!(f, "Func(fn {name}({}) -> {result}", parameters.join(", "))?;
        let mut rest = &self.arguments.words[..];
        for (param, bound) in uniforms.iter().zip(&self.arguments.bound) {
            let (words, after) = rest.split_at(param.ty.words());
            rest = after;
            if *bound {
                write!(f, ", {} = {}", param.name, spell_value(param.ty, words))?;
            }
        }
        f.write_str(")")
    }
}

/// A Rust function type that a WGSL function can have: `fn(A, ...) -> R` of one to eight [`Element`] parameters.
///
/// Sealed: implemented for these function types and no other.
pub trait Signature: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The parameters, as a tuple.
    type Arguments;
    /// The result.
    type Output: Element;
    /// Types of the parameters.
    const PARAMETERS: &'static [ElementType];
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! signatures {
    ($($first:ident $($rest:ident)*),*) => {$(
        impl<$first: Element, $($rest: Element,)* R: Element> sealed::Sealed for fn($first, $($rest),*) -> R {}
        impl<$first: Element, $($rest: Element,)* R: Element> Signature for fn($first, $($rest),*) -> R {
            type Arguments = ($first, $($rest,)*);
            type Output = R;
            const PARAMETERS: &'static [ElementType] = &[$first::TYPE, $($rest::TYPE),*];
        }
    )*};
}

signatures!(A, A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G, A B C D E F G H);

#[cfg(test)]
mod tests;
