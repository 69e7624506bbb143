//! The work list: lowers every function instance asked for, until no new ones are.

use super::function::{Fx, NOTHING, Val};
use super::program::{FuncKey, GlobalKey, Program};
use super::repr::Env;
use crate::ast::*;
use crate::checked::Resolution;
use crate::mir::Func;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

/// What an export of the entry module is in the image.
#[derive(Clone, Copy, Debug)]
pub enum Exported {
    /// A function's number.
    Function(u32),
    /// A class's number.
    Class(u16),
    /// A field of the globals.
    Global(u32),
    /// Nothing at run time.
    Nothing,
}

/// Asks for what the entry module exports.
pub fn request_exports(p: &mut Program<'_>) -> Vec<Exported> {
    let checked = p.checked;
    let mut exports = Vec::new();
    for export in &checked.exports {
        exports.push(match export.target {
            Resolution::Function(f) if p.ast(f).body.is_some() => {
                let env = p.function_env(f, &Env::empty(), &[]);
                Exported::Function(p.function(FuncKey::Plain(f, env)))
            }
            Resolution::Class(class) => {
                let inst = p.class_inst(class, Vec::new());
                Exported::Class(inst)
            }
            Resolution::Binding(b) => {
                let ty = checked.bindings[b.index()].ty;
                let slot = p.slot(ty, &Env::empty());
                Exported::Global(p.global(GlobalKey::Binding(b), slot))
            }
            _ => Exported::Nothing,
        });
    }
    exports
}

/// Lowers all that is reachable.
pub fn lower_reachable(p: &mut Program<'_>) {
    loop {
        let before = (p.functions.items.len(), p.lowered.len());
        while p.lowered.len() < p.functions.items.len() {
            let key = p.functions.items[p.lowered.len()].clone();
            let mut func = lower_function(p, &key);
            crate::mir::optimize(&mut func);
            p.lowered.push(Some(func));
        }
        request_methods(p);
        if before == (p.functions.items.len(), p.lowered.len()) {
            return crate::mir::optimize_program(&mut p.lowered);
        }
    }
}

/// Asks for the methods that calls by name may reach in classes of which there are instances.
fn request_methods(p: &mut Program<'_>) {
    let mut index = 0;
    while index < p.classes.len() {
        let class = index as u16;
        index += 1;
        if !p.classes[class as usize].is_made {
            continue;
        }
        for (_, f, env) in p.methods(class) {
            let ast = p.ast(f);
            let by_name = p.members.get(&ast.name).is_some() || p.is_called_from_outside(f);
            if by_name && ast.body.is_some() {
                let env = p.function_env(f, &env, &[]);
                p.function(FuncKey::Plain(f, env));
            }
        }
    }
}

impl Program<'_> {
    /// Whether instances may get to other contexts or other contexts' to here: the program asks more of its host than to print.
    fn reaches_outside(&self) -> bool {
        self.imports.items.iter().any(|i| &*i.module != "console")
    }

    /// Whether other contexts may call a method of an instance that they have a handle to.
    pub fn is_called_from_outside(&self, f: FnId) -> bool {
        let info = &self.checked.functions[f.index()];
        let ast = self.ast(f);
        let is_plain = ast.form == FunctionForm::Method
            && ast.body.is_some()
            && info.type_params.is_empty()
            && !info.is_static;
        let Some(class) = info.class.filter(|_| is_plain && self.reaches_outside()) else {
            return false;
        };
        let class = self.scopes.classes[&class];
        let method = class.methods.iter().find(|m| m.function.id == f);
        !self.is_prelude(class.span.file)
            && method.is_some_and(|m| m.visibility == Visibility::Public)
    }

    /// The methods of a class instance, inherited ones included, overridden ones replaced: declaring instance,
    /// function, environment of the declaring class.
    pub fn methods(&self, class: u16) -> Vec<(u16, FnId, Env)> {
        let mut found: Vec<(u16, FnId, Env)> = Vec::new();
        let mut next = Some(class);
        while let Some(id) = next {
            let inst = &self.classes[id as usize];
            let Some((declared, env)) = &inst.declared else {
                break;
            };
            for (name, f) in &self.checked.classes[declared.index()].methods {
                let info = &self.checked.functions[f.index()];
                let form = self.ast(*f).form;
                let same = |other: &(u16, FnId, Env)| {
                    let ast = self.ast(other.1);
                    ast.name == *name && ast.form == form
                };
                if !info.is_static && !found.iter().any(same) {
                    found.push((id, *f, env.clone()));
                }
            }
            next = inst.base;
        }
        found
    }
}

fn no_span(p: &Program<'_>) -> Span {
    Span {
        file: p.checked.entry,
        start: 0,
        end: 0,
    }
}

fn lower_function(p: &mut Program<'_>, key: &FuncKey) -> Func {
    match key {
        FuncKey::Plain(f, env) => {
            let ast = p.ast(*f);
            let fx = Fx::new(p, function_name(ast), env.clone(), ast.span);
            fx.lower_plain(*f, ast)
        }
        FuncKey::AsyncBody(f, env) => {
            let ast = p.ast(*f);
            let fx = Fx::new(p, function_name(ast), env.clone(), ast.span);
            fx.lower_async_body(*f, ast)
        }
        FuncKey::Wrapper(f, env) => {
            let ast = p.ast(*f);
            let fx = Fx::new(p, function_name(ast), env.clone(), ast.span);
            fx.lower_wrapper(*f, key)
        }
        FuncKey::Adapter(from, to, env) => {
            let span = no_span(p);
            let fx = Fx::new(p, "adapter".into(), env.clone(), span);
            fx.lower_adapter(*from, *to, key)
        }
        FuncKey::HostWrapper(index) => {
            let span = no_span(p);
            let name = p.checked.host_functions[*index as usize].name.to_string();
            let fx = Fx::new(p, name, Env::empty(), span);
            fx.lower_host_wrapper(*index, key)
        }
        FuncKey::Constructor(inst) => {
            let class = &p.classes[*inst as usize];
            let (declared, env) = class.declared.clone().expect("of a declared class");
            let name = format!("new {}", class.name);
            let span = p.scopes.classes[&declared].span;
            let mut fx = Fx::new(p, name, env, span);
            fx.lower_constructor(*inst);
            fx.f
        }
        FuncKey::Text => {
            let span = no_span(p);
            Fx::new(p, "toString".into(), Env::empty(), span).lower_text()
        }
        FuncKey::PromiseConstructor => lower_promise_constructor(p),
        FuncKey::Init => {
            let span = no_span(p);
            let mut fx = Fx::new(p, "init".into(), Env::empty(), span);
            fx.f.is_async = true;
            let checked = fx.p.checked;
            for module in &checked.modules {
                fx.stmts(&module.body);
            }
            fx.ret(NOTHING);
            fx.f
        }
    }
}

fn function_name(ast: &Function) -> String {
    if ast.name.is_empty() {
        "<anonymous>".into()
    } else {
        ast.name.to_string()
    }
}

/// `new Promise(executor)`: the constructor's body in the prelude, on a pending promise.
fn lower_promise_constructor(p: &mut Program<'_>) -> Func {
    let class = p.checked.known.promise;
    let info = &p.checked.classes[class.index()];
    let env = Env::empty().with(info.type_params.iter().map(|&t| (t, Slot::MIXED)));
    let Some(f) = info.constructor else {
        let span = no_span(p);
        return Fx::new(p, "new Promise".into(), env, span).f;
    };
    let ast = p.ast(f);
    let mut fx = Fx::new(p, "new Promise".into(), env.clone(), ast.span);
    let this = fx.param(Slot::PROMISE);
    fx.this = Some(this);
    fx.f.is_method = true;
    fx.id = Some(f);
    fx.bind_params(ast, f, &env);
    fx.body(ast);
    fx.ret(NOTHING);
    fx.f
}

impl<'a> Fx<'a, '_> {
    /// Adds a parameter.
    pub fn param(&mut self, slot: Slot) -> Val {
        let val = self.fresh(slot);
        self.f.params.push(slot);
        let halves = [val.n, val.r];
        let halves = halves.into_iter().filter(|&r| r != crate::mir::NO_REG);
        self.f.param_regs.extend(halves);
        val
    }

    /// Adds the receiver: the closure, `this`, or nothing.
    fn receiver_param(&mut self, f: FnId, ast: &'a Function) {
        let info = &self.p.checked.functions[f.index()];
        if let (Some(class), false) = (info.class, info.is_static) {
            let slot = match info.this_type {
                Some(ty) if self.is_primitive_class(class) => self.slot(ty),
                _ => {
                    let kinds = self.p.checked.classes[class.index()]
                        .type_params
                        .iter()
                        .map(|&t| self.env.get(t).unwrap_or(Slot::MIXED))
                        .collect();
                    let inst = self.p.class_inst(class, kinds);
                    self.class = Some(inst);
                    Slot::class(inst)
                }
            };
            self.this = Some(self.param(slot));
            self.f.is_method = true;
            return;
        }
        if self.p.takes_closure(f, ast) {
            // All instances of a generic function take the same closure.
            let shared = self.p.function_env(f, &self.env, &[]);
            let key = FuncKey::Plain(f, shared);
            let class = self.p.known_closure(&key);
            let class = class.unwrap_or_else(|| self.p.closure_class(key, Vec::new()));
            let closure = self.param(Slot::class(class));
            self.closure = Some((closure, class, self.captures(f)));
            self.f.is_method = true;
        }
    }

    /// Lowers a function as written; of an async one, the part that spawns its body.
    fn lower_plain(mut self, f: FnId, ast: &'a Function) -> Func {
        self.id = Some(f);
        let env = self.env.clone();
        let (params, ret) = self.p.signature(f, &env);
        self.f.ret = ret;
        self.receiver_param(f, ast);
        if ast.is_async {
            let receiver = self.this.or(self.closure.as_ref().map(|c| c.0));
            let mut args: Vec<Val> = receiver.into_iter().collect();
            for slot in params {
                let param = self.param(slot);
                args.push(param);
            }
            let body = self.p.function(FuncKey::AsyncBody(f, env));
            let promise = self.spawn(body, &args);
            self.ret(promise);
            return self.f;
        }
        self.ret_type = Some(self.p.checked.functions[f.index()].ret);
        self.bind_params(ast, f, &env);
        self.body(ast);
        self.end_of_body();
        self.f
    }

    fn spawn(&mut self, body: u32, args: &[Val]) -> Val {
        let promise = self.f.reg(Slot::PROMISE);
        let mut inst = crate::mir::Inst::new(Op::Spawn, [promise.0, 0, body], self.span);
        for arg in args {
            let halves = [arg.n, arg.r];
            inst.args
                .extend(halves.into_iter().filter(|&r| r != crate::mir::NO_REG));
        }
        self.push(inst);
        self.val(Slot::PROMISE, promise)
    }

    /// Lowers the body of an async function: it returns a mixed value, which may be a promise to follow.
    fn lower_async_body(mut self, f: FnId, ast: &'a Function) -> Func {
        self.id = Some(f);
        self.f.is_async = true;
        let env = self.env.clone();
        self.f.ret = Slot::MIXED;
        self.receiver_param(f, ast);
        self.bind_params(ast, f, &env);
        self.body(ast);
        self.end_of_body();
        self.f
    }

    /// Returns undefined at the end of a body; where that is no value of the result's type, control can't come here.
    fn end_of_body(&mut self) {
        match self.f.ret {
            Slot::VOID => self.ret(NOTHING),
            slot if slot.has_ref() => {
                let val = self.nullish(slot, 0);
                self.ret(val);
            }
            _ => self.trap(raya_bytecode::isa::Trap::Unreachable),
        }
    }

    /// Adds the parameters and runs their defaults and patterns.
    pub fn bind_params(&mut self, ast: &'a Function, f: FnId, env: &Env) {
        let (slots, _) = self.p.signature(f, env);
        let vals: Vec<Val> = slots.iter().map(|&slot| self.param(slot)).collect();
        for (i, (param, val)) in ast.params.iter().zip(vals).enumerate() {
            self.span = param.span;
            let ty = self.p.checked.functions[f.index()].params[i].ty;
            if let (PatternKind::Name(binding, _), None) = (&param.pattern.kind, &param.default) {
                let slot = self.binding_slot(*binding);
                if slot == val.slot && !self.p.scopes.cells.contains(binding) {
                    self.places
                        .insert(*binding, super::function::Place::Local(val));
                    continue;
                }
            }
            let want = match (&param.pattern.kind, &param.default) {
                (PatternKind::Name(binding, _), _) => self.binding_slot(*binding),
                (_, Some(_)) => self.slot(ty),
                _ => val.slot,
            };
            let val = match &param.default {
                Some(_) => self.with_default(val, param.default.as_ref(), want),
                None => val,
            };
            self.bind(&param.pattern, val, ty);
        }
    }

    /// Runs a function's body.
    pub fn body(&mut self, ast: &'a Function) {
        match &ast.body {
            Some(FnBody::Block(body)) => self.stmts(body),
            Some(FnBody::Expr(e)) => {
                self.span = e.span;
                let val = match self.ret_type {
                    _ if self.f.ret == Slot::VOID && !self.f.is_async => {
                        self.effect(e);
                        NOTHING
                    }
                    Some(ty) => self.expr_to(e, ty),
                    None => self.lenient(e),
                };
                let val = self.convert(val, self.f.ret);
                self.ret(val);
            }
            None => {}
        }
    }

    /// A closure's function that calls a function without captures.
    fn lower_wrapper(mut self, f: FnId, key: &FuncKey) -> Func {
        let env = self.env.clone();
        let (params, ret) = self.p.signature(f, &env);
        self.wrapper_params(key);
        self.f.ret = ret;
        let args: Vec<Val> = params.iter().map(|&slot| self.param(slot)).collect();
        let ast = self.p.ast(f);
        let val = if ast.body.is_some() {
            let function = self.p.function(FuncKey::Plain(f, env));
            self.call(Op::Call, ret, function, 0, &args)
        } else {
            self.intrinsic_value(f, &args)
        };
        let val = self.convert(val, ret);
        self.ret(val);
        self.f
    }

    /// Lowers `String(x)` of a value of which nothing is known.
    fn lower_text(mut self) -> Func {
        let val = self.param(Slot::MIXED);
        self.f.ret = Slot::STR;
        let (object, own, plain) = (self.block(), self.block(), self.block());
        let test = u32::from(Slot::OBJECT.0);
        let is_object = self.def(Op::IsType, Slot::BOOL, val.r.0, test);
        self.branch(Op::JTrue, is_object.n.0, 0, object, plain);
        self.start(object);
        let name: Name = "toString".into();
        let member = self.p.member(&name);
        let object = self.convert(val, Slot::OBJECT);
        let has = self.def(Op::HasMember, Slot::BOOL, object.r.0, member);
        self.branch(Op::JTrue, has.n.0, 0, own, plain);
        self.start(own);
        let text = self.dynamic_call(Op::CallMember, object, Some(&name), &[], Slot::STR, &[]);
        self.ret(text);
        self.start(plain);
        let text = self.builtin(raya_bytecode::builtins::Builtin::ToStr, &[val]);
        self.ret(text);
        self.f
    }

    fn wrapper_params(&mut self, key: &FuncKey) {
        let class = self.p.closure_class(key.clone(), Vec::new());
        self.param(Slot::class(class));
        self.f.is_method = true;
    }

    fn lower_host_wrapper(mut self, index: u32, key: &FuncKey) -> Func {
        self.wrapper_params(key);
        let (params, ret) = self.host_slots(index);
        self.f.ret = ret;
        let args: Vec<Val> = params.iter().map(|&slot| self.param(slot)).collect();
        let (val, _) = self.call_host_with(index, &args);
        self.ret(val);
        self.f
    }
}

impl Program<'_> {
    /// Whether a function's first parameter is its closure: function expressions and what captures.
    pub fn takes_closure(&self, f: FnId, ast: &Function) -> bool {
        let is_member = self.checked.functions[f.index()].class.is_some();
        !is_member && (ast.form != FunctionForm::Declaration || self.scopes.is_closure(f))
    }
}
