//! A pure function: what `Func` holds.

use crate::element::ElementType;

/// A parameter of a pure function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Param {
    /// Its name in the user's text.
    pub(crate) name: String,
    /// Its type.
    pub(crate) ty: ElementType,
}

/// A validated WGSL function of elements to an element, without side effects. The module holds it, its helpers,
/// constants and types, and nothing else that matters.
#[derive(Debug)]
pub(crate) struct PureFunction {
    /// Equal for functions parsed from the same text with the same choice of function.
    pub(crate) id: u64,
    /// Name of the function in the user's text.
    pub(crate) name: String,
    /// The user's text.
    pub(crate) source: String,
    /// The parsed module.
    pub(crate) module: naga::Module,
    /// What validation found out about the module.
    pub(crate) info: naga::valid::ModuleInfo,
    /// The function in `module.functions`.
    pub(crate) function: naga::Handle<naga::Function>,
    /// Parameters given per element: the first ones, in order.
    pub(crate) elements: Vec<Param>,
    /// Further parameters, bound by name with `Func::arg`: the last ones, in order.
    pub(crate) uniforms: Vec<Param>,
    /// Type of the result.
    pub(crate) result: ElementType,
}

impl PureFunction {
    /// True if the function or a helper has a value of floats, whatever its own types are.
    pub(crate) fn computes_floats(&self) -> bool {
        let is_float = |scalar: naga::Scalar| scalar.kind == naga::ScalarKind::Float;
        self.module.functions.iter().any(|(handle, function)| {
            let info = &self.info[handle];
            let mut expressions = function.expressions.iter();
            expressions.any(|(expression, _)| {
                let ty = info[expression].ty.inner_with(&self.module.types);
                ty.scalar().is_some_and(is_float)
            })
        })
    }
}
