//! Calls: of functions, methods, closures, constructors and host functions.
//!
//! A method is called directly unless a class below overrides it; then, and on structural types, it is found by
//! name at run time, which also adapts signatures that differ.

use super::function::{Fx, NOTHING, Val};
use super::program::{FuncKey, ImportSpec, ImportType};
use super::repr::{Env, kind};
use crate::ast::*;
use crate::checked::{CallParam, CallSig, HandleClass, MemberRes, Resolution};
use crate::types::Type;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// The signature that the checker found for a call.
    pub fn call_sig(&self, e: &Expr) -> &'a CallSig {
        self.p.checked.calls[e.id.index()]
            .as_ref()
            .expect("a checked call has a signature")
    }

    /// `f(a)`, `a.m(b)`, `f?.(a)`
    pub fn call_expr(
        &mut self,
        e: &'a Expr,
        callee: &'a Expr,
        args: &'a [Arg],
        optional: bool,
    ) -> Val {
        let sig = self.call_sig(e);
        match &callee.kind {
            ExprKind::Ident(_) => {
                let resolution = self.p.checked.resolutions[callee.id.index()];
                if let Some(val) = self.call_named(resolution, sig, args, e) {
                    return val;
                }
            }
            ExprKind::Member {
                object,
                optional: cut,
                ..
            } => {
                if let Some(res) = self.member_res(callee)
                    && let Some(val) = self.call_member(e, res, object, *cut, args, optional)
                {
                    return val;
                }
            }
            _ => {}
        }
        let rest: Vec<&'a Expr> = args.iter().map(arg_expr).collect();
        let val = self.operand(callee, &rest);
        if optional {
            self.cut_short_if_nullish(val);
        }
        self.call_closure(val, sig, args)
    }

    /// A call of what a name means; `None` for a variable.
    fn call_named(
        &mut self,
        resolution: Option<Resolution>,
        sig: &'a CallSig,
        args: &'a [Arg],
        e: &'a Expr,
    ) -> Option<Val> {
        match resolution? {
            Resolution::Function(f) => Some(self.call_function(f, sig, args)),
            Resolution::Binding(binding) => {
                let f = *self.p.scopes.generics.get(&binding)?;
                let closure = self.read_binding(binding);
                Some(self.call_known_closure(f, closure, sig, args))
            }
            Resolution::Host(index) => Some(self.call_host(index, sig, args)),
            Resolution::Class(class) => Some(self.call_class(class, sig, args, e)),
            _ => None,
        }
    }

    /// `String(x)`, `Number(x)`, `Boolean(x)`; `Array(n)` and `Error(m)` mean `new`.
    fn call_class(
        &mut self,
        class: ClassId,
        sig: &'a CallSig,
        args: &'a [Arg],
        e: &'a Expr,
    ) -> Val {
        let known = self.p.checked.known;
        let first = args.first().map(arg_expr);
        if class == known.string {
            let Some(arg) = first else {
                return self.string("");
            };
            let ty = self.type_of(arg);
            let val = self.lenient(arg);
            return self.text_of(val, ty);
        }
        if class == known.number {
            let Some(arg) = first else {
                return self.number(0.0);
            };
            let val = self.lenient(arg);
            return self.number_of(val);
        }
        if class == known.boolean {
            return match first {
                Some(arg) => self.truth(arg),
                None => self.boolean(false),
            };
        }
        self.construct(e, class, sig, args)
    }

    /// A call of a declared function.
    fn call_function(&mut self, f: FnId, sig: &'a CallSig, args: &'a [Arg]) -> Val {
        let ast = self.p.ast(f);
        if ast.body.is_none() {
            return self.intrinsic(&ast.name.clone(), None, sig, args);
        }
        if self.p.takes_closure(f, ast) {
            let closure = self.function_value(f);
            return self.call_known_closure(f, closure, sig, args);
        }
        let own = self.p.kinds(&sig.type_args, &self.env.clone());
        let env = self.p.function_env(f, &self.env, &own);
        let (params, ret) = self.p.signature(f, &env);
        let copies = std::mem::replace(&mut self.copies_arrays, self.p.is_prelude(ast.span.file));
        let args = self.arguments(args, &sig.params, &params);
        self.copies_arrays = copies;
        let function = self.p.function(FuncKey::Plain(f, env));
        self.call(Op::Call, ret, function, 0, &args)
    }

    /// A call of a closure whose function is known: of a generic one, its instance for these type arguments.
    fn call_known_closure(
        &mut self,
        f: FnId,
        closure: Val,
        sig: &'a CallSig,
        args: &'a [Arg],
    ) -> Val {
        let shared = self.p.function_env(f, &self.env, &[]);
        let class = self.closure_class_of(f, &shared);
        let closure = self.convert(closure, Slot::class(class));
        let own = self.p.kinds(&sig.type_args, &self.env.clone());
        let env = self.p.function_env(f, &self.env, &own);
        let (params, ret) = self.p.signature(f, &env);
        let mut all = vec![closure];
        all.extend(self.arguments(args, &sig.params, &params));
        let function = self.p.function(FuncKey::Plain(f, env));
        self.call(Op::Call, ret, function, 0, &all)
    }

    /// The result of a call by signature: what a `void` function gives is seen by whoever looks at it.
    fn dynamic_ret(&mut self, sig: &'a CallSig, env: &Env) -> Slot {
        let discards = std::mem::take(&mut self.discards);
        match self.p.ret_slot(sig.ret, env) {
            Slot::VOID if !discards => Slot::MIXED,
            slot => slot,
        }
    }

    /// A call of a function value.
    pub fn call_closure(&mut self, callee: Val, sig: &'a CallSig, args: &'a [Arg]) -> Val {
        let closure = self.convert(callee, Slot::FUNC);
        let env = self.env.clone();
        let params: Vec<Slot> = sig
            .params
            .iter()
            .map(|p| self.p.param_slot(p, &env))
            .collect();
        let ret = self.dynamic_ret(sig, &env);
        let args = self.arguments(args, &sig.params, &params);
        self.dynamic_call(Op::CallClosure, closure, None, &params, ret, &args)
    }

    /// A call whose target is found at run time: `member` is the method's name.
    pub fn dynamic_call(
        &mut self,
        op: Op,
        receiver: Val,
        member: Option<&Name>,
        params: &[Slot],
        ret: Slot,
        args: &[Val],
    ) -> Val {
        let mut kinds = vec![Slot::ANY];
        kinds.extend(params.iter().map(|&p| kind(p)));
        let result = if ret == Slot::VOID { ret } else { kind(ret) };
        let sig = self.p.sig(&kinds, result);
        let receiver = match member {
            Some(_) => self.as_object(receiver),
            None => receiver,
        };
        let mut all = vec![receiver];
        all.extend(args);
        let val = match member {
            Some(name) => {
                let member = self.p.member(name);
                self.call(op, result, member, sig, &all)
            }
            None => self.call(op, result, sig, 0, &all),
        };
        self.convert(val, ret)
    }

    /// A call of a member; `None` if the member is a value to be called like any other.
    fn call_member(
        &mut self,
        e: &'a Expr,
        res: &'a MemberRes,
        object: &'a Expr,
        cut: bool,
        args: &'a [Arg],
        optional: bool,
    ) -> Option<Val> {
        let sig = self.call_sig(e);
        match res {
            MemberRes::Module(resolution) => self.call_named(Some(*resolution), sig, args, e),
            MemberRes::StaticMethod(class, f) => {
                let ast = self.p.ast(*f);
                if ast.body.is_none() {
                    let name = format!("{}.{}", self.p.class_name(*class), ast.name);
                    return Some(self.intrinsic(&name, None, sig, args));
                }
                Some(self.call_function(*f, sig, args))
            }
            MemberRes::Method(class, f) => {
                let rest: Vec<&'a Expr> = args.iter().map(arg_expr).collect();
                let val = if cut {
                    let val = self.lenient(object);
                    self.keep(val, object, &rest)
                } else {
                    self.operand(object, &rest)
                };
                if cut {
                    self.cut_short_if_nullish(val);
                }
                let ty = self.type_of(object);
                Some(self.call_method(val, ty, object, *class, *f, sig, args))
            }
            MemberRes::Structural(name) if !optional => {
                let rest: Vec<&'a Expr> = args.iter().map(arg_expr).collect();
                let val = self.operand(object, &rest);
                if cut {
                    self.cut_short_if_nullish(val);
                }
                let env = self.env.clone();
                let params: Vec<Slot> = sig
                    .params
                    .iter()
                    .map(|p| self.p.param_slot(p, &env))
                    .collect();
                let ret = self.dynamic_ret(sig, &env);
                let object = self.convert(val, Slot::ANY);
                let args = self.arguments(args, &sig.params, &params);
                Some(self.dynamic_call(Op::CallMember, object, Some(name), &params, ret, &args))
            }
            _ => None,
        }
    }

    /// A call of a method of a class, be it of an array, string or number.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one call expression"
    )]
    fn call_method(
        &mut self,
        val: Val,
        ty: crate::types::TypeId,
        object: &'a Expr,
        class: ClassId,
        f: FnId,
        sig: &'a CallSig,
        args: &'a [Arg],
    ) -> Val {
        if let Some(handles) = self.p.handle_class(class) {
            return self.call_handle(handles, val, f, sig, args);
        }
        let ast = self.p.ast(f);
        let name = ast.name.clone();
        if self.is_primitive_class(class) {
            let this = self.primitive_receiver(val, object, class);
            if ast.body.is_none() {
                let name = format!("{}.{}", self.p.class_name(class), name);
                return self.intrinsic(&name, Some(this), sig, args);
            }
            let env = self.receiver_env(this, None, f);
            return self.call_direct(f, &env, this, sig, args);
        }
        if self.is_unknown_instance(val, ty, class) {
            let inst = self.instance_for(ty, class);
            let env = self.receiver_env(val, Some(inst), f);
            let env = self.p.function_env(f, &env, &[]);
            let (params, ret) = self.p.signature(f, &env);
            let args = self.arguments(args, &sig.params, &params);
            return self.dynamic_call(Op::CallMember, val, Some(&name), &params, ret, &args);
        }
        let (this, inst) = self.receiver(val, ty, class);
        let env = self.receiver_env(this, Some(inst), f);
        // What the most derived class known statically has below it decides.
        let known = val.slot.as_class().unwrap_or(inst);
        if self.is_dynamic(known, &name, Some(f)) {
            let env = self.p.function_env(f, &env, &[]);
            let (params, ret) = self.p.signature(f, &env);
            let args = self.arguments(args, &sig.params, &params);
            return self.dynamic_call(Op::CallMember, this, Some(&name), &params, ret, &args);
        }
        self.call_direct(f, &env, this, sig, args)
    }

    /// The array, typed array, string, number, boolean or promise that a method is called on.
    fn primitive_receiver(&mut self, val: Val, object: &'a Expr, class: ClassId) -> Val {
        let known = self.p.checked.known;
        let slot = if known.is_typed(class) {
            self.object_slot(object)
        } else if class == known.array {
            let slot = self.object_slot(object);
            match self.tuple_array_slot(slot) {
                Some(array) => {
                    let tuple = self.convert(val, slot);
                    return self.convert(tuple, array);
                }
                None => slot,
            }
        } else if class == known.string {
            Slot::STR
        } else if class == known.number {
            Slot::F64
        } else if class == known.boolean {
            Slot::BOOL
        } else {
            Slot::PROMISE
        };
        self.convert(val, slot)
    }

    /// A direct call of a method in the environment of its class.
    pub fn call_direct(
        &mut self,
        f: FnId,
        class_env: &Env,
        this: Val,
        sig: &'a CallSig,
        args: &'a [Arg],
    ) -> Val {
        let own = self.p.kinds(&sig.type_args, &self.env.clone());
        let env = self.p.function_env(f, class_env, &own);
        let (params, ret) = self.p.signature(f, &env);
        let mut all = vec![this];
        all.extend(self.arguments(args, &sig.params, &params));
        let function = self.p.function(FuncKey::Plain(f, env));
        self.call(Op::Call, ret, function, 0, &all)
    }

    /// `super.m(a)`
    pub fn super_method(&mut self, e: &'a Expr, name: &Name, args: &'a [Arg]) -> Val {
        let Some(MemberRes::Method(class, f)) = self.member_res(e) else {
            return self.refuse(
                4015,
                e.span,
                &format!("`super.{name}` is no method"),
                "call a method of the class above",
            );
        };
        let this = self.this();
        let inst = this.slot.as_class();
        let Some(inst) = inst.and_then(|i| self.p.ancestor(i, *class)) else {
            return self.refuse(
                4015,
                e.span,
                "`super` has no meaning here",
                "use it in methods of a class that extends another",
            );
        };
        let env = self.receiver_env(this, Some(inst), *f);
        let sig = self.call_sig(e);
        self.call_direct(*f, &env, this, sig, args)
    }

    /// `super(a)`, followed by the initialisers of the class's own fields.
    pub fn super_call(&mut self, e: &'a Expr, args: &'a [Arg]) -> Val {
        let this = self.this();
        let own = self.class;
        if let Some(base) = own.and_then(|c| self.p.classes[c as usize].base) {
            let (params, function) = self.constructor(base);
            let mut all = vec![this];
            let sig = self.call_sig(e);
            all.extend(self.arguments(args, &sig.params, &params));
            if let Some(function) = function {
                self.call(Op::Call, Slot::VOID, function, 0, &all);
            }
        }
        if let Some(class) = self.after_super {
            self.initialize_fields(class);
        }
        NOTHING
    }

    /// `new C(a)`
    pub fn new_expr(&mut self, e: &'a Expr, callee: &'a Expr, args: &'a [Arg]) -> Val {
        let sig = self.call_sig(e);
        let resolution = match self.member_res(callee) {
            Some(MemberRes::Module(resolution)) => Some(*resolution),
            _ => self.p.checked.resolutions[callee.id.index()],
        };
        match resolution {
            Some(Resolution::Class(class)) => self.construct(e, class, sig, args),
            _ => self.refuse(
                4008,
                e.span,
                "only a class named directly can be made",
                "write `new` with the class's name",
            ),
        }
    }

    fn construct(&mut self, e: &'a Expr, class: ClassId, sig: &'a CallSig, args: &'a [Arg]) -> Val {
        let slot = self.slot_of(e);
        let known = self.p.checked.known;
        if class == known.array {
            return self.new_array_expr(slot, args);
        }
        if let Some(element) = known.element(class) {
            return self.new_typed(element, args);
        }
        if class == known.promise {
            let promise = self.builtin(raya_bytecode::builtins::Builtin::PromiseNew, &[]);
            let args = self.arguments(args, &sig.params, &[Slot::FUNC]);
            let function = self.p.function(FuncKey::PromiseConstructor);
            self.call(Op::Call, Slot::VOID, function, 0, &[promise, args[0]]);
            return promise;
        }
        if self.p.is_hash_index(class) {
            return self.builtin(raya_bytecode::builtins::Builtin::HashNew, &[]);
        }
        let inst = match slot.as_class() {
            Some(inst) if self.p.ancestor(inst, class) == Some(inst) => inst,
            _ => {
                let ty = self.p.checked.as_types[e.id.index()];
                match ty.map(|t| self.slot(t)).and_then(|s| s.as_class()) {
                    Some(inst) => inst,
                    None => self.p.class_inst(class, Vec::new()),
                }
            }
        };
        let (params, function) = self.constructor(inst);
        let mut all = self.arguments(args, &sig.params, &params);
        let object = self.new_object(inst);
        if let Some(function) = function {
            all.insert(0, object);
            self.call(Op::Call, Slot::VOID, function, 0, &all);
        }
        object
    }

    /// What `new` passes to the constructor of a class instance, and its function if there is anything to do.
    pub fn constructor(&mut self, inst: u16) -> (Vec<Slot>, Option<u32>) {
        let params = self.p.constructor_params(inst);
        let needed = self.p.needs_constructor(inst);
        let function = needed.then(|| self.p.function(FuncKey::Constructor(inst)));
        (params, function)
    }

    // Host functions.

    fn import(&mut self, index: u32) -> (u32, Vec<Slot>, Slot) {
        let host = &self.p.checked.host_functions[index as usize];
        let Type::Function(ty) = self.p.ty(host.ty) else {
            unreachable!("a host function has a function type")
        };
        let empty = Env::empty();
        let mut params = Vec::new();
        for p in &ty.params {
            let param = CallParam {
                ty: p.ty,
                optional: p.optional,
                rest: p.rest,
            };
            params.push(self.p.param_slot(&param, &empty));
        }
        let ret = self.p.ret_slot(ty.ret, &empty);
        let spec = ImportSpec {
            module: host.module.clone(),
            name: host.name.clone(),
            params: params.clone(),
            ret,
            ty: ImportType::Declared(host.ty),
            at: (host.span.file, host.span.start),
        };
        (self.p.imports.id(spec), params, ret)
    }

    /// A call of a method of a handle: of the import `Class.method`, with the handle first.
    fn call_handle(
        &mut self,
        handles: &'a HandleClass,
        val: Val,
        f: FnId,
        sig: &'a CallSig,
        args: &'a [Arg],
    ) -> Val {
        let checked = self.p.checked;
        let empty = Env::empty();
        let methods = &checked.classes[handles.class.index()].methods;
        let method = methods.iter().find(|m| m.1 == f).map_or("?", |m| &m.0);
        let info = &checked.functions[f.index()];
        let mut params = vec![Slot::HANDLE];
        for param in &info.params {
            params.push(self.p.param_slot(param, &empty));
        }
        let ret = self.p.ret_slot(info.ret, &empty);
        let this = self.convert(val, Slot::HANDLE);
        let mut vals = vec![this];
        vals.extend(self.arguments(args, &sig.params, &params[1..]));
        let class = Type::Class(handles.class, Vec::new());
        let class = checked
            .types
            .find(&class)
            .expect("the receiver has this type");
        let types = std::iter::once(class).chain(info.params.iter().map(|p| p.ty));
        let import = self.p.imports.id(ImportSpec {
            module: handles.module.clone(),
            name: format!("{}.{method}", handles.name).into(),
            params,
            ret,
            ty: ImportType::Parts(types.collect(), info.ret),
            at: (self.span.file, self.span.start),
        });
        self.call(Op::CallHost, ret, import, 0, &vals)
    }

    fn call_host(&mut self, index: u32, sig: &'a CallSig, args: &'a [Arg]) -> Val {
        let (import, params, ret) = self.import(index);
        let args = self.arguments(args, &sig.params, &params);
        self.call(Op::CallHost, ret, import, 0, &args)
    }

    /// A host function called with values at hand.
    pub fn call_host_with(&mut self, index: u32, args: &[Val]) -> (Val, Vec<Slot>) {
        let (import, params, ret) = self.import(index);
        let args: Vec<Val> = args
            .iter()
            .zip(&params)
            .map(|(&a, &slot)| self.convert(a, slot))
            .collect();
        (self.call(Op::CallHost, ret, import, 0, &args), params)
    }

    /// The slots of a host function.
    pub fn host_slots(&mut self, index: u32) -> (Vec<Slot>, Slot) {
        let (_, params, ret) = self.import(index);
        (params, ret)
    }

    // Arguments.

    /// The arguments of a call: converted to the callee's slots, missing ones undefined, surplus ones only run.
    pub fn arguments(&mut self, args: &'a [Arg], params: &[CallParam], slots: &[Slot]) -> Vec<Val> {
        self.discards = false;
        let mut vals = Vec::with_capacity(slots.len());
        let mut next = 0;
        for (param, &slot) in params.iter().zip(slots) {
            if param.rest {
                vals.push(self.rest_array(&args[next.min(args.len())..], param, slot));
                next = args.len();
                continue;
            }
            let Some(arg) = args.get(next) else {
                let missing = self.missing(param, slot);
                vals.push(missing);
                continue;
            };
            if let Arg::Spread(e) = arg {
                return self.spread_tuple(e, vals, &slots[next..]);
            }
            let e = arg_expr(arg);
            next += 1;
            let later: Vec<&'a Expr> = args[next..].iter().map(arg_expr).collect();
            let val = self.argument(e, param, slot);
            vals.push(self.keep(val, e, &later));
        }
        for arg in &args[next.min(args.len())..] {
            self.effect(arg_expr(arg));
        }
        // A callee that takes more than the call's signature says gets undefined.
        for &slot in &slots[vals.len()..] {
            let missing = self.zero(slot);
            vals.push(missing);
        }
        vals
    }

    /// What stands for an argument that is left out: undefined, or for a `__Type<T>` what `T` is.
    fn missing(&mut self, param: &CallParam, slot: Slot) -> Val {
        let token = self.p.checked.known.type_token;
        match self.p.ty(param.ty) {
            Type::Class(class, args) if *class == token => {
                let type_token = self.p.type_tokens.id((args[0], self.env.clone()));
                let number = self.def(Op::ConstD, Slot::F64, type_token, 0);
                self.convert(number, slot)
            }
            _ => self.zero(slot),
        }
    }

    fn argument(&mut self, e: &'a Expr, param: &CallParam, slot: Slot) -> Val {
        let val = if param.optional || self.p.admits_undefined(param.ty) {
            self.lenient(e)
        } else {
            self.raw(e)
        };
        let val = self.fit_function(val, e, param.ty);
        match e.kind {
            ExprKind::Undefined if slot.has_ref() => self.nullish(slot, 0),
            ExprKind::Null if slot.has_ref() => self.nullish(slot, 1),
            _ => {
                // Through the type that the call sees: it may be narrower than what the callee takes.
                let span = std::mem::replace(&mut self.span, e.span);
                let val = self.convert(val, slot);
                self.span = span;
                val
            }
        }
    }

    fn rest_array(&mut self, args: &'a [Arg], param: &CallParam, slot: Slot) -> Val {
        if let [Arg::Spread(e)] = args {
            // A fresh copy: the callee may change it.
            let array = self.new_array(slot, 0);
            self.append_all(array, e);
            return array;
        }
        let element = match self.p.ty(param.ty) {
            Type::Array(element) | Type::ReadonlyArray(element) => Some(*element),
            _ => None,
        };
        let array = self.new_array(slot, 0);
        for arg in args {
            match (arg, element) {
                (Arg::Spread(e), _) => self.append_all(array, e),
                (Arg::Expr(e), Some(ty)) => {
                    let val = self.expr_to(e, ty);
                    self.push_element(array, val);
                }
                (Arg::Expr(e), None) => {
                    let val = self.lenient(e);
                    self.push_element(array, val);
                }
            }
        }
        array
    }

    /// `f(...tuple)`
    fn spread_tuple(&mut self, e: &'a Expr, mut vals: Vec<Val>, slots: &[Slot]) -> Vec<Val> {
        let tuple = self.expr(e);
        let class = match tuple.slot.as_class() {
            Some(class) => class,
            None => {
                self.refuse(
                    4016,
                    e.span,
                    "only a tuple can be spread into parameters that are no rest parameter",
                    "declare it as a tuple, or the function with `...rest`",
                );
                for &slot in slots {
                    let zero = self.zero(slot);
                    vals.push(zero);
                }
                return vals;
            }
        };
        let count = self.p.fields(class).len();
        for (i, &slot) in slots.iter().enumerate() {
            let val = if i < count {
                let val = self.get_field(tuple.r, class, i as u32);
                self.convert(val, slot)
            } else {
                self.zero(slot)
            };
            vals.push(val);
        }
        vals
    }

    /// What a class's own `toString` gives, if the static type has one.
    pub fn user_text(&mut self, val: Val, ty: crate::types::TypeId) -> Option<Val> {
        if self.p.admits_nullish(ty) {
            return None;
        }
        if super::repr::is_array(val.slot) {
            return self.array_text(val);
        }
        let name: Name = "toString".into();
        if val.slot == Slot::OBJECT && self.property_type(ty, &name).is_some() {
            return Some(self.dynamic_call(Op::CallMember, val, Some(&name), &[], Slot::STR, &[]));
        }
        let inst = val.slot.as_class()?;
        let mut next = Some(inst);
        while let Some(class) = next {
            let declared = self.p.classes[class as usize].declared.clone()?.0;
            let info = &self.p.checked.classes[declared.index()];
            if let Some(method) = info.methods.iter().find(|m| *m.0 == *name) {
                if self.is_dynamic(inst, &name, Some(method.1)) {
                    return Some(self.dynamic_call(
                        Op::CallMember,
                        val,
                        Some(&name),
                        &[],
                        Slot::STR,
                        &[],
                    ));
                }
                let (receiver, _) = self.receiver(val, ty, declared);
                let env = self.receiver_env(receiver, Some(class), method.1);
                let function = self.p.function(FuncKey::Plain(method.1, env));
                return Some(self.call(Op::Call, Slot::STR, function, 0, &[receiver]));
            }
            next = self.p.classes[class as usize].base;
        }
        None
    }

    /// An array as text: its prelude `toString`.
    fn array_text(&mut self, val: Val) -> Option<Val> {
        let array = self.p.checked.known.array;
        let methods = &self.p.checked.classes[array.index()].methods;
        let f = methods.iter().find(|m| &*m.0 == "toString")?.1;
        self.p.ast(f).body.as_ref()?;
        let env = self.receiver_env(val, None, f);
        let env = self.p.function_env(f, &env, &[]);
        let function = self.p.function(FuncKey::Plain(f, env));
        Some(self.call(Op::Call, Slot::STR, function, 0, &[val]))
    }
}

/// The expression of an argument.
pub fn arg_expr(arg: &Arg) -> &Expr {
    match arg {
        Arg::Expr(e) | Arg::Spread(e) => e,
    }
}
