//! Function values: closures with what they capture, and the one closure of a function that captures nothing.

use super::function::{Fx, Place, Val};
use super::program::{FuncKey, GlobalKey};
use super::repr::Env;
use super::scopes::Capture;
use crate::ast::*;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// What a function captures.
    pub fn captures(&self, f: FnId) -> Vec<Capture> {
        self.p.scopes.captures.get(&f).cloned().unwrap_or_default()
    }

    /// The class of a function's closures, made from here.
    pub fn closure_class_of(&mut self, f: FnId, env: &Env) -> u16 {
        let key = FuncKey::Plain(f, env.clone());
        if let Some(class) = self.p.known_closure(&key) {
            return class;
        }
        let captures = self.captures(f);
        let fields = self.capture_fields(f, &captures);
        self.p.closure_class(key, fields)
    }

    /// A new closure without its captures, and with them.
    fn allocate_closure(&mut self, f: FnId) -> Val {
        let env = self.p.function_env(f, &self.env, &[]);
        let class = self.closure_class_of(f, &env);
        self.new_object(class)
    }

    fn fill_closure(&mut self, f: FnId, closure: Val) {
        let class = closure.slot.as_class().expect("a closure has a class");
        for (index, capture) in self.captures(f).into_iter().enumerate() {
            let val = self.capture_value(capture);
            self.set_field(closure.r, class, index as u32, val);
        }
    }

    /// What a closure made here gets for a capture.
    fn capture_value(&mut self, capture: Capture) -> Val {
        match capture {
            Capture::Binding(b) => match self.place(b) {
                Place::Cell(cell, class) => self.val(Slot::class(class), cell),
                Place::Local(val) => val,
                Place::Global(index, slot) => self.get_global(index, slot),
            },
            Capture::Function(f) => self.function_value(f),
            Capture::This => self.this(),
        }
    }

    /// A closure of a function expression.
    pub fn closure(&mut self, f: FnId) -> Val {
        let closure = self.allocate_closure(f);
        self.fill_closure(f, closure);
        Val {
            slot: Slot::FUNC,
            ..closure
        }
    }

    /// Makes the closures of the functions declared in a block, which may need each other.
    pub fn hoist(&mut self, body: &'a [Stmt]) {
        let mut made = Vec::new();
        for stmt in body {
            if let StmtKind::Function(f) = &stmt.kind
                && f.body.is_some()
                && self.p.scopes.is_closure(f.id)
            {
                let closure = self.allocate_closure(f.id);
                let kept = self.fresh(closure.slot);
                self.assign(kept, closure);
                self.closures.insert(f.id, kept);
                made.push((f.id, kept));
            }
        }
        for (f, closure) in made {
            self.fill_closure(f, closure);
        }
    }

    /// A declared function as a value.
    pub fn function_value(&mut self, f: FnId) -> Val {
        if let Some(&closure) = self.closures.get(&f) {
            return closure;
        }
        if self.id == Some(f)
            && let Some((closure, ..)) = self.closure
        {
            return closure;
        }
        if let Some(closure) = self.captured(Capture::Function(f)) {
            return closure;
        }
        let ast = self.p.ast(f);
        if self.p.takes_closure(f, ast) {
            return self.closure(f);
        }
        let env = self.p.function_env(f, &self.env, &[]);
        self.shared_closure(FuncKey::Wrapper(f, env))
    }

    /// A host function as a value.
    pub fn host_value(&mut self, index: u32) -> Val {
        self.shared_closure(FuncKey::HostWrapper(index))
    }

    /// The one closure of a function without captures, made when first needed and kept in the globals.
    fn shared_closure(&mut self, key: FuncKey) -> Val {
        let class = self.p.closure_class(key, Vec::new());
        let function = self.p.classes[class as usize].function;
        let function = function.expect("a closure class has a function");
        let global = self.p.global(GlobalKey::Closure(function), Slot::FUNC);
        let result = self.fresh(Slot::FUNC);
        let known = self.get_global(global, Slot::FUNC);
        self.assign(result, known);
        let (make, end) = (self.block(), self.block());
        self.branch(Op::JNullish, result.r.0, 0, make, end);
        self.start(make);
        let closure = self.new_object(class);
        self.set_global(
            global,
            Slot::FUNC,
            Val {
                slot: Slot::FUNC,
                ..closure
            },
        );
        self.assign(result, closure);
        self.start(end);
        result
    }
}

impl<'a> Fx<'a, '_> {
    /// A closure of a method in an object literal that uses `this`: all captures but `this` are filled in.
    pub fn unbound_closure(&mut self, f: FnId) -> Val {
        let closure = self.allocate_closure(f);
        let class = closure.slot.as_class().expect("a closure has a class");
        for (index, capture) in self.captures(f).into_iter().enumerate() {
            if capture != Capture::This {
                let val = self.capture_value(capture);
                self.set_field(closure.r, class, index as u32, val);
            }
        }
        closure
    }

    /// Gives the methods of an object literal their `this`.
    pub fn bind_methods(&mut self, object: Val, methods: Vec<(FnId, Val)>) {
        for (f, closure) in methods {
            let class = closure.slot.as_class().expect("a closure has a class");
            let at = self.captures(f).iter().position(|&c| c == Capture::This);
            if let Some(index) = at {
                let object = Val {
                    slot: Slot::OBJECT,
                    ..object
                };
                self.set_field(closure.r, class, index as u32, object);
            }
        }
    }
}
