//! Loops, and going over what can be iterated.
//!
//! A loop's test stands in front of it and again at its end, so that each turn takes one jump and, without
//! `continue`, is one run of blocks that nothing else jumps into. A `let` of a `for` that closures share has a
//! cell of its own for each turn.

use super::function::{Fx, Place, Val};
use super::program::FuncKey;
use super::repr::{element_of, is_indexed};
use crate::ast::*;
use crate::mir::BlockId;
use crate::types::{Type, TypeId};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

/// The body of a loop over something: called once with each element.
type EachElement<'a, 'f, 'p> = &'f mut dyn FnMut(&mut Fx<'a, 'p>, Val);

impl<'a, 'p> Fx<'a, 'p> {
    /// `while`
    pub fn while_loop(&mut self, test: &'a Expr, body: &'a Stmt) {
        let (top, check, exit) = (self.block(), self.block(), self.block());
        self.cond(test, top, exit);
        self.enter(exit, Some(check), true);
        self.start(top);
        self.stmt(body);
        self.scopes.pop();
        self.start(check);
        self.cond(test, top, exit);
        self.start(exit);
    }

    /// `do … while`
    pub fn do_while(&mut self, body: &'a Stmt, test: &'a Expr) {
        let (top, check, exit) = (self.block(), self.block(), self.block());
        self.enter(exit, Some(check), true);
        self.start(top);
        self.stmt(body);
        self.scopes.pop();
        self.start(check);
        self.cond(test, top, exit);
        self.start(exit);
    }

    /// `for (init; test; update)`
    pub fn for_loop(
        &mut self,
        init: Option<&'a ForInit>,
        test: Option<&'a Expr>,
        update: Option<&'a Expr>,
        body: &'a Stmt,
    ) {
        let labels = std::mem::take(&mut self.labels);
        let mut own = Vec::new();
        match init {
            Some(ForInit::Var(decl)) => {
                self.var(decl);
                for d in &decl.declarators {
                    if let PatternKind::Name(binding, _) = d.pattern.kind {
                        own.push(binding);
                    }
                }
            }
            Some(ForInit::Expr(e)) => self.effect(e),
            None => {}
        }
        self.labels = labels;
        let (top, next, exit) = (self.block(), self.block(), self.block());
        match test {
            Some(test) => self.cond(test, top, exit),
            None => self.jump(top),
        }
        self.enter(exit, Some(next), true);
        self.start(top);
        self.stmt(body);
        self.scopes.pop();
        self.start(next);
        self.renew_cells(&own);
        if let Some(update) = update {
            self.effect(update);
        }
        match test {
            Some(test) => self.cond(test, top, exit),
            None => self.jump(top),
        }
        self.start(exit);
    }

    /// Gives each variable that closures share a new cell with the same value.
    fn renew_cells(&mut self, own: &[BindingId]) {
        for binding in own {
            if let Some(&Place::Cell(cell, class)) = self.places.get(binding) {
                let fresh = self.new_object(class);
                for index in 0..self.p.fields(class).len() {
                    let val = self.get_field(cell, class, index as u32);
                    self.set_field(fresh.r, class, index as u32, val);
                }
                self.emit(Op::MovR, cell.0, fresh.r.0, 0);
            }
        }
    }

    /// `for (const x of xs)`
    pub fn for_of(
        &mut self,
        pattern: &'a Pattern,
        iterable: &'a Expr,
        is_await: bool,
        body: &'a Stmt,
    ) {
        let labels = std::mem::take(&mut self.labels);
        let val = self.raw(iterable);
        let slot = self.object_slot(iterable);
        let val = self.convert(val, slot);
        let val = self.copy(val);
        let ty = self.type_of(iterable);
        let element = self.iterated_type(ty).unwrap_or(ty);
        self.labels = labels;
        let mut each = |fx: &mut Fx<'a, 'p>, item: Val| {
            let item = if is_await { fx.await_value(item) } else { item };
            let item = match pattern.kind {
                PatternKind::Name(..) => item,
                _ => fx.convert_to_type(item, element),
            };
            fx.bind(pattern, item, element);
            fx.stmt(body);
        };
        self.iterate_value(val, ty, &mut each);
    }

    /// What `await` gives for a value.
    fn await_value(&mut self, val: Val) -> Val {
        let mixed = self.convert(val, Slot::MIXED);
        let result = self.fresh(Slot::MIXED);
        let mut inst =
            crate::mir::Inst::new(Op::Await, [result.n.0, result.r.0, mixed.r.0], self.span);
        inst.x[3] = mixed.n.0;
        self.push(inst);
        result
    }

    /// The type of what iterating a type gives, where it is known without substitution.
    fn iterated_type(&self, ty: TypeId) -> Option<TypeId> {
        match self.p.ty(ty) {
            Type::Array(element) | Type::ReadonlyArray(element) => Some(*element),
            Type::String | Type::StringLit(_) => Some(ty),
            Type::Tuple { elems, .. } => elems.first().copied(),
            Type::Class(class, _) if self.p.checked.known.is_typed(*class) => {
                self.p.checked.types.find(&Type::Number)
            }
            Type::Class(_, args) if args.len() == 1 => args.first().copied(),
            Type::Class(class, args) if *class == self.p.checked.known.map => {
                let entry = Type::Tuple {
                    elems: args.clone(),
                    required: 2,
                };
                self.p.checked.types.find(&entry)
            }
            Type::Union(members) => members.iter().find_map(|&m| self.iterated_type(m)),
            _ => None,
        }
    }

    /// The slot of what iterating a value gives.
    pub fn iterated_slot(&mut self, ty: TypeId, slot: Slot) -> Slot {
        if is_indexed(slot) {
            return element_of(slot);
        }
        if slot == Slot::STR {
            return Slot::ANY;
        }
        match self.iterated_type(ty) {
            Some(ty) => super::repr::kind(self.slot(ty)),
            None => Slot::ANY,
        }
    }

    /// Runs `each` for every element of an array, typed array, tuple, string, Map, Set or iterator. Takes the labels in front of it.
    pub fn iterate_value(&mut self, val: Val, ty: TypeId, each: EachElement<'a, '_, 'p>) {
        if let Some(slot) = self.tuple_array_slot(val.slot) {
            let array = self.convert(val, slot);
            return self.iterate_array(array, None, each);
        }
        if is_indexed(val.slot) {
            let want = self.iterated_type(ty).map(|t| self.slot(t));
            return self.iterate_array(val, want, each);
        }
        if val.slot == Slot::STR
            && let Some(points) = self.prelude_call(val, "__codePoints")
        {
            return self.iterate_array(points, Some(Slot::STR), each);
        }
        let known = self.p.checked.known;
        let inst = val.slot.as_class();
        let iterator = match inst {
            Some(c) if self.p.ancestor(c, known.map).is_some() => self.prelude_call(val, "entries"),
            Some(c) if self.p.ancestor(c, known.set).is_some() => self.prelude_call(val, "values"),
            Some(_) => Some(val),
            None => None,
        };
        match iterator {
            Some(iterator) if iterator.slot.as_class().is_some() => {
                self.iterate_iterator(iterator, each);
            }
            _ => {
                self.refuse(
                    4021,
                    self.span,
                    "this can't be gone through",
                    "use an array, typed array, string, Map, Set or one of their iterators",
                );
            }
        }
    }

    /// Runs `each` for every element of an array, whose length is read again each time.
    pub fn iterate_array(&mut self, array: Val, want: Option<Slot>, each: EachElement<'a, '_, 'p>) {
        let index = self.fresh(Slot::I32);
        self.clear(index);
        let (top, next, exit) = (self.block(), self.block(), self.block());
        let length = self.def(Op::Len, Slot::I32, array.r.0, 0);
        self.branch(Op::JLtI, index.n.0, length.n.0, top, exit);
        self.enter(exit, Some(next), true);
        self.start(top);
        let item = self.get_element(array, index, want.unwrap_or(Slot::ANY));
        each(self, item);
        self.scopes.pop();
        self.start(next);
        self.emit(Op::AddWI, index.n.0, index.n.0, 1);
        let length = self.def(Op::Len, Slot::I32, array.r.0, 0);
        self.branch(Op::JLtI, index.n.0, length.n.0, top, exit);
        self.start(exit);
    }

    fn iterate_iterator(&mut self, iterator: Val, each: EachElement<'a, '_, 'p>) {
        let iterator = self.copy(iterator);
        let class = iterator.slot.as_class().expect("an iterator is an object");
        let fields = self.p.fields(class);
        let Some(current) = fields.iter().position(|f| &*f.name == "__current") else {
            self.refuse(
                4021,
                self.span,
                "this can't be gone through",
                "use an array, string, Map, Set or one of their iterators",
            );
            return;
        };
        let (top, check, exit): (BlockId, BlockId, BlockId) =
            (self.block(), self.block(), self.block());
        self.jump(check);
        self.enter(exit, Some(check), true);
        self.start(top);
        let item = self.get_field(iterator.r, class, current as u32);
        each(self, item);
        self.scopes.pop();
        self.start(check);
        let name: Name = "__advance".into();
        let more = self.dynamic_call(Op::CallMember, iterator, Some(&name), &[], Slot::BOOL, &[]);
        self.branch(Op::JTrue, more.n.0, 0, top, exit);
        self.start(exit);
    }

    /// Calls a method without parameters of a prelude class on a value.
    fn prelude_call(&mut self, val: Val, name: &str) -> Option<Val> {
        let known = self.p.checked.known;
        let (class, inst) = match val.slot.as_class() {
            Some(inst) => {
                let class = [known.map, known.set]
                    .into_iter()
                    .find(|&c| self.p.ancestor(inst, c).is_some())?;
                (class, self.p.ancestor(inst, class))
            }
            None => (known.string, None),
        };
        let methods = &self.p.checked.classes[class.index()].methods;
        let f = methods.iter().find(|m| &*m.0 == name)?.1;
        let env = self.receiver_env(val, inst, f);
        let env = self.p.function_env(f, &env, &[]);
        let (_, ret) = self.p.signature(f, &env);
        let function = self.p.function(FuncKey::Plain(f, env));
        Some(self.call(Op::Call, ret, function, 0, &[val]))
    }

    /// `for (const key in object)`: over the keys that the object's type declares.
    pub fn for_in(&mut self, pattern: &'a Pattern, object: &'a Expr, body: &'a Stmt) {
        let labels = std::mem::take(&mut self.labels);
        let ty = self.type_of(object);
        let val = self.raw(object);
        let names: Vec<(Name, bool)> = match self.props_of(ty) {
            Some((props, _)) => props.iter().map(|p| (p.name.clone(), p.optional)).collect(),
            None => {
                let slot = self.value_slot(ty);
                if is_indexed(slot) {
                    return self.for_in_array(pattern, val, labels, body);
                }
                match slot.as_class() {
                    Some(class) => {
                        let fields = self.p.fields(class);
                        fields.iter().map(|f| (f.name.clone(), false)).collect()
                    }
                    None => {
                        self.refuse(
                            4022,
                            object.span,
                            "the keys of this aren't known",
                            "use a Map and `for (const key of map.keys())`",
                        );
                        return;
                    }
                }
            }
        };
        let keys = self.new_array(Slot::ARR_REF, 0);
        for (name, optional) in names {
            let skip = self.block();
            if optional {
                let present = self.block();
                let part = self.get_named(val, &name, Slot::MIXED);
                self.branch(Op::JTag, part.r.0, 0, skip, present);
                self.start(present);
            }
            let key = self.string(&name);
            self.push_element(keys, key);
            self.start(skip);
        }
        self.labels = labels;
        let string = self.type_of(object);
        let mut each = |fx: &mut Fx<'a, 'p>, item: Val| {
            fx.bind(pattern, item, string);
            fx.stmt(body);
        };
        self.iterate_array(keys, Some(Slot::STR), &mut each);
    }

    fn for_in_array(&mut self, pattern: &'a Pattern, val: Val, labels: Vec<Name>, body: &'a Stmt) {
        let keys = self.new_array(Slot::ARR_REF, 0);
        let index = self.fresh(Slot::I32);
        self.clear(index);
        let (top, check, exit) = (self.block(), self.block(), self.block());
        self.jump(check);
        self.start(top);
        let key = self.builtin(Builtin::IntToStr, &[index]);
        self.push_element(keys, key);
        self.emit(Op::AddWI, index.n.0, index.n.0, 1);
        self.start(check);
        let length = self.def(Op::Len, Slot::I32, val.r.0, 0);
        self.branch(Op::JLtI, index.n.0, length.n.0, top, exit);
        self.start(exit);
        self.labels = labels;
        let ty = self.p.checked.bindings.first().map(|b| b.ty);
        let mut each = |fx: &mut Fx<'a, 'p>, item: Val| {
            if let Some(ty) = ty {
                fx.bind(pattern, item, ty);
            }
            fx.stmt(body);
        };
        self.iterate_array(keys, Some(Slot::STR), &mut each);
    }
}
