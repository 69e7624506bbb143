//! Operators: `+` to `in`, unary ones, `++`, `typeof`'s result.

use super::Checker;
use super::codes::*;
use super::terms::is_int;
use crate::ast::*;
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    /// `a + b + c …`: the left side is followed without recursion.
    pub(super) fn binary_chain(&mut self, expr: &'a Expr) -> TypeId {
        let mut links = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { left, .. } = &first.kind {
            links.push(first);
            first = left;
        }
        let mut ty = self.check_expr(first, None);
        for link in links.into_iter().rev() {
            let ExprKind::Binary { op, left, right } = &link.kind else {
                continue;
            };
            ty = self.binary(link, *op, left, ty, right);
            self.expr_types[link.id.index()] = ty;
        }
        ty
    }

    fn binary(
        &mut self,
        expr: &'a Expr,
        op: BinaryOp,
        left: &'a Expr,
        left_ty: TypeId,
        right: &'a Expr,
    ) -> TypeId {
        if op == BinaryOp::InstanceOf {
            return self.instance_of(left, left_ty, right);
        }
        let right_ty = self.check_expr(right, None);
        if self.is_error(left_ty) || self.is_error(right_ty) {
            return match op {
                BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Rem => self.t.error,
                _ => self.result_kind(op),
            };
        }
        self.operands(op, expr.span, (left, left_ty), (right, right_ty))
    }

    /// The result where the operands don't matter.
    fn result_kind(&self, op: BinaryOp) -> TypeId {
        match op {
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::EqNullish
            | BinaryOp::NeNullish
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge
            | BinaryOp::InstanceOf
            | BinaryOp::In => self.t.boolean,
            _ => self.t.number,
        }
    }

    /// The result of an operator on checked operands; also for `a += b`.
    pub(super) fn operands(
        &mut self,
        op: BinaryOp,
        span: Span,
        (left, left_ty): (&'a Expr, TypeId),
        (right, right_ty): (&'a Expr, TypeId),
    ) -> TypeId {
        match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                if !self.comparable(left_ty, right_ty)
                    && !self.is_nullish(left_ty)
                    && !self.is_nullish(right_ty)
                {
                    let message = format!(
                        "this comparison is always the same: `{}` and `{}` have no value in common",
                        self.show(left_ty),
                        self.show(right_ty)
                    );
                    self.error(NO_OVERLAP, span, message);
                }
                self.t.boolean
            }
            BinaryOp::EqNullish | BinaryOp::NeNullish => self.t.boolean,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.ordered(op, span, (left, left_ty), (right, right_ty))
            }
            BinaryOp::In => {
                if !self.assignable(left_ty, self.t.string) {
                    self.error(
                        OPERATOR,
                        left.span,
                        "the left side of `in` must be a string",
                    );
                }
                if !self.assignable(right_ty, self.t.any_object) {
                    let message = format!(
                        "the right side of `in` is no object but `{}`",
                        self.show(right_ty)
                    );
                    self.error(OPERATOR, right.span, message);
                }
                self.t.boolean
            }
            BinaryOp::Add => self.sum(span, (left, left_ty), (right, right_ty)),
            _ => self.arithmetic(op, (left, left_ty), (right, right_ty)),
        }
    }

    fn is_numeric(&mut self, ty: TypeId) -> bool {
        self.assignable(ty, self.t.number)
    }

    fn is_text(&mut self, ty: TypeId) -> bool {
        ty != self.t.never && self.assignable(ty, self.t.string)
    }

    /// Whether arithmetic with this operand stays in `int`.
    fn is_integral(&self, ty: TypeId) -> bool {
        match self.get(ty) {
            Type::Int => true,
            Type::NumberLit(bits) => is_int(*bits),
            Type::Union(members) => members.iter().all(|&m| self.is_integral(m)),
            _ => false,
        }
    }

    fn has_int(&self, ty: TypeId) -> bool {
        self.members_of(ty).contains(&self.t.int)
    }

    fn arithmetic(
        &mut self,
        op: BinaryOp,
        (left, left_ty): (&'a Expr, TypeId),
        (right, right_ty): (&'a Expr, TypeId),
    ) -> TypeId {
        for (operand, ty) in [(left, left_ty), (right, right_ty)] {
            if self.is_numeric(ty) {
                continue;
            }
            if !self.report_nullish_operand(operand, ty) {
                let message = format!("arithmetic needs numbers, not `{}`", self.show(ty));
                self.error(OPERATOR, operand.span, message);
            }
        }
        let stays = !matches!(op, BinaryOp::Div | BinaryOp::Pow | BinaryOp::Ushr);
        if stays
            && self.is_integral(left_ty)
            && self.is_integral(right_ty)
            && (self.has_int(left_ty) || self.has_int(right_ty))
        {
            return self.t.int;
        }
        self.t.number
    }

    /// Reports an operand that may be `null`, `undefined` or is `unknown`.
    fn report_nullish_operand(&mut self, operand: &Expr, ty: TypeId) -> bool {
        if ty == self.t.unknown {
            let message = "the value is of type `unknown`";
            self.error_help(IS_UNKNOWN, operand.span, message, "narrow it with `typeof`");
            return true;
        }
        if self.is_nullish(ty) && ty != self.t.void {
            self.report_nullish(operand, ty);
            return true;
        }
        false
    }

    fn sum(
        &mut self,
        span: Span,
        (left, left_ty): (&'a Expr, TypeId),
        (right, right_ty): (&'a Expr, TypeId),
    ) -> TypeId {
        let void = self.t.void;
        if (self.is_text(left_ty) || self.is_text(right_ty)) && left_ty != void && right_ty != void
        {
            return self.t.string;
        }
        if self.is_numeric(left_ty) && self.is_numeric(right_ty) {
            return self.arithmetic(BinaryOp::Add, (left, left_ty), (right, right_ty));
        }
        let reported = [(left, left_ty), (right, right_ty)]
            .into_iter()
            .any(|(operand, ty)| self.report_nullish_operand(operand, ty));
        if !reported {
            let message = format!(
                "`+` can't be applied to `{}` and `{}`",
                self.show(left_ty),
                self.show(right_ty)
            );
            let help = "add numbers, or make a text: `` `${a}${b}` ``";
            self.error_help(OPERATOR, span, message, help);
        }
        self.t.error
    }

    fn ordered(
        &mut self,
        op: BinaryOp,
        span: Span,
        (left, left_ty): (&'a Expr, TypeId),
        (right, right_ty): (&'a Expr, TypeId),
    ) -> TypeId {
        let numbers = self.is_numeric(left_ty) && self.is_numeric(right_ty);
        let texts = self.is_text(left_ty) && self.is_text(right_ty);
        if numbers || texts {
            return self.t.boolean;
        }
        let reported = [(left, left_ty), (right, right_ty)]
            .into_iter()
            .any(|(operand, ty)| self.report_nullish_operand(operand, ty));
        if !reported {
            let sign = match op {
                BinaryOp::Lt => "<",
                BinaryOp::Le => "<=",
                BinaryOp::Gt => ">",
                _ => ">=",
            };
            let message = format!(
                "`{sign}` can't compare `{}` and `{}`",
                self.show(left_ty),
                self.show(right_ty)
            );
            self.error_help(
                OPERATOR,
                span,
                message,
                "compare two numbers or two strings",
            );
        }
        self.t.boolean
    }

    fn instance_of(&mut self, left: &'a Expr, left_ty: TypeId, right: &'a Expr) -> TypeId {
        let class = self.check_expr(right, None);
        let primitive = [self.t.string, self.t.number, self.t.boolean];
        if self.members_of(left_ty).iter().all(|&m| {
            let wide = self.widen(m);
            primitive.contains(&wide)
        }) {
            let message = format!("a `{}` is never an instance", self.show(left_ty));
            self.error_help(OPERATOR, left.span, message, "use `typeof`");
        }
        match *self.get(class) {
            Type::ClassValue(id) => {
                let params = self.classes[id.index()].type_params.clone();
                let args = self.params_as_args(&params);
                let ty = self.instance(id, args);
                self.as_types[right.id.index()] = Some(ty);
            }
            Type::Error => {}
            _ => self.error(
                OPERATOR,
                right.span,
                "the right side of `instanceof` must be a class",
            ),
        }
        self.t.boolean
    }

    pub(super) fn unary(&mut self, expr: &'a Expr, op: UnaryOp, operand: &'a Expr) -> TypeId {
        if op == UnaryOp::Not {
            let (when_true, when_false) = self.condition(expr);
            self.cx.env = self.join(when_true, when_false);
            return self.expr_types[expr.id.index()];
        }
        let ty = self.check_expr(operand, None);
        if op == UnaryOp::Void {
            return self.t.undefined;
        }
        if self.is_error(ty) {
            return self.t.number;
        }
        if op == UnaryOp::Plus {
            // `+text` converts, as in TypeScript.
            return if self.is_integral(ty) {
                ty
            } else {
                self.t.number
            };
        }
        if !self.is_numeric(ty) && !self.report_nullish_operand(operand, ty) {
            let message = format!("arithmetic needs numbers, not `{}`", self.show(ty));
            self.error(OPERATOR, operand.span, message);
        }
        match (op, self.get(ty).clone()) {
            (UnaryOp::Neg, Type::NumberLit(bits)) => self.number_lit(-f64::from_bits(bits)),
            _ if self.has_int(ty) && self.is_integral(ty) => self.t.int,
            _ => self.t.number,
        }
    }

    /// The union of what `typeof` can give.
    pub(super) fn typeof_names(&mut self) -> TypeId {
        let names = [
            "string",
            "number",
            "boolean",
            "undefined",
            "object",
            "function",
        ]
        .map(|name| self.string_lit(name));
        self.union(names)
    }
}
