//! Signatures: what a Rust function type asks of a WGSL function, and how to say what was found instead.
//!
//! The first parameters are given per element, as many as the Rust type has; all others are extra parameters, bound by
//! name. Both kinds and the result are element types.

use naga::common::wgsl::TypeContext as _;
use naga::{Function, Handle, Module, Type, TypeInner};

use super::pure::Param;
use crate::element::{ElementType, Scalar};
use crate::error::{Error, Result};

/// The element types that a Rust function type names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    /// Of the parameters, in order.
    pub(crate) parameters: &'static [ElementType],
    /// Of the result.
    pub(crate) result: ElementType,
}

/// A function's parameters, told apart.
pub(super) struct Matched {
    pub(super) elements: Vec<Param>,
    pub(super) uniforms: Vec<Param>,
}

impl Expected {
    /// The signature in WGSL, without names.
    fn wgsl(&self, extra: bool) -> String {
        let mut parameters: Vec<&str> = self.parameters.iter().map(|ty| ty.wgsl()).collect();
        if extra {
            parameters.push("extra parameters of f32, i32, u32 or vec2, vec3, vec4 of them");
        }
        format!("fn({}) -> {}", parameters.join(", "), self.result)
    }

    /// Compares a function with what is expected.
    pub(super) fn matches(&self, module: &Module, function: Handle<Function>) -> Result<Matched> {
        let found = &module.functions[function];
        let parameters: Vec<Option<Param>> = found
            .arguments
            .iter()
            .map(|argument| {
                let ty = element_type(module, argument.ty)?;
                Some(Param { name: argument.name.clone()?, ty })
            })
            .collect();
        let result = found.result.as_ref().and_then(|result| element_type(module, result.ty));
        let agree = |(param, expected): (&Option<Param>, &ElementType)| {
            param.as_ref().is_some_and(|p| p.ty == *expected)
        };
        let count = self.parameters.len();
        let first_agree = parameters.len() >= count && parameters.iter().zip(self.parameters).all(agree);
        let extra: Option<Vec<Param>> = parameters.iter().skip(count).cloned().collect();
        match extra {
            Some(uniforms) if first_agree && result == Some(self.result) => {
                let elements = parameters.into_iter().take(count).flatten().collect();
                Ok(Matched { elements, uniforms })
            }
            extra => Err(Error::Signature {
                function: found.name.clone().unwrap_or_default(),
                expected: self.wgsl(extra.is_none()),
                given: spell(module, found),
            }),
        }
    }
}

/// The element type that a WGSL type is, if it is one.
fn element_type(module: &Module, ty: Handle<Type>) -> Option<ElementType> {
    let (scalar, width) = match module.types[ty].inner {
        TypeInner::Scalar(scalar) => (scalar, 1),
        TypeInner::Vector { size, scalar } => (scalar, size as u8),
        _ => return None,
    };
    let scalar = match scalar {
        naga::Scalar::F32 => Scalar::F32,
        naga::Scalar::I32 => Scalar::I32,
        naga::Scalar::U32 => Scalar::U32,
        _ => return None,
    };
    Some(ElementType { scalar, width })
}

/// The signature of a function in WGSL: `fn(x: f32, a: f32) -> f32`.
fn spell(module: &Module, function: &Function) -> String {
    let spell_type = |ty| module.to_ctx().type_to_string(ty);
    let parameters: Vec<String> = function
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name.as_deref().unwrap_or("_"), spell_type(argument.ty)))
        .collect();
    let result = function.result.as_ref().map(|result| format!(" -> {}", spell_type(result.ty)));
    format!("fn({}){}", parameters.join(", "), result.unwrap_or_default())
}
