//! Expressions: values, conditions and effects.
//!
//! `raw` gives a value in the slot it naturally has; `expr` in the slot of its static type here; `expr_to` in that of
//! the type it is wanted at. An element out of range is undefined where the program asks (`lenient`), else a trap.

use super::function::{Fx, Val};
use super::repr::{is_array, is_indexed};
use crate::ast::*;
use crate::checked::{MemberRes, Resolution};
use crate::mir::{BlockId, NO_REG};
use crate::types::{EnumValue, TypeId};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::isa::{Op, Trap};
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// The value in the slot of the expression's type.
    pub fn expr(&mut self, e: &'a Expr) -> Val {
        let slot = self.slot_of(e);
        self.expr_as(e, slot)
    }

    /// The value in this slot.
    pub fn expr_as(&mut self, e: &'a Expr, slot: Slot) -> Val {
        let val = self.raw(e);
        self.settle(val, e, slot)
    }

    /// The value where this type is wanted: one that admits undefined lets elements be missing.
    pub fn expr_to(&mut self, e: &'a Expr, ty: TypeId) -> Val {
        let slot = self.slot(ty);
        let val = if let (ExprKind::Array(elems), true) = (&e.kind, self.widens_array(e, ty)) {
            // Built as what it is wanted as: its own type may be narrower.
            self.array_literal(ty, elems)
        } else if self.p.admits_undefined(ty) {
            self.lenient(e)
        } else {
            self.raw(e)
        };
        let val = self.fit_function(val, e, ty);
        self.settle(val, e, slot)
    }

    /// Whether an array literal is wanted as an array of another type.
    fn widens_array(&mut self, e: &'a Expr, ty: TypeId) -> bool {
        let own = self.type_of(e);
        let among = match self.p.ty(ty) {
            crate::types::Type::Union(members) => members.contains(&own),
            _ => ty == own,
        };
        !among && is_array(self.value_slot(ty))
    }

    /// Converts, seeing that undefined and null fit every reference.
    fn settle(&mut self, val: Val, e: &'a Expr, slot: Slot) -> Val {
        let span = std::mem::replace(&mut self.span, e.span);
        let ty = self.type_of(e);
        let val = match e.kind {
            ExprKind::Undefined if slot.has_ref() => self.nullish(slot, 0),
            ExprKind::Null if slot.has_ref() => self.nullish(slot, 1),
            _ if val.slot == Slot::ANY
                && slot.has_ref()
                && slot != Slot::MIXED
                && self.p.only_nullish(ty) =>
            {
                self.convert(val, slot)
            }
            _ => self.convert(val, slot),
        };
        self.span = span;
        val
    }

    /// The value, undefined if it is an element out of range.
    pub fn lenient(&mut self, e: &'a Expr) -> Val {
        match &e.kind {
            ExprKind::Index {
                object,
                index,
                optional,
            } if self.p.checked.members[e.id.index()].is_none() => {
                let span = std::mem::replace(&mut self.span, e.span);
                let val = self.element(e, object, index, *optional, true);
                self.span = span;
                val
            }
            ExprKind::OptionalChain(inner) => self.optional_chain(e, inner),
            _ => self.raw(e),
        }
    }

    /// Runs it for its effects.
    pub fn effect(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Update { target, .. } => {
                let span = std::mem::replace(&mut self.span, e.span);
                self.update(e, target, true);
                self.span = span;
            }
            ExprKind::Logical { op, left, right } if *op != LogicalOp::Coalesce => {
                let (run, end) = (self.block(), self.block());
                match op {
                    LogicalOp::And => self.cond(left, run, end),
                    _ => self.cond(left, end, run),
                }
                self.start(run);
                self.effect(right);
                self.start(end);
            }
            ExprKind::Cond {
                test,
                then,
                otherwise,
            } => {
                let (yes, no, end) = (self.block(), self.block(), self.block());
                self.cond(test, yes, no);
                self.start(yes);
                self.effect(then);
                self.jump(end);
                self.start(no);
                self.effect(otherwise);
                self.start(end);
            }
            ExprKind::Call { callee, .. } => {
                // Whatever the callee's own parts call is looked at.
                self.discards = matches!(callee.kind, ExprKind::Ident(_))
                    || matches!(&callee.kind, ExprKind::Member { object, .. } if is_plain(object));
                self.raw(e);
                self.discards = false;
            }
            _ => {
                self.raw(e);
            }
        }
    }

    /// The value in whichever slot it naturally has.
    pub fn raw(&mut self, e: &'a Expr) -> Val {
        let span = std::mem::replace(&mut self.span, e.span);
        let val = self.raw_inner(e);
        self.span = span;
        val
    }

    fn raw_inner(&mut self, e: &'a Expr) -> Val {
        match &e.kind {
            ExprKind::Number(value) => {
                if self.slot_of(e) == Slot::I32 && f64::from(*value as i32) == *value {
                    return self.int(*value as i32);
                }
                self.number(*value)
            }
            ExprKind::String(units) => {
                let index = self.p.strings.id(units.clone());
                self.def(Op::ConstS, Slot::STR, index, 0)
            }
            ExprKind::Bool(value) => self.boolean(*value),
            ExprKind::Null => self.nullish(Slot::ANY, 1),
            ExprKind::Undefined => self.nullish(Slot::ANY, 0),
            ExprKind::Ident(_) => {
                let resolution = self.p.checked.resolutions[e.id.index()];
                self.named(e, resolution)
            }
            ExprKind::This => self.this(),
            ExprKind::Template { texts, exprs } => self.template(texts, exprs),
            ExprKind::Regex { .. } => self.refuse(
                4007,
                e.span,
                "regular expressions don't exist yet",
                "use the methods of strings",
            ),
            ExprKind::Array(elems) => {
                let ty = self.type_of(e);
                self.array_literal(ty, elems)
            }
            ExprKind::Object(props) => self.object_literal(e, props),
            ExprKind::Function(function) => self.closure(function.id),
            ExprKind::Call {
                callee,
                args,
                optional,
                ..
            } => self.call_expr(e, callee, args, *optional),
            ExprKind::SuperCall(args) => self.super_call(e, args),
            ExprKind::SuperMethod { name, args } => self.super_method(e, name, args),
            ExprKind::New { callee, args, .. } => self.new_expr(e, callee, args),
            ExprKind::Member {
                object,
                name,
                optional,
            } => self.member(e, object, name, *optional),
            ExprKind::Index {
                object,
                index,
                optional,
            } => match &self.p.checked.members[e.id.index()] {
                Some(_) => self.member(e, object, &"".into(), *optional),
                None => self.element(e, object, index, *optional, false),
            },
            ExprKind::OptionalChain(inner) => self.optional_chain(e, inner),
            ExprKind::Unary { op, operand } => self.unary(e, *op, operand),
            ExprKind::Typeof(operand) => {
                let val = self.lenient(operand);
                let mixed = self.convert(val, Slot::MIXED);
                self.def(Op::TypeOf, Slot::STR, mixed.n.0, mixed.r.0)
            }
            ExprKind::Update { target, .. } => self.update(e, target, false),
            ExprKind::Binary { op, left, right } => self.binary(e, *op, left, right),
            ExprKind::Logical { op, left, right } => self.logical(e, *op, left, right),
            ExprKind::Assign { op, target, value } => self.assign_expr(e, *op, target, value),
            ExprKind::Cond {
                test,
                then,
                otherwise,
            } => self.conditional(e, test, then, otherwise),
            ExprKind::Await(operand) => self.await_expr(operand),
            ExprKind::As { operand, .. } => self.as_expr(e, operand),
            ExprKind::AsConst(operand) | ExprKind::Satisfies { operand, .. } => self.raw(operand),
            ExprKind::NonNull(operand) => self.non_null(operand),
            ExprKind::Sequence(exprs) => {
                let (last, first) = exprs.split_last().expect("a sequence has parts");
                first.iter().for_each(|e| self.effect(e));
                self.raw(last)
            }
        }
    }

    /// What a name means as a value.
    pub fn named(&mut self, e: &'a Expr, resolution: Option<Resolution>) -> Val {
        match resolution {
            Some(Resolution::Binding(b)) => match self.p.constant(b) {
                Some(literal) => {
                    let val = self.raw(literal);
                    let slot = self.binding_slot(b);
                    self.convert(val, slot)
                }
                None => self.read_binding(b),
            },
            Some(Resolution::Function(f)) => self.function_value(f),
            Some(Resolution::Host(index)) => self.host_value(index),
            Some(Resolution::NaN) => self.number(f64::NAN),
            Some(Resolution::Infinity) => self.number(f64::INFINITY),
            Some(Resolution::Class(_)) => self.refuse(
                4008,
                e.span,
                "a class can't be used as a value",
                "pass a function that makes the object: `() => new C()`",
            ),
            _ => self.refuse(
                4009,
                e.span,
                "this name can't be used as a value",
                "name one of its members",
            ),
        }
    }

    /// The value of an enum's member.
    pub fn enum_member(&mut self, e: crate::types::EnumId, index: u32) -> Val {
        match &self.p.checked.types.enums[e.index()].members[index as usize].1 {
            EnumValue::Number(value) => self.number(*value),
            EnumValue::String(text) => self.string(text),
        }
    }

    /// An operand that must keep its value while `later` is evaluated.
    pub fn operand(&mut self, e: &'a Expr, later: &[&'a Expr]) -> Val {
        let val = self.raw(e);
        self.keep(val, e, later)
    }

    /// A copy of the value if it is a variable that `later` assigns.
    pub fn keep(&mut self, val: Val, e: &'a Expr, later: &[&'a Expr]) -> Val {
        let is_name = matches!(e.kind, ExprKind::Ident(_));
        let assigned = later
            .iter()
            .any(|l| self.p.scopes.assigning.contains(&l.id));
        if is_name && assigned {
            self.copy(val)
        } else {
            val
        }
    }

    // Elements.

    /// The index operand as an i32.
    pub fn index_value(&mut self, index: &'a Expr) -> Val {
        if let ExprKind::Number(value) = index.kind
            && f64::from(value as i32) == value
        {
            return self.int(value as i32);
        }
        let val = self.raw(index);
        match val.slot {
            Slot::I32 => val,
            _ => {
                let number = self.convert(val, Slot::F64);
                self.def(Op::F2X, Slot::I32, number.n.0, 0)
            }
        }
    }

    fn element(
        &mut self,
        e: &'a Expr,
        object: &'a Expr,
        index: &'a Expr,
        optional: bool,
        lenient: bool,
    ) -> Val {
        let val = self.operand(object, &[index]);
        let slot = self.object_slot(object);
        if optional {
            self.cut_short_if_nullish(val);
        }
        let array = self.convert(val, slot);
        let want = self.slot_of(e);
        if array.slot == Slot::STR {
            let at = self.index_value(index);
            return self.char_at(array, at, lenient);
        }
        let array = match self.tuple_array_slot(array.slot) {
            Some(as_array) => self.convert(array, as_array),
            None => array,
        };
        if !is_indexed(array.slot) {
            return self.refuse(
                4011,
                e.span,
                "this can't be indexed",
                "index arrays, typed arrays, tuples and strings; use a Map for keys",
            );
        }
        let at = self.index_value(index);
        if lenient {
            self.element_or_undefined(array, at, want)
        } else {
            self.get_element(array, at, want)
        }
    }

    /// The slot of an object that is indexed or called, undefined and null left out.
    pub fn object_slot(&mut self, object: &'a Expr) -> Slot {
        let ty = self.type_of(object);
        self.value_slot(ty)
    }

    /// The slot of a type's values that are neither undefined nor null.
    pub fn value_slot(&mut self, ty: TypeId) -> Slot {
        if let crate::types::Type::Union(members) = self.p.ty(ty) {
            let values: Vec<TypeId> = members
                .iter()
                .copied()
                .filter(|&m| !self.p.only_nullish(m))
                .collect();
            if let [one] = values[..] {
                return self.slot(one);
            }
        }
        self.slot(ty)
    }

    /// An element, or undefined out of range.
    pub fn element_or_undefined(&mut self, array: Val, index: Val, want: Slot) -> Val {
        let element = super::repr::element_of(array.slot);
        let slot = if element == Slot::ANY && want.has_ref() && want != Slot::MIXED {
            want
        } else {
            self.optional(element)
        };
        let result = self.fresh(slot);
        let (inside, outside, end) = (self.block(), self.block(), self.block());
        self.branch(Op::JInBounds, array.r.0, index.n.0, inside, outside);
        self.start(inside);
        let val = self.get_element(array, index, slot);
        let val = self.convert(val, slot);
        self.assign(result, val);
        self.jump(end);
        self.start(outside);
        self.clear(result);
        self.start(end);
        result
    }

    /// `s[i]`: one unit; out of range undefined or a trap.
    fn char_at(&mut self, text: Val, index: Val, lenient: bool) -> Val {
        let length = self.def(Op::StrLen, Slot::I32, text.r.0, 0);
        let result = self.fresh(Slot::STR);
        let (low, inside, outside, end) = (self.block(), self.block(), self.block(), self.block());
        self.branch(Op::JLtI, index.n.0, length.n.0, low, outside);
        self.start(low);
        self.branch(Op::JGeII, index.n.0, 0, inside, outside);
        self.start(outside);
        if lenient {
            self.clear(result);
            self.jump(end);
        } else {
            self.trap(Trap::IndexOutOfRange);
        }
        self.start(inside);
        let at = self.convert(index, Slot::F64);
        let unit = self.builtin(Builtin::StrCharAt, &[text, at]);
        self.assign(result, unit);
        self.start(end);
        result
    }

    // Chains and choices.

    /// Ends the chain with undefined if the value is undefined or null.
    pub fn cut_short_if_nullish(&mut self, val: Val) {
        let Some(&end) = self.chains.last() else {
            return;
        };
        if val.r == NO_REG {
            return;
        }
        let go_on = self.block();
        self.branch(Op::JNullish, val.r.0, 0, end, go_on);
        self.start(go_on);
    }

    fn optional_chain(&mut self, e: &'a Expr, inner: &'a Expr) -> Val {
        let slot = {
            let slot = self.slot_of(e);
            self.optional(slot)
        };
        let result = self.fresh(slot);
        let (short, end) = (self.block(), self.block());
        self.chains.push(short);
        let val = self.lenient_in_chain(inner);
        self.chains.pop();
        let val = self.convert(val, slot);
        self.assign(result, val);
        self.jump(end);
        self.start(short);
        self.clear(result);
        self.start(end);
        result
    }

    fn lenient_in_chain(&mut self, inner: &'a Expr) -> Val {
        match inner.kind {
            ExprKind::OptionalChain(_) => self.raw(inner),
            _ => self.lenient(inner),
        }
    }

    fn conditional(
        &mut self,
        e: &'a Expr,
        test: &'a Expr,
        then: &'a Expr,
        otherwise: &'a Expr,
    ) -> Val {
        let ty = self.type_of(e);
        let slot = self.slot(ty);
        let result = self.fresh(slot);
        let (yes, no, end) = (self.block(), self.block(), self.block());
        self.cond(test, yes, no);
        self.start(yes);
        let val = self.expr_to(then, ty);
        self.assign(result, val);
        self.jump(end);
        self.start(no);
        let val = self.expr_to(otherwise, ty);
        self.assign(result, val);
        self.start(end);
        result
    }

    fn logical(&mut self, e: &'a Expr, op: LogicalOp, left: &'a Expr, right: &'a Expr) -> Val {
        let ty = self.type_of(e);
        let slot = self.slot(ty);
        let result = self.fresh(slot);
        let (keep, other, end) = (self.block(), self.block(), self.block());
        let val = {
            let val = self.lenient(left);
            self.keep(val, left, &[right])
        };
        match op {
            LogicalOp::And => self.branch_truthy(val, other, keep),
            LogicalOp::Or => self.branch_truthy(val, keep, other),
            LogicalOp::Coalesce if val.r == NO_REG => self.jump(keep),
            LogicalOp::Coalesce => self.branch(Op::JNullish, val.r.0, 0, other, keep),
        }
        self.start(keep);
        let kept = self.convert(val, slot);
        self.assign(result, kept);
        self.jump(end);
        self.start(other);
        let val = self.expr_to(right, ty);
        self.assign(result, val);
        self.start(end);
        result
    }

    // Checks.

    fn non_null(&mut self, operand: &'a Expr) -> Val {
        let val = self.lenient(operand);
        if val.r == NO_REG {
            return val;
        }
        if val.slot == Slot::MIXED {
            let (bad, good) = (self.block(), self.block());
            self.branch(Op::JNullish, val.r.0, 0, bad, good);
            self.start(bad);
            self.trap(Trap::Nullish);
            self.start(good);
            return val;
        }
        // `NonNull` keeps the type of the register it reads.
        let slot = self.f.slot(val.r);
        let checked = self.def(Op::NonNull, slot, val.r.0, 0);
        Val {
            slot: val.slot,
            ..checked
        }
    }

    /// `x as T`: converts, then checks that undefined and null come only where `T` has them.
    fn as_expr(&mut self, e: &'a Expr, operand: &'a Expr) -> Val {
        let ty = self.p.checked.as_types[e.id.index()].unwrap_or_else(|| self.type_of(e));
        let val = self.lenient(operand);
        let from = self.type_of(operand);
        let slot = self.slot(ty);
        let narrowed = self.convert(val, slot);
        let may_be = self.p.admits_nullish(from);
        if may_be && !self.p.admits_nullish(ty) && narrowed.r != NO_REG && slot != Slot::MIXED {
            let (bad, good) = (self.block(), self.block());
            self.branch(Op::JNullish, narrowed.r.0, 0, bad, good);
            self.start(bad);
            self.trap(Trap::WrongType);
            self.start(good);
        }
        narrowed
    }

    fn await_expr(&mut self, operand: &'a Expr) -> Val {
        let val = self.raw(operand);
        let mixed = self.convert(val, Slot::MIXED);
        let result = self.fresh(Slot::MIXED);
        let mut inst =
            crate::mir::Inst::new(Op::Await, [result.n.0, result.r.0, mixed.r.0], self.span);
        inst.x[3] = mixed.n.0;
        self.push(inst);
        result
    }

    // Conditions.

    /// Branches on whether an expression is truthy.
    pub fn cond(&mut self, e: &'a Expr, then: BlockId, otherwise: BlockId) {
        let span = std::mem::replace(&mut self.span, e.span);
        match &e.kind {
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.cond(operand, otherwise, then),
            ExprKind::Logical { op, left, right } if *op != LogicalOp::Coalesce => {
                let next = self.block();
                match op {
                    LogicalOp::And => self.cond(left, next, otherwise),
                    _ => self.cond(left, then, next),
                }
                self.start(next);
                self.cond(right, then, otherwise);
            }
            ExprKind::Bool(value) => self.jump(if *value { then } else { otherwise }),
            ExprKind::Binary { op, left, right } if is_comparison(*op) => {
                self.compare(*op, left, right, then, otherwise);
            }
            ExprKind::Index {
                object,
                index,
                optional: false,
            } if self.member_res(e).is_none() && is_indexed(self.object_slot(object)) => {
                // What is out of range is undefined: not truthy.
                let val = self.operand(object, &[index]);
                let slot = self.object_slot(object);
                let array = self.convert(val, slot);
                let at = self.index_value(index);
                let inside = self.block();
                self.branch(Op::JInBounds, array.r.0, at.n.0, inside, otherwise);
                self.start(inside);
                let want = self.slot_of(e);
                let val = self.get_element(array, at, want);
                self.branch_truthy(val, then, otherwise);
            }
            _ => {
                let val = self.lenient(e);
                self.branch_truthy(val, then, otherwise);
            }
        }
        self.span = span;
    }

    /// Branches on whether a value is truthy.
    pub fn branch_truthy(&mut self, val: Val, then: BlockId, otherwise: BlockId) {
        let boolean = match val.slot {
            Slot::VOID => return self.jump(otherwise),
            Slot::BOOL => val,
            Slot::I32 => return self.branch(Op::JNeII, val.n.0, 0, then, otherwise),
            Slot::F64 => self.def(Op::TruthyF, Slot::BOOL, val.n.0, 0),
            Slot::MIXED => self.def(Op::TruthyM, Slot::BOOL, val.n.0, val.r.0),
            Slot::STR | Slot::ANY => self.def(Op::TruthyR, Slot::BOOL, val.r.0, 0),
            _ => return self.branch(Op::JNNullish, val.r.0, 0, then, otherwise),
        };
        self.branch(Op::JTrue, boolean.n.0, 0, then, otherwise);
    }

    /// A condition as a boolean value.
    pub fn truth(&mut self, e: &'a Expr) -> Val {
        let result = self.fresh(Slot::BOOL);
        let (yes, no, end) = (self.block(), self.block(), self.block());
        self.cond(e, yes, no);
        self.start(yes);
        self.emit(Op::ConstZ, result.n.0, 1, 0);
        self.jump(end);
        self.start(no);
        self.emit(Op::ConstZ, result.n.0, 0, 0);
        self.start(end);
        result
    }

    /// Whether the member that an expression means is a value that is read (not a method).
    pub fn member_res(&self, e: &Expr) -> Option<&'a MemberRes> {
        self.p.checked.members[e.id.index()].as_ref()
    }
}

/// Whether the operator compares.
pub fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(
        op,
        Eq | Ne | EqNullish | NeNullish | Lt | Le | Gt | Ge | InstanceOf
    )
}

/// Whether evaluating an expression calls nothing.
fn is_plain(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Ident(_) | ExprKind::This => true,
        ExprKind::Member { object, .. } => is_plain(object),
        _ => false,
    }
}
