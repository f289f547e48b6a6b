//! The kinds of naga's IR that shaders consist of.
//!
//! A kind is named as naga names its variant: `Statement::Loop`, `Expression::Swizzle`, `MathFunction::Sinh`. Where an
//! executor goes different ways for one variant it is named with what decides: operators and atomics with the scalar that
//! they work on, conversions with both ends, types with their shape.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use naga::front::Typifier;
use naga::{ArraySize, Binding, Block, Expression, Function, Module, Statement, SwitchValue, TypeInner};

use crate::expected;

/// The name of a variant, without what is in it.
fn variant(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// A scalar in WGSL.
fn scalar(scalar: naga::Scalar) -> String {
    let kind = match scalar.kind {
        naga::ScalarKind::Sint => "i",
        naga::ScalarKind::Uint => "u",
        naga::ScalarKind::Float => "f",
        naga::ScalarKind::Bool => return "bool".to_owned(),
        naga::ScalarKind::AbstractInt | naga::ScalarKind::AbstractFloat => return "abstract".to_owned(),
    };
    format!("{kind}{}", u32::from(scalar.width) * 8)
}

/// Collects kinds.
struct Kinds<'m> {
    module: &'m Module,
    found: BTreeSet<String>,
}

impl Kinds<'_> {
    fn add(&mut self, family: &str, kind: impl AsRef<str>) {
        self.found.insert(format!("{family}::{}", kind.as_ref()));
    }

    fn ty(&mut self, inner: &TypeInner) {
        let kind = match inner {
            TypeInner::Scalar(of) => format!("Scalar {}", scalar(*of)),
            TypeInner::Vector { size, scalar: of } => format!("Vector {} {}", *size as u8, scalar(*of)),
            TypeInner::Matrix { columns, rows, scalar: of } => {
                format!("Matrix {}x{} {}", *columns as u8, *rows as u8, scalar(*of))
            }
            TypeInner::Atomic(of) => format!("Atomic {}", scalar(*of)),
            TypeInner::Array { size, .. } => match size {
                ArraySize::Constant(_) => "Array constant".to_owned(),
                ArraySize::Pending(_) => "Array override".to_owned(),
                ArraySize::Dynamic => "Array dynamic".to_owned(),
            },
            TypeInner::Image { dim, arrayed, class } => {
                self.image(*class);
                let arrayed = if *arrayed { " arrayed" } else { "" };
                format!("Image {}{arrayed}", variant(dim))
            }
            TypeInner::Pointer { space, .. } => format!("Pointer {}", variant(space)),
            other => variant(other),
        };
        self.add("Type", kind);
    }

    /// What a texture is of.
    fn image(&mut self, class: naga::ImageClass) {
        let multi = |multi| if multi { " multisampled" } else { "" };
        let kind = match class {
            naga::ImageClass::Sampled { kind, multi: many } => format!("Sampled {kind:?}{}", multi(many)),
            naga::ImageClass::Depth { multi: many } => format!("Depth{}", multi(many)),
            naga::ImageClass::External => "External".to_owned(),
            naga::ImageClass::Storage { format, access } => {
                self.add("StorageFormat", variant(&format));
                let access: Vec<_> = access.iter_names().map(|(name, _)| name.to_lowercase()).collect();
                format!("Storage {}", access.join(" "))
            }
        };
        self.add("ImageClass", kind);
    }

    /// The scalar of the atomic behind a pointer.
    fn atomic(&self, pointer: &TypeInner) -> Option<naga::Scalar> {
        match pointer {
            TypeInner::Pointer { base, .. } => match self.module.types[*base].inner {
                TypeInner::Atomic(scalar) => Some(scalar),
                _ => None,
            },
            _ => None,
        }
    }

    /// A load or store.
    fn access(&mut self, family: &str, pointer: &TypeInner) {
        if self.atomic(pointer).is_some() {
            self.add(family, "atomic");
        }
        if let Some(space) = pointer.pointer_space() {
            self.add(family, variant(&space));
        }
    }

    fn binding(&mut self, binding: Option<&Binding>) {
        if let Some(Binding::BuiltIn(value)) = binding {
            self.add("BuiltIn", variant(value));
        }
    }

    fn module(&mut self) {
        for (_, ty) in self.module.types.iter() {
            self.ty(&ty.inner);
            if let TypeInner::Struct { members, .. } = &ty.inner {
                members.iter().for_each(|member| self.binding(member.binding.as_ref()));
            }
        }
        for (_, variable) in self.module.global_variables.iter() {
            let space = match variable.space {
                naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => {
                    "Storage read write".to_owned()
                }
                naga::AddressSpace::Storage { .. } => "Storage read".to_owned(),
                space => variant(&space),
            };
            self.add("AddressSpace", space);
        }
        for (_, function) in self.module.functions.iter() {
            self.function(function);
        }
        for entry in &self.module.entry_points {
            entry.function.arguments.iter().for_each(|argument| self.binding(argument.binding.as_ref()));
            self.function(&entry.function);
        }
    }

    fn function(&mut self, function: &Function) {
        if !function.local_variables.is_empty() {
            self.add("AddressSpace", "Function");
        }
        let context = naga::proc::ResolveContext::with_locals(
            self.module,
            &function.local_variables,
            &function.arguments,
        );
        let mut types = Typifier::new();
        for (handle, expression) in function.expressions.iter() {
            types.grow(handle, &function.expressions, &context).expect("types of a valid module");
            self.expression(expression, |handle| types[handle].inner_with(&self.module.types).clone());
        }
        self.block(&function.body, &|handle| types[handle].inner_with(&self.module.types).clone());
    }

    fn expression(&mut self, expression: &Expression, ty: impl Fn(naga::Handle<Expression>) -> TypeInner) {
        self.add("Expression", variant(expression));
        // Of vectors and matrices what they are made of.
        let of = |handle| ty(handle).scalar().map_or_else(|| "none".to_owned(), scalar);
        match expression {
            Expression::Literal(literal) => self.add("Literal", variant(literal)),
            Expression::Unary { op, expr } => self.add("UnaryOperator", format!("{op:?} {}", of(*expr))),
            Expression::Binary { op, left, right } => {
                let matrix = matches!(ty(*left), TypeInner::Matrix { .. })
                    || matches!(ty(*right), TypeInner::Matrix { .. });
                let of = if matrix { "matrix".to_owned() } else { of(*left) };
                self.add("BinaryOperator", format!("{op:?} {of}"));
            }
            Expression::Relational { fun, .. } => self.add("RelationalFunction", variant(fun)),
            Expression::Math { fun, arg, .. } => self.add("MathFunction", format!("{fun:?} {}", of(*arg))),
            Expression::As { expr, kind, convert } => {
                let to = match convert {
                    Some(width) => scalar(naga::Scalar { kind: *kind, width: *width }),
                    None => format!("bits of {kind:?}"),
                };
                self.add("As", format!("{} to {to}", of(*expr)));
            }
            Expression::Access { base, .. } => {
                let base = match ty(*base) {
                    TypeInner::Pointer { base, .. } => {
                        format!("pointer to {}", variant(&self.module.types[base].inner))
                    }
                    other => variant(&other),
                };
                self.add("Access", base);
            }
            Expression::ImageQuery { query, .. } => self.add("ImageQuery", variant(query)),
            Expression::ImageSample { level, gather, offset, depth_ref, clamp_to_edge, .. } => {
                let kind = match (gather, depth_ref) {
                    (Some(_), _) => "gather",
                    (None, Some(_)) => "compare",
                    (None, None) => "sample",
                };
                self.add("ImageSample", format!("{kind} {}", variant(level)));
                if offset.is_some() {
                    self.add("ImageSample", "offset");
                }
                if *clamp_to_edge {
                    self.add("ImageSample", "clamp to edge");
                }
            }
            Expression::Load { pointer } => {
                self.access("Load", &ty(*pointer));
            }
            _ => {}
        }
    }

    fn block(&mut self, block: &Block, ty: &impl Fn(naga::Handle<Expression>) -> TypeInner) {
        for statement in block {
            self.add("Statement", variant(statement));
            match statement {
                Statement::Block(inner) => self.block(inner, ty),
                Statement::If { accept, reject, .. } => {
                    self.block(accept, ty);
                    self.block(reject, ty);
                }
                Statement::Switch { cases, .. } => {
                    for case in cases {
                        let value = match case.value {
                            SwitchValue::Default => "Default".to_owned(),
                            _ => variant(&case.value),
                        };
                        self.add("SwitchValue", value);
                        if case.fall_through {
                            self.add("Switch", "fall_through");
                        }
                        self.block(&case.body, ty);
                    }
                }
                Statement::Loop { body, continuing, break_if } => {
                    if break_if.is_some() {
                        self.add("Loop", "break_if");
                    }
                    self.block(body, ty);
                    self.block(continuing, ty);
                }
                Statement::Return { value } => {
                    self.add("Return", if value.is_some() { "value" } else { "nothing" });
                }
                Statement::ControlBarrier(barrier) | Statement::MemoryBarrier(barrier) => {
                    barrier.iter_names().for_each(|(name, _)| self.add("Barrier", name));
                }
                Statement::Store { pointer, .. } => {
                    self.access("Store", &ty(*pointer));
                }
                Statement::Atomic { pointer, fun, .. } => {
                    let fun = match fun {
                        naga::AtomicFunction::Exchange { compare: Some(_) } => "CompareExchange".to_owned(),
                        fun => variant(fun),
                    };
                    let pointer = ty(*pointer);
                    let space = pointer.pointer_space().map_or_else(String::new, |space| variant(&space));
                    let of = self.atomic(&pointer).map_or_else(|| "none".to_owned(), scalar);
                    self.add("Atomic", format!("{fun} {of} {space}"));
                }
                Statement::ImageAtomic { fun, value, .. } => {
                    let of = ty(*value).scalar().map_or_else(|| "none".to_owned(), scalar);
                    self.add("ImageAtomic", format!("{} {of}", variant(fun)));
                }
                Statement::SubgroupGather { mode, .. } => {
                    let mode = match mode {
                        naga::GatherMode::QuadSwap(direction) => format!("QuadSwap {direction:?}"),
                        mode => variant(mode),
                    };
                    self.add("GatherMode", mode);
                }
                Statement::SubgroupCollectiveOperation { op, collective_op, argument, .. } => {
                    let of = ty(*argument).scalar().map_or_else(|| "none".to_owned(), scalar);
                    self.add("Subgroup", format!("{op:?} {collective_op:?} {of}"));
                }
                _ => {}
            }
        }
    }
}

/// Checks that shaders, by name and text, contain every kind that a compute shader can contain, and that what is known to
/// be absent is absent.
pub(crate) fn check<'s>(shaders: impl Iterator<Item = (&'s str, &'s str)>) {
    let mut counts = BTreeMap::<String, usize>::new();
    for (name, source) in shaders {
        let module = naga::front::wgsl::parse_str(source);
        let module = module.unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)));
        let mut kinds = Kinds { module: &module, found: BTreeSet::new() };
        kinds.module();
        for kind in kinds.found {
            *counts.entry(kind).or_default() += 1;
        }
    }
    let expected: BTreeSet<String> = expected::kinds().collect();
    let absent: BTreeSet<String> = expected::absent().collect();
    let missing: Vec<&String> = expected.iter().filter(|kind| !counts.contains_key(*kind)).collect();
    assert!(
        missing.is_empty(),
        "the corpus lacks {} of {} kinds: {missing:#?}",
        missing.len(),
        expected.len()
    );
    let stale: Vec<&String> = counts.keys().filter(|kind| absent.contains(*kind)).collect();
    assert!(stale.is_empty(), "not absent any more, so expect them: {stale:#?}");
    let unknown: Vec<&String> = counts.keys().filter(|kind| !expected.contains(*kind)).collect();
    assert!(unknown.is_empty(), "kinds to add to those expected: {unknown:#?}");
}
