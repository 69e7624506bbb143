//! Expressions, one kind a function; literals of arrays and objects and assignment targets are in `objects.rs`.

use super::names::{private_name, string_value, template_value};
use super::{Converter, refuse};
use crate::ast::{
    Arg, BinaryOp, Expr, ExprKind, FunctionForm, LogicalOp, Name, Pattern, PatternKind, TypeNode,
    UnaryOp,
};
use oxc_ast::ast::{
    Argument, BinaryExpression, BinaryOperator, CallExpression, ChainElement, ChainExpression,
    ComputedMemberExpression, Expression, LogicalExpression, LogicalOperator, NewExpression,
    PrivateFieldExpression, StaticMemberExpression, TSType, TSTypeName, TemplateLiteral,
    UnaryExpression, UnaryOperator,
};
use oxc_span::{GetSpan, Span};

impl Converter<'_> {
    pub(super) fn expr(&mut self, expression: &Expression<'_>) -> Expr {
        self.expr_named(expression, "")
    }

    /// An expression assigned to `pattern`: a function takes its name from there.
    pub(super) fn expr_for(&mut self, expression: &Expression<'_>, pattern: &Pattern) -> Expr {
        match &pattern.kind {
            PatternKind::Name(_, name) => self.expr_named(expression, name),
            _ => self.expr(expression),
        }
    }

    /// An expression assigned to something called `name`.
    pub(super) fn expr_named(&mut self, expression: &Expression<'_>, name: &str) -> Expr {
        let span = expression.span();
        match self.deeper(span, |this| this.kind(expression, name)) {
            Some(kind) => self.node(span, kind),
            None => self.placeholder(span),
        }
    }

    fn node(&mut self, span: Span, kind: ExprKind) -> Expr {
        Expr {
            id: self.ids.expr(),
            span: self.span(span),
            kind,
        }
    }

    fn boxed(&mut self, expression: &Expression<'_>) -> Box<Expr> {
        Box::new(self.expr(expression))
    }

    fn kind(&mut self, expression: &Expression<'_>, name: &str) -> ExprKind {
        match expression {
            Expression::BooleanLiteral(literal) => ExprKind::Bool(literal.value),
            Expression::NullLiteral(_) => ExprKind::Null,
            Expression::NumericLiteral(literal) => ExprKind::Number(literal.value),
            Expression::StringLiteral(literal) => ExprKind::String(string_value(literal)),
            Expression::RegExpLiteral(literal) => ExprKind::Regex {
                pattern: Name::from(literal.regex.pattern.text.as_str()),
                flags: Name::from(literal.regex.flags.to_string()),
            },
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::Identifier(id) => self.identifier(id),
            Expression::ThisExpression(_) => ExprKind::This,
            Expression::ArrayExpression(array) => self.array_literal(array),
            Expression::ObjectExpression(object) => self.object_literal(object),
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => {
                self.function_expression(expression, name)
            }
            Expression::CallExpression(call) => self.call(call),
            Expression::NewExpression(new) => self.new_expression(new),
            Expression::ChainExpression(chain) => self.chain(chain),
            Expression::StaticMemberExpression(member) => self.member(member),
            Expression::ComputedMemberExpression(member) => self.index(member),
            Expression::PrivateFieldExpression(member) => self.private_member(member),
            Expression::UnaryExpression(unary) => self.unary(unary),
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::UpdateExpression(update) => self.update(update),
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::ConditionalExpression(cond) => ExprKind::Cond {
                test: self.boxed(&cond.test),
                then: Box::new(self.expr_named(&cond.consequent, name)),
                otherwise: Box::new(self.expr_named(&cond.alternate, name)),
            },
            Expression::AwaitExpression(awaited) => ExprKind::Await(self.boxed(&awaited.argument)),
            Expression::SequenceExpression(sequence) => ExprKind::Sequence(
                sequence
                    .expressions
                    .iter()
                    .map(|part| self.expr(part))
                    .collect(),
            ),
            Expression::ParenthesizedExpression(inner) => self.kind(&inner.expression, name),
            Expression::TSAsExpression(cast) => {
                self.cast(&cast.expression, &cast.type_annotation, name)
            }
            Expression::TSTypeAssertion(cast) => {
                self.cast(&cast.expression, &cast.type_annotation, name)
            }
            Expression::TSSatisfiesExpression(satisfies) => ExprKind::Satisfies {
                operand: Box::new(self.expr_named(&satisfies.expression, name)),
                ty: self.ty(&satisfies.type_annotation),
            },
            Expression::TSNonNullExpression(inner) => {
                ExprKind::NonNull(self.boxed(&inner.expression))
            }
            _ => self.refused_expression(expression),
        }
    }

    fn refused_expression(&mut self, expression: &Expression<'_>) -> ExprKind {
        let refusal = match expression {
            Expression::BigIntLiteral(_) => refuse::BIGINT,
            Expression::Super(_) => refuse::SUPER_VALUE,
            Expression::ClassExpression(_) => refuse::CLASS_EXPRESSION,
            Expression::ImportExpression(_) => refuse::DYNAMIC_IMPORT,
            Expression::TaggedTemplateExpression(_) => refuse::TAGGED_TEMPLATE,
            Expression::YieldExpression(_) => refuse::YIELD,
            Expression::PrivateInExpression(_) => refuse::PRIVATE_IN,
            Expression::ImportMeta(_) => refuse::IMPORT_META,
            Expression::NewTarget(_) => refuse::NEW_TARGET,
            Expression::TSInstantiationExpression(_) => refuse::INSTANTIATION,
            // oxc reads no JSX and no V8 intrinsics in our source types; everything else is converted.
            _ => refuse::JSX,
        };
        self.refuse(refusal, expression.span());
        ExprKind::Undefined
    }

    fn template(&mut self, template: &TemplateLiteral<'_>) -> ExprKind {
        let texts = template.quasis.iter().map(template_value).collect();
        let exprs = template
            .expressions
            .iter()
            .map(|part| self.expr(part))
            .collect();
        ExprKind::Template { texts, exprs }
    }

    fn function_expression(&mut self, expression: &Expression<'_>, name: &str) -> ExprKind {
        let function = match expression {
            Expression::ArrowFunctionExpression(arrow) => self.arrow(arrow, Name::from(name)),
            Expression::FunctionExpression(function) => {
                let name = match &function.id {
                    Some(id) => self.declare(id),
                    None => Name::from(name),
                };
                self.function(function, name, FunctionForm::Expression)
            }
            _ => return ExprKind::Undefined,
        };
        ExprKind::Function(Box::new(function))
    }

    fn call(&mut self, call: &CallExpression<'_>) -> ExprKind {
        match &call.callee {
            Expression::Super(_) => return ExprKind::SuperCall(self.args(&call.arguments)),
            Expression::StaticMemberExpression(member)
                if matches!(member.object, Expression::Super(_)) =>
            {
                let name = Name::from(member.property.name.as_str());
                return ExprKind::SuperMethod {
                    name,
                    args: self.args(&call.arguments),
                };
            }
            _ => {}
        }
        ExprKind::Call {
            callee: self.boxed(&call.callee),
            type_args: self.type_args(call.type_arguments.as_deref()),
            args: self.args(&call.arguments),
            optional: call.optional,
        }
    }

    fn new_expression(&mut self, new: &NewExpression<'_>) -> ExprKind {
        ExprKind::New {
            callee: self.boxed(&new.callee),
            type_args: self.type_args(new.type_arguments.as_deref()),
            args: self.args(&new.arguments),
        }
    }

    fn args(&mut self, arguments: &[Argument<'_>]) -> Vec<Arg> {
        let convert = |this: &mut Self, argument: &Argument<'_>| match argument {
            Argument::SpreadElement(spread) => Arg::Spread(this.expr(&spread.argument)),
            value => Arg::Expr(this.expr(value.to_expression())),
        };
        arguments
            .iter()
            .map(|argument| convert(self, argument))
            .collect()
    }

    fn chain(&mut self, chain: &ChainExpression<'_>) -> ExprKind {
        let kind = match &chain.expression {
            ChainElement::CallExpression(call) => self.call(call),
            ChainElement::TSNonNullExpression(inner) => {
                ExprKind::NonNull(self.boxed(&inner.expression))
            }
            ChainElement::StaticMemberExpression(member) => self.member(member),
            ChainElement::ComputedMemberExpression(member) => self.index(member),
            ChainElement::PrivateFieldExpression(member) => self.private_member(member),
        };
        ExprKind::OptionalChain(Box::new(self.node(chain.span, kind)))
    }

    pub(super) fn member(&mut self, member: &StaticMemberExpression<'_>) -> ExprKind {
        let name = Name::from(member.property.name.as_str());
        if matches!(&*name, "prototype" | "__proto__") {
            self.refuse(refuse::PROTOTYPE, member.property.span);
        }
        ExprKind::Member {
            object: self.boxed(&member.object),
            name,
            optional: member.optional,
        }
    }

    pub(super) fn index(&mut self, member: &ComputedMemberExpression<'_>) -> ExprKind {
        ExprKind::Index {
            object: self.boxed(&member.object),
            index: self.boxed(&member.expression),
            optional: member.optional,
        }
    }

    pub(super) fn private_member(&mut self, member: &PrivateFieldExpression<'_>) -> ExprKind {
        ExprKind::Member {
            object: self.boxed(&member.object),
            name: private_name(member.field.name.as_str()),
            optional: member.optional,
        }
    }

    fn unary(&mut self, unary: &UnaryExpression<'_>) -> ExprKind {
        let operand = self.boxed(&unary.argument);
        let op = match unary.operator {
            UnaryOperator::UnaryNegation => UnaryOp::Neg,
            UnaryOperator::UnaryPlus => UnaryOp::Plus,
            UnaryOperator::LogicalNot => UnaryOp::Not,
            UnaryOperator::BitwiseNot => UnaryOp::BitNot,
            UnaryOperator::Void => UnaryOp::Void,
            UnaryOperator::Typeof => return ExprKind::Typeof(operand),
            UnaryOperator::Delete => {
                self.refuse(refuse::DELETE, unary.span);
                return ExprKind::Undefined;
            }
        };
        ExprKind::Unary { op, operand }
    }

    fn binary(&mut self, binary: &BinaryExpression<'_>) -> ExprKind {
        let op = match binary.operator {
            BinaryOperator::Equality | BinaryOperator::Inequality => {
                return self.loose_equality(binary);
            }
            operator => binary_op(operator),
        };
        ExprKind::Binary {
            op,
            left: self.boxed(&binary.left),
            right: self.boxed(&binary.right),
        }
    }

    /// `a == null` and its like; the null comes out on the right.
    fn loose_equality(&mut self, binary: &BinaryExpression<'_>) -> ExprKind {
        let is_equal = binary.operator == BinaryOperator::Equality;
        let (value, nullish) = match (is_nullish(&binary.left), is_nullish(&binary.right)) {
            (_, true) => (&binary.left, &binary.right),
            (true, false) => (&binary.right, &binary.left),
            (false, false) => {
                self.refuse(refuse::LOOSE_EQUALITY, binary.span);
                (&binary.left, &binary.right)
            }
        };
        let op = if is_equal {
            BinaryOp::EqNullish
        } else {
            BinaryOp::NeNullish
        };
        ExprKind::Binary {
            op,
            left: self.boxed(value),
            right: self.boxed(nullish),
        }
    }

    fn logical(&mut self, logical: &LogicalExpression<'_>) -> ExprKind {
        let op = match logical.operator {
            LogicalOperator::And => LogicalOp::And,
            LogicalOperator::Or => LogicalOp::Or,
            LogicalOperator::Coalesce => LogicalOp::Coalesce,
        };
        ExprKind::Logical {
            op,
            left: self.boxed(&logical.left),
            right: self.boxed(&logical.right),
        }
    }

    /// `a as T`, `<T>a`, `a as const`.
    fn cast(&mut self, operand: &Expression<'_>, ty: &TSType<'_>, name: &str) -> ExprKind {
        let operand = Box::new(self.expr_named(operand, name));
        if is_const(ty) {
            return ExprKind::AsConst(operand);
        }
        let ty: TypeNode = self.ty(ty);
        ExprKind::As { operand, ty }
    }
}

fn is_const(ty: &TSType<'_>) -> bool {
    matches!(ty, TSType::TSTypeReference(reference)
        if matches!(&reference.type_name, TSTypeName::IdentifierReference(id) if id.name == "const"))
}

fn is_nullish(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::NullLiteral(_) => true,
        Expression::Identifier(id) => id.name == "undefined",
        _ => false,
    }
}

fn binary_op(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Equality => BinaryOp::EqNullish,
        BinaryOperator::Inequality => BinaryOp::NeNullish,
        BinaryOperator::StrictEquality => BinaryOp::Eq,
        BinaryOperator::StrictInequality => BinaryOp::Ne,
        BinaryOperator::LessThan => BinaryOp::Lt,
        BinaryOperator::LessEqualThan => BinaryOp::Le,
        BinaryOperator::GreaterThan => BinaryOp::Gt,
        BinaryOperator::GreaterEqualThan => BinaryOp::Ge,
        BinaryOperator::Addition => BinaryOp::Add,
        BinaryOperator::Subtraction => BinaryOp::Sub,
        BinaryOperator::Multiplication => BinaryOp::Mul,
        BinaryOperator::Division => BinaryOp::Div,
        BinaryOperator::Remainder => BinaryOp::Rem,
        BinaryOperator::Exponential => BinaryOp::Pow,
        BinaryOperator::ShiftLeft => BinaryOp::Shl,
        BinaryOperator::ShiftRight => BinaryOp::Shr,
        BinaryOperator::ShiftRightZeroFill => BinaryOp::Ushr,
        BinaryOperator::BitwiseOR => BinaryOp::BitOr,
        BinaryOperator::BitwiseXOR => BinaryOp::BitXor,
        BinaryOperator::BitwiseAnd => BinaryOp::BitAnd,
        BinaryOperator::In => BinaryOp::In,
        BinaryOperator::Instanceof => BinaryOp::InstanceOf,
    }
}
