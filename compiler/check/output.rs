//! The output: the checker's tables with the types that only the checker needs taken out.
//!
//! A member of an enum becomes the enum, a `readonly` array an array.

use super::scope::Value;
use super::{Checker, FieldData, FieldNode, Lazy};
use crate::ast::*;
use crate::checked::*;
use crate::load::Program;
use crate::types::{FnType, Prop, Type, TypeArena, TypeId};
use rustc_hash::FxHashMap;

/// Everything in a `CheckedProgram` but the modules.
pub(super) struct Tables {
    types: TypeArena,
    expr_types: Vec<TypeId>,
    resolutions: Vec<Option<Resolution>>,
    members: Vec<Option<MemberRes>>,
    calls: Vec<Option<CallSig>>,
    as_types: Vec<Option<TypeId>>,
    bindings: Vec<BindingInfo>,
    functions: Vec<FnInfo>,
    classes: Vec<ClassInfo>,
    host_functions: Vec<HostFunction>,
    handle_classes: Vec<HandleClass>,
    exports: Vec<ExportInfo>,
    known: KnownClasses,
}

impl Tables {
    /// The tables with the program they belong to.
    pub fn with(self, program: Program) -> CheckedProgram {
        CheckedProgram {
            modules: program.modules,
            entry: program.entry,
            types: self.types,
            expr_types: self.expr_types,
            resolutions: self.resolutions,
            members: self.members,
            calls: self.calls,
            as_types: self.as_types,
            bindings: self.bindings,
            functions: self.functions,
            classes: self.classes,
            host_functions: self.host_functions,
            handle_classes: self.handle_classes,
            exports: self.exports,
            known: self.known,
        }
    }
}

/// Types by what they are outside of the checker.
type Erased = FxHashMap<TypeId, TypeId>;

impl<'a> Checker<'a> {
    /// Ends checking.
    pub(super) fn into_tables(mut self) -> Tables {
        let mut erased = Erased::default();
        let functions = self.output_functions(&mut erased);
        let classes = self.output_classes(&mut erased);
        let exports = self.output_exports(&mut erased);
        self.erase_tables(&mut erased);
        Tables {
            functions,
            classes,
            exports,
            types: self.types,
            expr_types: self.expr_types,
            resolutions: self.resolutions,
            members: self.members,
            calls: self.calls,
            as_types: self.as_types,
            bindings: self.bindings,
            host_functions: self.host_functions,
            handle_classes: self.handle_classes,
            known: self.known,
        }
    }

    fn erase_tables(&mut self, erased: &mut Erased) {
        let mut expr_types = std::mem::take(&mut self.expr_types);
        for ty in &mut expr_types {
            *ty = self.erase(*ty, erased);
        }
        self.expr_types = expr_types;
        let mut as_types = std::mem::take(&mut self.as_types);
        for ty in as_types.iter_mut().flatten() {
            *ty = self.erase(*ty, erased);
        }
        self.as_types = as_types;
        let mut calls = std::mem::take(&mut self.calls);
        for call in calls.iter_mut().flatten() {
            call.ret = self.erase(call.ret, erased);
            for arg in &mut call.type_args {
                *arg = self.erase(*arg, erased);
            }
            for param in &mut call.params {
                param.ty = self.erase(param.ty, erased);
            }
        }
        self.calls = calls;
        for at in 0..self.bindings.len() {
            self.bindings[at].ty = self.erase(self.bindings[at].ty, erased);
        }
        for at in 0..self.host_functions.len() {
            self.host_functions[at].ty = self.erase(self.host_functions[at].ty, erased);
        }
        for at in 0..self.types.params.len() {
            let info = self.types.params[at].clone();
            self.types.params[at].constraint = info.constraint.map(|ty| self.erase(ty, erased));
            self.types.params[at].default = info.default.map(|ty| self.erase(ty, erased));
        }
        for at in 0..self.types.interfaces.len() {
            let alias = self.types.interfaces[at].alias;
            self.types.interfaces[at].alias = alias.map(|ty| self.erase(ty, erased));
            let props = std::mem::take(&mut self.types.interfaces[at].props);
            self.types.interfaces[at].props = self.erase_props(props, erased);
        }
    }

    fn erase_props(&mut self, props: Vec<Prop>, erased: &mut Erased) -> Vec<Prop> {
        props
            .into_iter()
            .map(|prop| Prop {
                ty: self.erase(prop.ty, erased),
                ..prop
            })
            .collect()
    }

    fn erase_all(&mut self, types: Vec<TypeId>, erased: &mut Erased) -> Vec<TypeId> {
        types.into_iter().map(|ty| self.erase(ty, erased)).collect()
    }

    /// The type as the lowering sees it.
    fn erase(&mut self, ty: TypeId, erased: &mut Erased) -> TypeId {
        if let Some(&known) = erased.get(&ty) {
            return known;
        }
        let result = match self.get(ty).clone() {
            Type::EnumMember(id, _) => self.intern(Type::Enum(id)),
            Type::ReadonlyArray(elem) | Type::Array(elem) => {
                let elem = self.erase(elem, erased);
                self.intern(Type::Array(elem))
            }
            Type::Tuple { elems, required } => {
                let elems = self.erase_all(elems, erased);
                self.intern(Type::Tuple { elems, required })
            }
            Type::Class(class, args) => {
                let args = self.erase_all(args, erased);
                self.intern(Type::Class(class, args))
            }
            Type::Interface(id, args) => {
                let args = self.erase_all(args, erased);
                self.intern(Type::Interface(id, args))
            }
            Type::Union(members) => {
                let members = self.erase_all(members, erased);
                self.union(members)
            }
            Type::Object(props) => {
                let props = self.erase_props(props, erased);
                self.intern(Type::Object(props))
            }
            Type::Function(f) => {
                let mut f: FnType = f;
                for param in &mut f.params {
                    param.ty = self.erase(param.ty, erased);
                }
                f.ret = self.erase(f.ret, erased);
                f.predicate = f.predicate.map(|(at, ty)| (at, self.erase(ty, erased)));
                self.intern(Type::Function(f))
            }
            _ => ty,
        };
        erased.insert(ty, result);
        result
    }

    fn output_functions(&mut self, erased: &mut Erased) -> Vec<FnInfo> {
        let mut all = Vec::new();
        for at in 0..self.fns.len() {
            let id = FnId(at as u32);
            let params = self.fn_params(id);
            let ret = if self.fns[at].node.is_some() {
                self.fn_ret(id)
            } else {
                self.t.void
            };
            let params = params
                .iter()
                .map(|p| CallParam {
                    ty: self.erase(p.ty, erased),
                    optional: p.optional,
                    rest: p.rest,
                })
                .collect();
            let ret = self.erase(ret, erased);
            let data = &self.fns[at];
            all.push(FnInfo {
                class: data.class,
                is_static: data.is_static,
                parent: data.parent,
                type_params: data.type_params.clone(),
                params,
                ret,
                captures: data.captures.clone(),
                captures_this: data.captures_this,
                this_type: data.this_type,
            });
        }
        all
    }

    fn output_classes(&mut self, erased: &mut Erased) -> Vec<ClassInfo> {
        let mut all = Vec::new();
        for at in 0..self.classes.len() {
            let id = ClassId(at as u32);
            let base = self.classes[at].base.clone();
            let base = base.map(|(base, args)| (base, self.erase_all(args, erased)));
            let fields = self.output_fields(id, false, erased);
            let static_fields = self.output_fields(id, true, erased);
            let data = &self.classes[at];
            let methods = data.node.map(|n| n.methods.as_slice()).unwrap_or_default();
            all.push(ClassInfo {
                type_params: data.type_params.clone(),
                base,
                fields,
                static_fields,
                methods: methods
                    .iter()
                    .filter(|m| m.function.form != FunctionForm::Constructor)
                    .map(|m| (m.function.name.clone(), m.function.id))
                    .collect(),
                constructor: data.constructor,
                subclasses: Vec::new(),
            });
        }
        for at in 0..all.len() {
            if let Some((base, _)) = all[at].base.clone() {
                all[base.index()].subclasses.push(ClassId(at as u32));
            }
        }
        all
    }

    fn output_fields(
        &mut self,
        class: ClassId,
        is_static: bool,
        erased: &mut Erased,
    ) -> Vec<FieldInfo> {
        let data = &self.classes[class.index()];
        let fields: Vec<FieldData<'a>> = if is_static {
            data.static_fields.clone()
        } else {
            data.fields.clone()
        };
        fields
            .into_iter()
            .map(|field| {
                let (optional, from_param) = match field.node {
                    FieldNode::Field(node) => (node.optional, None),
                    FieldNode::Param(node, _, at) => (node.optional, Some(at)),
                };
                let ty = match field.ty {
                    Lazy::Done(ty) => ty,
                    _ => self.t.error,
                };
                let ty = if optional { self.optional(ty) } else { ty };
                FieldInfo {
                    name: field.name,
                    ty: self.erase(ty, erased),
                    from_param,
                }
            })
            .collect()
    }

    fn output_exports(&mut self, erased: &mut Erased) -> Vec<ExportInfo> {
        let entry = self.program.entry;
        let Some(module) = self.module(entry) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for export in &module.exports {
            let Some(value) = self.exported(entry, &export.exported).and_then(|s| s.value) else {
                continue;
            };
            let target = self.resolution(&value, export.span);
            let ty = match value {
                Value::Enum(_) | Value::Namespace(_) | Value::HostNamespace(..) => self.t.unknown,
                _ => self.resolution_type(target, export.span),
            };
            let ty = self.erase(ty, erased);
            all.push(ExportInfo {
                name: export.exported.clone(),
                target,
                ty,
            });
        }
        all
    }
}
