//! Unary and binary operators and comparisons.

use super::expr::is_comparison;
use super::function::{Fx, Val};
use crate::ast::*;
use crate::mir::{BlockId, NO_REG};
use crate::types::{Type, TypeId};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;

impl<'a> Fx<'a, '_> {
    /// A unary operator.
    pub fn unary(&mut self, e: &'a Expr, op: UnaryOp, operand: &'a Expr) -> Val {
        match op {
            UnaryOp::Not => self.truth(e),
            UnaryOp::Void => {
                self.effect(operand);
                self.nullish(Slot::ANY, 0)
            }
            UnaryOp::Neg => {
                if let ExprKind::Number(value) = operand.kind {
                    if self.slot_of(e) == Slot::I32 && value != 0.0 {
                        return self.int((-value) as i32);
                    }
                    return self.number(-value);
                }
                let val = self.raw(operand);
                if val.slot == Slot::I32 && self.slot_of(e) == Slot::I32 {
                    return self.def(Op::NegI, Slot::I32, val.n.0, 0);
                }
                let val = self.number_of(val);
                self.def(Op::NegF, Slot::F64, val.n.0, 0)
            }
            UnaryOp::Plus => {
                let val = self.raw(operand);
                self.number_of(val)
            }
            UnaryOp::BitNot => {
                let val = self.raw(operand);
                let val = self.word_of(val);
                self.def(Op::Not, Slot::I32, val.n.0, 0)
            }
        }
    }

    /// The value as a number: what a unary plus does.
    pub fn number_of(&mut self, val: Val) -> Val {
        match val.slot {
            Slot::F64 => val,
            Slot::I32 => self.convert(val, Slot::F64),
            Slot::BOOL => self.def(Op::Z2F, Slot::F64, val.n.0, 0),
            Slot::STR => self.builtin(Builtin::StrToNum, &[val]),
            _ => self.builtin(Builtin::ToNum, &[val]),
        }
    }

    /// The operand of a bit operation.
    pub fn word_of(&mut self, val: Val) -> Val {
        match val.slot {
            Slot::I32 => val,
            _ => {
                let number = self.convert(val, Slot::F64);
                self.def(Op::F2W, Slot::I32, number.n.0, 0)
            }
        }
    }

    /// A binary operator.
    pub fn binary(&mut self, e: &'a Expr, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> Val {
        if is_comparison(op) {
            return self.compare_value(e, op, left, right);
        }
        if op == BinaryOp::In {
            return self.in_expr(left, right);
        }
        let ty = self.type_of(e);
        if op == BinaryOp::Add && self.slot(ty) == Slot::STR {
            return self.concat(left, right);
        }
        let a = self.operand(left, &[right]);
        let slot = self.slot(ty);
        if op == BinaryOp::Div
            && slot == Slot::F64
            && let ExprKind::Number(divisor) = right.kind
            && let Some(factor) = exact_inverse(divisor)
        {
            let index = self.p.number(factor);
            let b = self.def(Op::ConstF, Slot::F64, index, 0);
            return self.arithmetic(BinaryOp::Mul, a, b, slot);
        }
        let b = self.right_operand(op, right);
        self.arithmetic(op, a, b, slot)
    }

    /// The right operand: literals that are no immediates come from the number constants, which instructions can name.
    pub fn right_operand(&mut self, op: BinaryOp, right: &'a Expr) -> Val {
        if let ExprKind::Number(value) = right.kind
            && matches!(
                op,
                BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div
            )
            && (op == BinaryOp::Div || value != f64::from(value as i16))
            && self.slot_of(right) == Slot::F64
        {
            let index = self.p.number(value);
            return self.def(Op::ConstF, Slot::F64, index, 0);
        }
        self.raw(right)
    }

    /// An arithmetic or bit operation on two values; `slot`: what its type says the result is.
    pub fn arithmetic(&mut self, op: BinaryOp, a: Val, b: Val, slot: Slot) -> Val {
        use BinaryOp::*;
        match op {
            BitAnd | BitOr | BitXor | Shl | Shr => {
                let (a, b) = (self.word_of(a), self.word_of(b));
                let op = match op {
                    BitAnd => Op::And,
                    BitOr => Op::Or,
                    BitXor => Op::Xor,
                    Shl => Op::Shl,
                    _ => Op::Shr,
                };
                self.def(op, Slot::I32, a.n.0, b.n.0)
            }
            Ushr => {
                let (a, b) = (self.word_of(a), self.word_of(b));
                self.def(Op::UshrF, Slot::F64, a.n.0, b.n.0)
            }
            Add | Sub | Mul | Rem
                if slot == Slot::I32 && a.slot == Slot::I32 && b.slot == Slot::I32 =>
            {
                let op = match op {
                    Add => Op::AddI,
                    Sub => Op::SubI,
                    Mul => Op::MulI,
                    _ => Op::RemI,
                };
                self.def(op, Slot::I32, a.n.0, b.n.0)
            }
            _ => {
                let (a, b) = (self.convert(a, Slot::F64), self.convert(b, Slot::F64));
                let op = match op {
                    Add => Op::AddF,
                    Sub => Op::SubF,
                    Mul => Op::MulF,
                    Div => Op::DivF,
                    Rem => Op::RemF,
                    _ => Op::PowF,
                };
                self.def(op, Slot::F64, a.n.0, b.n.0)
            }
        }
    }

    fn concat(&mut self, left: &'a Expr, right: &'a Expr) -> Val {
        let (left_type, right_type) = (self.type_of(left), self.type_of(right));
        let a = self.operand(left, &[right]);
        let a = self.text_of(a, left_type);
        let b = self.raw(right);
        let b = self.text_of(b, right_type);
        self.def(Op::Concat, Slot::STR, a.r.0, b.r.0)
    }

    /// `` `a${b}c` ``
    pub fn template(&mut self, texts: &'a [std::rc::Rc<[u16]>], exprs: &'a [Expr]) -> Val {
        let mut result: Option<Val> = None;
        let add = |fx: &mut Self, val: Val, result: &mut Option<Val>| {
            *result = Some(match *result {
                Some(so_far) => fx.def(Op::Concat, Slot::STR, so_far.r.0, val.r.0),
                None => val,
            });
        };
        for (i, text) in texts.iter().enumerate() {
            if !text.is_empty() || (i == 0 && exprs.is_empty()) {
                let index = self.p.strings.id(text.clone());
                let val = self.def(Op::ConstS, Slot::STR, index, 0);
                add(self, val, &mut result);
            }
            if let Some(e) = exprs.get(i) {
                let ty = self.type_of(e);
                let val = self.raw(e);
                let val = self.text_of(val, ty);
                let val = match e.kind {
                    ExprKind::Ident(_) => self.copy(val),
                    _ => val,
                };
                add(self, val, &mut result);
            }
        }
        result.expect("a template has a text or an expression")
    }

    fn in_expr(&mut self, left: &'a Expr, right: &'a Expr) -> Val {
        let ExprKind::String(units) = &left.kind else {
            return self.refuse(
                4012,
                left.span,
                "the left side of `in` must be a string literal",
                "use a Map to ask for keys made at run time",
            );
        };
        let name: Name = String::from_utf16_lossy(units).into();
        let member = self.p.member(&name);
        let object = self.raw(right);
        let object = self.as_object(object);
        self.def(Op::HasMember, Slot::BOOL, object.r.0, member)
    }

    // Comparisons.

    fn compare_value(&mut self, e: &'a Expr, op: BinaryOp, left: &'a Expr, right: &'a Expr) -> Val {
        // Where one instruction gives the boolean, no branches are needed.
        let slots = (self.slot_of(left), self.slot_of(right));
        let number = |s: Slot| s == Slot::F64;
        if number(slots.0) && number(slots.1) {
            let (op, swap) = match op {
                BinaryOp::Eq => (Op::EqF, false),
                BinaryOp::Ne => (Op::NeF, false),
                BinaryOp::Lt => (Op::LtF, false),
                BinaryOp::Le => (Op::LeF, false),
                BinaryOp::Gt => (Op::LtF, true),
                BinaryOp::Ge => (Op::LeF, true),
                _ => return self.truth(e),
            };
            let a = self.operand(left, &[right]);
            let a = self.convert(a, Slot::F64);
            let b = self.expr_as(right, Slot::F64);
            let (a, b) = if swap { (b, a) } else { (a, b) };
            return self.def(op, Slot::BOOL, a.n.0, b.n.0);
        }
        self.truth(e)
    }

    /// Branches on a comparison.
    pub fn compare(
        &mut self,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        then: BlockId,
        otherwise: BlockId,
    ) {
        use BinaryOp::*;
        match op {
            Lt | Le | Gt | Ge => self.compare_order(op, left, right, then, otherwise),
            Ne => self.compare_equal(left, right, otherwise, then),
            Eq => self.compare_equal(left, right, then, otherwise),
            EqNullish | NeNullish => {
                let (then, otherwise) = match op {
                    EqNullish => (then, otherwise),
                    _ => (otherwise, then),
                };
                let operand = match left.kind {
                    ExprKind::Null | ExprKind::Undefined => right,
                    _ => left,
                };
                let val = self.lenient(operand);
                if val.r == NO_REG {
                    let to = if val.slot == Slot::VOID {
                        then
                    } else {
                        otherwise
                    };
                    return self.jump(to);
                }
                self.branch(Op::JNullish, val.r.0, 0, then, otherwise);
            }
            _ => self.instance_of(left, right, then, otherwise),
        }
    }

    fn compare_order(
        &mut self,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        then: BlockId,
        otherwise: BlockId,
    ) {
        let text = |slot: Slot| slot == Slot::STR;
        let is_text = text(self.slot_of(left)) && text(self.slot_of(right));
        let a = self.operand(left, &[right]);
        let b = self.raw(right);
        let swap = matches!(op, BinaryOp::Gt | BinaryOp::Ge);
        let strict = matches!(op, BinaryOp::Lt | BinaryOp::Gt);
        let (a, b) = if swap { (b, a) } else { (a, b) };
        if is_text {
            let (a, b) = (self.convert(a, Slot::STR), self.convert(b, Slot::STR));
            let op = if strict { Op::LtS } else { Op::LeS };
            let result = self.def(op, Slot::BOOL, a.r.0, b.r.0);
            return self.branch(Op::JTrue, result.n.0, 0, then, otherwise);
        }
        if a.slot == Slot::I32 && b.slot == Slot::I32 {
            let op = if strict { Op::JLtI } else { Op::JLeI };
            return self.branch(op, a.n.0, b.n.0, then, otherwise);
        }
        let (a, b) = (self.convert(a, Slot::F64), self.convert(b, Slot::F64));
        let op = if strict { Op::JLtF } else { Op::JLeF };
        self.branch(op, a.n.0, b.n.0, then, otherwise);
    }

    fn compare_equal(
        &mut self,
        left: &'a Expr,
        right: &'a Expr,
        then: BlockId,
        otherwise: BlockId,
    ) {
        for (literal, operand) in [(left, right), (right, left)] {
            let tag = match literal.kind {
                ExprKind::Undefined => 0,
                ExprKind::Null => 1,
                _ => continue,
            };
            let val = self.lenient(operand);
            return match val.slot {
                Slot::VOID => self.jump(if tag == 0 { then } else { otherwise }),
                _ if val.r == NO_REG => self.jump(otherwise),
                _ => self.branch(Op::JTag, val.r.0, tag, then, otherwise),
            };
        }
        if self.compare_typeof(left, right, then, otherwise) {
            return;
        }
        let a = self.lenient(left);
        let a = self.keep(a, left, &[right]);
        let b = self.lenient(right);
        self.branch_equal(a, b, then, otherwise);
    }

    /// `typeof x === "number"` without making the string.
    fn compare_typeof(
        &mut self,
        left: &'a Expr,
        right: &'a Expr,
        then: BlockId,
        otherwise: BlockId,
    ) -> bool {
        let (ExprKind::Typeof(operand), ExprKind::String(units)) = (&left.kind, &right.kind) else {
            return false;
        };
        let name = String::from_utf16_lossy(units);
        if !matches!(
            &*name,
            "number" | "boolean" | "undefined" | "string" | "function"
        ) {
            return false;
        }
        let val = self.lenient(operand);
        let val = self.convert(val, Slot::MIXED);
        let tag = match &*name {
            "undefined" => 0,
            "number" => 2,
            "boolean" => 3,
            _ => {
                let slot = if name == "string" {
                    Slot::STR
                } else {
                    Slot::FUNC
                };
                let test = self.def(Op::IsType, Slot::BOOL, val.r.0, u32::from(slot.0));
                self.branch(Op::JTrue, test.n.0, 0, then, otherwise);
                return true;
            }
        };
        self.branch(Op::JTag, val.r.0, tag, then, otherwise);
        true
    }

    /// Branches on `a === b`.
    pub fn branch_equal(&mut self, a: Val, b: Val, then: BlockId, otherwise: BlockId) {
        let plain_ref = |s: Slot| s.has_ref() && !matches!(s, Slot::ANY | Slot::STR | Slot::MIXED);
        match (a.slot, b.slot) {
            (Slot::I32, Slot::I32) => self.branch(Op::JEqI, a.n.0, b.n.0, then, otherwise),
            (Slot::F64 | Slot::I32, Slot::F64 | Slot::I32) => {
                let (a, b) = (self.convert(a, Slot::F64), self.convert(b, Slot::F64));
                self.branch(Op::JEqF, a.n.0, b.n.0, then, otherwise);
            }
            (Slot::BOOL, Slot::BOOL) => {
                let test = self.def(Op::EqZ, Slot::BOOL, a.n.0, b.n.0);
                self.branch(Op::JTrue, test.n.0, 0, then, otherwise);
            }
            (Slot::STR, Slot::STR) => {
                let test = self.def(Op::EqS, Slot::BOOL, a.r.0, b.r.0);
                self.branch(Op::JTrue, test.n.0, 0, then, otherwise);
            }
            (x, y) if plain_ref(x) && plain_ref(y) => {
                self.branch(Op::JEqR, a.r.0, b.r.0, then, otherwise);
            }
            _ => {
                let (a, b) = (self.convert(a, Slot::MIXED), self.convert(b, Slot::MIXED));
                let result = self.f.reg(Slot::BOOL);
                let mut inst = crate::mir::Inst::new(Op::EqM, [result.0, a.n.0, a.r.0], self.span);
                inst.x[3] = b.n.0;
                inst.x[4] = b.r.0;
                self.push(inst);
                self.branch(Op::JTrue, result.0, 0, then, otherwise);
            }
        }
    }

    fn instance_of(&mut self, left: &'a Expr, right: &'a Expr, then: BlockId, otherwise: BlockId) {
        let ty = self.p.checked.as_types[right.id.index()];
        let val = self.raw(left);
        if val.r == NO_REG {
            return self.jump(otherwise);
        }
        let slots = self.instance_slots(left, ty);
        for slot in slots {
            let test = self.def(Op::IsType, Slot::BOOL, val.r.0, u32::from(slot.0));
            let next = self.block();
            self.branch(Op::JTrue, test.n.0, 0, then, next);
            self.start(next);
        }
        self.jump(otherwise);
    }

    /// The slots of the instances of a class that a value may be: of a generic class there are several.
    fn instance_slots(&mut self, left: &'a Expr, ty: Option<TypeId>) -> Vec<Slot> {
        let Some(ty) = ty else {
            return Vec::new();
        };
        let (class, args) = match self.p.ty(ty) {
            Type::Class(class, args) => (*class, args.len()),
            Type::ClassValue(class) => {
                let info = &self.p.checked.classes[class.index()];
                (*class, info.type_params.len())
            }
            Type::Array(_) => return vec![Slot::ARR],
            _ => return vec![self.slot(ty)],
        };
        let known = self.p.checked.known;
        if self.p.checked.is_promise(class) {
            return vec![Slot::PROMISE];
        }
        if let Some(element) = known.element(class) {
            return vec![element.slot()];
        }
        if class == known.array {
            return vec![Slot::ARR];
        }
        if args == 0 {
            return vec![Slot::class(self.p.class_inst(class, Vec::new()))];
        }
        let from = self.type_of(left);
        let mut slots = Vec::new();
        self.instances_in(from, class, &mut slots);
        if slots.is_empty() {
            self.p.all_instances(class)
        } else {
            slots
        }
    }

    fn instances_in(&mut self, ty: TypeId, class: ClassId, slots: &mut Vec<Slot>) {
        match self.p.ty(ty) {
            Type::Union(members) => {
                members
                    .iter()
                    .for_each(|&m| self.instances_in(m, class, slots));
            }
            Type::Class(..) => {
                if let Some(inst) = self.slot(ty).as_class()
                    && self.p.ancestor(inst, class).is_some()
                {
                    slots.push(Slot::class(inst));
                }
            }
            _ => {}
        }
    }
}

/// What to multiply by instead of dividing: for powers of two both are rounded alike, and multiplying takes less.
fn exact_inverse(divisor: f64) -> Option<f64> {
    let is_power = divisor.is_normal() && divisor.to_bits() << 12 == 0;
    let inverse = 1.0 / divisor;
    (is_power && inverse.is_normal()).then_some(inverse)
}
