//! Classes: constructors, field initialisers, statics.
//!
//! Order of construction, as JavaScript has it: fields of the base, body of its constructor, then the class's own
//! parameter properties and field initialisers, then the rest of its constructor's body.

use super::function::{Fx, Val};
use super::program::Program;
use super::repr::Env;
use crate::ast::*;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Program<'a> {
    /// The class instance, at or above this one, whose constructor is written out.
    fn constructor_class(&self, inst: u16) -> Option<(u16, FnId, Env)> {
        let mut next = Some(inst);
        while let Some(id) = next {
            let class = &self.classes[id as usize];
            let (declared, env) = class.declared.as_ref()?;
            let info = &self.checked.classes[declared.index()];
            if let Some(f) = info.constructor {
                return Some((id, f, env.clone()));
            }
            next = class.base;
        }
        None
    }

    /// The slots of the parameters of `new`.
    pub fn constructor_params(&mut self, inst: u16) -> Vec<Slot> {
        match self.constructor_class(inst) {
            Some((_, f, env)) => self.signature(f, &env).0,
            None => Vec::new(),
        }
    }

    /// Whether making an instance runs any code.
    pub fn needs_constructor(&self, inst: u16) -> bool {
        if self.constructor_class(inst).is_some() {
            return true;
        }
        let mut next = Some(inst);
        while let Some(id) = next {
            let class = &self.classes[id as usize];
            let ast = class.declared.as_ref().map(|d| self.scopes.classes[&d.0]);
            let initialized =
                |c: &&Class| c.fields.iter().any(|f| !f.is_static && f.init.is_some());
            if ast.as_ref().is_some_and(initialized) {
                return true;
            }
            next = class.base;
        }
        false
    }

    /// The literal that a module-level constant always is.
    pub fn constant(&self, binding: BindingId) -> Option<&'a Expr> {
        self.scopes.constants.get(&binding).copied()
    }

    /// The literal that a static field always is.
    pub fn static_constant(&self, class: ClassId, index: u32) -> Option<&'a Expr> {
        let name = &self.checked.classes[class.index()].static_fields[index as usize].name;
        let ast = self.scopes.classes.get(&class)?;
        let field = ast
            .fields
            .iter()
            .find(|f| f.is_static && f.name == *name && f.readonly)?;
        field.init.as_ref().filter(|e| is_literal(e))
    }
}

/// Whether an expression is a literal, perhaps with a minus.
pub fn is_literal(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Bool(_) => true,
        ExprKind::Unary {
            op: UnaryOp::Neg,
            operand,
        } => matches!(operand.kind, ExprKind::Number(_)),
        _ => false,
    }
}

impl<'a> Fx<'a, '_> {
    /// Lowers what `new` runs for a class instance: `this` comes first, then the constructor's parameters.
    pub fn lower_constructor(&mut self, inst: u16) {
        let this = self.param(Slot::class(inst));
        self.this = Some(this);
        self.class = Some(inst);
        self.f.is_method = true;
        let class = &self.p.classes[inst as usize];
        let (declared, base) = (class.declared.clone(), class.base);
        let declared = declared.expect("constructors are of declared classes").0;
        match self.p.checked.classes[declared.index()].constructor {
            Some(f) => {
                self.id = Some(f);
                let function = self.p.ast(f);
                let env = self.env.clone();
                self.bind_params(function, f, &env);
                if base.is_none() {
                    self.initialize_fields(inst);
                } else {
                    self.after_super = Some(inst);
                }
                self.body(function);
            }
            None => {
                let params = self.p.constructor_params(inst);
                let args: Vec<Val> = params.iter().map(|&slot| self.param(slot)).collect();
                if let Some(base) = base {
                    let (_, function) = self.constructor(base);
                    let mut all = vec![this];
                    all.extend(args);
                    if let Some(function) = function {
                        self.call(Op::Call, Slot::VOID, function, 0, &all);
                    }
                }
                self.initialize_fields(inst);
            }
        }
        self.ret(super::function::NOTHING);
    }

    /// Runs the parameter properties and field initialisers of a class.
    pub fn initialize_fields(&mut self, inst: u16) {
        let class = &self.p.classes[inst as usize];
        let declared = class
            .declared
            .clone()
            .expect("fields are of declared classes")
            .0;
        let this = self.this();
        let ast = self.p.scopes.classes[&declared];
        let info = &self.p.checked.classes[declared.index()];
        for (own, field) in info.fields.iter().enumerate() {
            let index = self.p.field_index(inst, own as u32);
            let val = match field.from_param {
                Some(param) => self.constructor_param(declared, param),
                None => {
                    let written = ast
                        .fields
                        .iter()
                        .find(|f| !f.is_static && f.name == field.name);
                    match written.and_then(|f| f.init.as_ref()) {
                        Some(init) => {
                            self.span = init.span;
                            Some(self.expr_to(init, field.ty))
                        }
                        None => None,
                    }
                }
            };
            if let Some(val) = val {
                self.set_field(this.r, inst, index, val);
            }
        }
    }

    fn constructor_param(&mut self, class: ClassId, param: u32) -> Option<Val> {
        let f = self.p.checked.classes[class.index()].constructor?;
        let pattern = &self.p.ast(f).params.get(param as usize)?.pattern;
        match pattern.kind {
            PatternKind::Name(binding, _) => Some(self.read_binding(binding)),
            _ => None,
        }
    }

    /// Runs a class declaration: static fields and blocks.
    pub fn class_statics(&mut self, class: &'a Class) {
        if class.ambient {
            return;
        }
        let info = &self.p.checked.classes[class.id.index()];
        for field in class.fields.iter().filter(|f| f.is_static) {
            let index = info.static_fields.iter().position(|f| f.name == field.name);
            let (Some(index), Some(init)) = (index, &field.init) else {
                continue;
            };
            if self.p.static_constant(class.id, index as u32).is_some() {
                continue;
            }
            self.span = init.span;
            let val = self.expr_to(init, info.static_fields[index].ty);
            let (global, slot) = self.static_field(class.id, index as u32);
            self.set_global(global, slot, val);
        }
        for block in &class.static_blocks {
            self.stmts(block);
        }
    }
}
