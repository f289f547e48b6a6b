//! The text that a pass is assembled from: bindings, user functions (each once), uniform fields.

use std::collections::HashMap;
use std::fmt::Write;

use super::memory::Vectors;
use super::params::{self, Params};
use super::{Access, Binding, Checks, Pass, Resource};
use crate::element::ElementType;
use crate::error::Result;
use crate::tuning::Tuning;
use crate::wgsl::{PureFunction, emit};

/// Declarations of a pass in the making.
pub(super) struct Code {
    bindings: Vec<Binding>,
    declarations: String,
    names: HashMap<u64, String>,
    checks: Checks,
    /// A function of the user loops.
    user_loops: bool,
    /// Parameters of so many bytes travel with the commands.
    immediate_bytes: u32,
    /// How element memory is accessed.
    pub(super) vectors: Vectors,
    pub(super) params: Params,
}

impl Code {
    /// Nothing yet but the uniform block.
    pub(super) fn new(tuning: &Tuning) -> Self {
        let every = tuning.checked;
        Self {
            bindings: vec![Binding { resource: Resource::Params, access: Access::Uniform }],
            declarations: String::new(),
            names: HashMap::new(),
            checks: Checks { bounds: every, loops: every, division: every },
            user_loops: false,
            immediate_bytes: tuning.immediate_bytes,
            vectors: Vectors(tuning.vector_words),
            params: Params::default(),
        }
    }

    /// Declares a storage buffer of elements.
    pub(super) fn bind_elements(&mut self, resource: Resource, access: Access, name: &str) {
        self.bind(resource, access, name, self.vectors.array());
    }

    /// Declares the storage buffer `name`, of WGSL type `ty`.
    pub(super) fn bind(&mut self, resource: Resource, access: Access, name: &str, ty: &str) {
        let index = self.bindings.len();
        let space = match access {
            Access::ReadWrite => "storage, read_write",
            Access::Read | Access::Uniform | Access::Immediate => "storage, read",
        };
        let _ = writeln!(self.declarations, "@group(0) @binding({index}) var<{space}> {name}: {ty};");
        self.bindings.push(Binding { resource, access });
    }

    /// Appends module-level text.
    pub(super) fn declare(&mut self, text: &str) {
        self.declarations.push_str(text);
    }

    /// Emits a user function at its first use; returns the name to call it by.
    pub(super) fn function(&mut self, function: &PureFunction) -> Result<String> {
        if let Some(name) = self.names.get(&function.id) {
            return Ok(name.clone());
        }
        let emitted = emit(function, &format!("f{}_", self.names.len()))?;
        self.declarations.push_str(&emitted.text);
        self.declarations.push('\n');
        self.note_checks(&emitted.text);
        self.names.insert(function.id, emitted.name.clone());
        Ok(emitted.name)
    }

    /// The call of a user function, its uniform arguments starting at `uniforms_at` of the uniform block.
    pub(super) fn call(
        &mut self,
        function: &PureFunction,
        args: &[String],
        uniforms_at: usize,
    ) -> Result<String> {
        let name = self.function(function)?;
        let mut args = args.to_vec();
        let mut word = uniforms_at;
        for uniform in &function.uniforms {
            args.push(params::value(uniform.ty, word));
            word += uniform.ty.words();
        }
        Ok(format!("{name}({})", args.join(", ")))
    }

    /// True if a user function loops.
    pub(super) fn loops(&self) -> bool {
        self.user_loops
    }

    /// Textual and so conservative: a check that is kept without need costs time, not correctness.
    fn note_checks(&mut self, text: &str) {
        self.checks.bounds |= text.contains('[');
        self.user_loops |= ["loop", "while", "for"].iter().any(|word| text.contains(word));
        self.checks.loops |= self.user_loops;
        self.checks.division |= text.contains(['/', '%']);
    }

    /// Completes a pass. `body` is the filled template without declarations.
    pub(super) fn finish(
        self,
        label: &'static str,
        body: &str,
        threads: u32,
        elements_per_group: Option<u32>,
    ) -> Pass {
        let vec4s = self.params.vec4s();
        let mut bindings = self.bindings;
        let space = if 16 * vec4s <= self.immediate_bytes as usize {
            bindings[0].access = Access::Immediate;
            "var<immediate>"
        } else {
            "@group(0) @binding(0) var<uniform>"
        };
        let wgsl = format!("{space} tw_params: array<vec4<u32>, {vec4s}>;\n{}{body}", self.declarations);
        Pass { label, wgsl, bindings, params: self.params, checks: self.checks, threads, elements_per_group }
    }
}

/// Single words.
pub(super) const WORDS: &str = "array<u32>";

/// The struct of four values of `ty`.
pub(super) fn quad_struct(name: &str, ty: ElementType) -> String {
    format!("struct {name} {{ x0: {ty}, x1: {ty}, x2: {ty}, x3: {ty} }}\n")
}
