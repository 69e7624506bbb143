//! Array and object literals, and what looks like them on the left of an assignment.

use super::{Converter, refuse};
use crate::ast::{
    ArrayElem, AssignOp, AssignTarget, BinaryOp, Expr, ExprKind, FunctionForm, LogicalOp, Name,
    ObjectProp,
};
use oxc_ast::ast::{
    ArrayAssignmentTarget, ArrayExpression, ArrayExpressionElement, AssignmentExpression,
    AssignmentOperator, AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty,
    Expression, ObjectAssignmentTarget, ObjectExpression, ObjectProperty, ObjectPropertyKind,
    PropertyKey, PropertyKind, SimpleAssignmentTarget, UpdateExpression, UpdateOperator,
};
use oxc_span::GetSpan;

impl Converter<'_> {
    pub(super) fn array_literal(&mut self, array: &ArrayExpression<'_>) -> ExprKind {
        let mut elems = Vec::new();
        for element in &array.elements {
            match element {
                ArrayExpressionElement::SpreadElement(spread) => {
                    elems.push(ArrayElem::Spread(self.expr(&spread.argument)));
                }
                ArrayExpressionElement::Elision(hole) => {
                    self.refuse(refuse::SPARSE_ARRAY, hole.span)
                }
                value => elems.push(ArrayElem::Expr(self.expr(value.to_expression()))),
            }
        }
        ExprKind::Array(elems)
    }

    pub(super) fn object_literal(&mut self, object: &ObjectExpression<'_>) -> ExprKind {
        let mut props = Vec::new();
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => {
                    props.push(ObjectProp::Spread(self.expr(&spread.argument)));
                }
                ObjectPropertyKind::ObjectProperty(property) => {
                    props.push(self.object_property(property))
                }
            }
        }
        ExprKind::Object(props)
    }

    fn object_property(&mut self, property: &ObjectProperty<'_>) -> ObjectProp {
        if property.kind != PropertyKind::Init {
            self.refuse(refuse::LITERAL_ACCESSOR, property.span);
        }
        if let Some(key) = computed_key(property) {
            let key = self.expr(key);
            return ObjectProp::Computed {
                key,
                value: self.expr(&property.value),
            };
        }
        let (key, span) = self.key(&property.key);
        if &*key == "__proto__" {
            self.refuse(refuse::PROTOTYPE, property.key.span());
        }
        let value = self.property_value(property, &key);
        ObjectProp::Property { key, value, span }
    }

    fn property_value(&mut self, property: &ObjectProperty<'_>, key: &Name) -> Expr {
        match &property.value {
            Expression::FunctionExpression(function) if property.method => {
                let method = self.deeper(property.span, |this| {
                    let mut method = this.function(function, key.clone(), FunctionForm::Method);
                    method.span = this.span(property.span);
                    method
                });
                let Some(method) = method else {
                    return self.placeholder(property.span);
                };
                let kind = ExprKind::Function(Box::new(method));
                Expr {
                    id: self.ids.expr(),
                    span: self.span(property.span),
                    kind,
                }
            }
            value => self.expr_named(value, key),
        }
    }

    pub(super) fn assignment(&mut self, assignment: &AssignmentExpression<'_>) -> ExprKind {
        let target = Box::new(self.target(&assignment.left));
        let name = match &*target {
            AssignTarget::Expr(Expr {
                kind: ExprKind::Ident(name),
                ..
            }) => name.clone(),
            _ => Name::from(""),
        };
        let value = Box::new(self.expr_named(&assignment.right, &name));
        ExprKind::Assign {
            op: assign_op(assignment.operator),
            target,
            value,
        }
    }

    pub(super) fn update(&mut self, update: &UpdateExpression<'_>) -> ExprKind {
        ExprKind::Update {
            increment: update.operator == UpdateOperator::Increment,
            prefix: update.prefix,
            target: Box::new(self.simple_target(&update.argument)),
        }
    }

    fn target(&mut self, target: &AssignmentTarget<'_>) -> AssignTarget {
        let span = target.span();
        let converted = self.deeper(span, |this| match target {
            AssignmentTarget::ArrayAssignmentTarget(array) => this.array_target(array),
            AssignmentTarget::ObjectAssignmentTarget(object) => this.object_target(object),
            simple => AssignTarget::Expr(this.simple_target(simple.to_simple_assignment_target())),
        });
        converted.unwrap_or_else(|| AssignTarget::Expr(self.placeholder(span)))
    }

    fn simple_target(&mut self, target: &SimpleAssignmentTarget<'_>) -> Expr {
        let kind = match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => self.identifier(id),
            SimpleAssignmentTarget::StaticMemberExpression(member) => self.member(member),
            SimpleAssignmentTarget::ComputedMemberExpression(member) => self.index(member),
            SimpleAssignmentTarget::PrivateFieldExpression(member) => self.private_member(member),
            SimpleAssignmentTarget::TSAsExpression(_)
            | SimpleAssignmentTarget::TSSatisfiesExpression(_)
            | SimpleAssignmentTarget::TSNonNullExpression(_)
            | SimpleAssignmentTarget::TSTypeAssertion(_) => {
                self.refuse(refuse::TARGET, target.span());
                ExprKind::Undefined
            }
        };
        Expr {
            id: self.ids.expr(),
            span: self.span(target.span()),
            kind,
        }
    }

    fn array_target(&mut self, array: &ArrayAssignmentTarget<'_>) -> AssignTarget {
        let elems = array
            .elements
            .iter()
            .map(|element| element.as_ref().map(|element| self.target_elem(element)))
            .collect();
        let rest = array
            .rest
            .as_ref()
            .map(|rest| Box::new(self.target(&rest.target)));
        AssignTarget::Array {
            elems,
            rest,
            span: self.span(array.span),
        }
    }

    /// A target with what stands behind its `=`.
    fn target_elem(
        &mut self,
        element: &AssignmentTargetMaybeDefault<'_>,
    ) -> (AssignTarget, Option<Expr>) {
        match element {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with_default) => (
                self.target(&with_default.binding),
                Some(self.expr(&with_default.init)),
            ),
            target => (self.target(target.to_assignment_target()), None),
        }
    }

    fn object_target(&mut self, object: &ObjectAssignmentTarget<'_>) -> AssignTarget {
        if let Some(rest) = &object.rest {
            self.refuse(refuse::OBJECT_REST_TARGET, rest.span);
        }
        let props = object
            .properties
            .iter()
            .map(|property| self.target_property(property))
            .collect();
        AssignTarget::Object {
            props,
            span: self.span(object.span),
        }
    }

    fn target_property(
        &mut self,
        property: &AssignmentTargetProperty<'_>,
    ) -> (Name, AssignTarget, Option<Expr>) {
        match property {
            AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(shorthand) => {
                let kind = self.identifier(&shorthand.binding);
                let span = self.span(shorthand.binding.span);
                let target = AssignTarget::Expr(Expr {
                    id: self.ids.expr(),
                    span,
                    kind,
                });
                let default = shorthand.init.as_ref().map(|value| self.expr(value));
                (Name::from(shorthand.binding.name.as_str()), target, default)
            }
            AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                let (name, _) = self.key(&property.name);
                let (target, default) = self.target_elem(&property.binding);
                (name, target, default)
            }
        }
    }
}

/// The key of `[key]: value`, unless it is a plain name after all (`["x"]: value`).
fn computed_key<'b, 'a>(property: &'b ObjectProperty<'a>) -> Option<&'b Expression<'a>> {
    let is_name = matches!(
        property.key,
        PropertyKey::StringLiteral(_) | PropertyKey::NumericLiteral(_)
    );
    if property.computed && !is_name {
        property.key.as_expression()
    } else {
        None
    }
}

fn assign_op(operator: AssignmentOperator) -> AssignOp {
    match operator {
        AssignmentOperator::Assign => AssignOp::Assign,
        AssignmentOperator::Addition => AssignOp::Binary(BinaryOp::Add),
        AssignmentOperator::Subtraction => AssignOp::Binary(BinaryOp::Sub),
        AssignmentOperator::Multiplication => AssignOp::Binary(BinaryOp::Mul),
        AssignmentOperator::Division => AssignOp::Binary(BinaryOp::Div),
        AssignmentOperator::Remainder => AssignOp::Binary(BinaryOp::Rem),
        AssignmentOperator::Exponential => AssignOp::Binary(BinaryOp::Pow),
        AssignmentOperator::ShiftLeft => AssignOp::Binary(BinaryOp::Shl),
        AssignmentOperator::ShiftRight => AssignOp::Binary(BinaryOp::Shr),
        AssignmentOperator::ShiftRightZeroFill => AssignOp::Binary(BinaryOp::Ushr),
        AssignmentOperator::BitwiseOR => AssignOp::Binary(BinaryOp::BitOr),
        AssignmentOperator::BitwiseXOR => AssignOp::Binary(BinaryOp::BitXor),
        AssignmentOperator::BitwiseAnd => AssignOp::Binary(BinaryOp::BitAnd),
        AssignmentOperator::LogicalOr => AssignOp::Logical(LogicalOp::Or),
        AssignmentOperator::LogicalAnd => AssignOp::Logical(LogicalOp::And),
        AssignmentOperator::LogicalNullish => AssignOp::Logical(LogicalOp::Coalesce),
    }
}
