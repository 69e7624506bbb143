//! Classes: fields and their first values, methods, what bases, interfaces and `abstract` ask for.

use super::codes::*;
use super::flow::Env;
use super::members::Member;
use super::{Checker, Context, FieldNode};
use crate::ast::*;
use crate::types::{Type, TypeId};

impl<'a> Checker<'a> {
    /// The type of a field from its annotation or its first value.
    pub(super) fn declared_field_type(&mut self, class: ClassId, field: &'a Field) -> TypeId {
        let scope = self.classes[class.index()].scope;
        if let Some(node) = &field.ty {
            return self.resolve_type(node, scope);
        }
        let Some(init) = &field.init else {
            let message = format!("the field `{}` has no type", field.name);
            self.error_help(IMPLICIT_ANY, field.span, message, "write it: `name: type`");
            return self.t.error;
        };
        let context = self.field_context(class, field.is_static);
        let ty = self.within(context, |c| {
            let ty = c.check_expr(init, None);
            if field.readonly {
                ty
            } else {
                c.widened(init, ty)
            }
        });
        let never = self.t.never;
        if ty == self.array_of(never) || ty == self.t.null || ty == self.t.undefined {
            let message = format!(
                "the value of the field `{}` doesn't tell its type",
                field.name
            );
            self.error_help(IMPLICIT_ANY, field.span, message, "write it: `name: type`");
            return self.t.error;
        }
        ty
    }

    /// The place where fields get their first values.
    fn field_context(&mut self, class: ClassId, is_static: bool) -> Context {
        let data = &self.classes[class.index()];
        let (scope, file) = (data.scope, data.file);
        let this_type = if is_static {
            Some(self.intern(Type::ClassValue(class)))
        } else {
            self.scope_this.get(&scope).copied()
        };
        let mut context = Context::module(file, scope);
        context.function = self.class_owner(class);
        context.class = Some(class);
        context.this_type = this_type;
        context.is_static = is_static;
        context.is_async = false;
        context
    }

    /// The function that a class is declared in.
    fn class_owner(&self, class: ClassId) -> Option<FnId> {
        let node = self.classes[class.index()].node?;
        let first = node.methods.first()?;
        self.fns[first.function.id.index()].parent
    }

    pub(super) fn check_class(&mut self, class: &'a Class) {
        let id = class.id;
        self.class_header(id);
        self.check_member_names(class);
        for is_static in [false, true] {
            let count = if is_static {
                self.classes[id.index()].static_fields.len()
            } else {
                self.classes[id.index()].fields.len()
            };
            for index in 0..count {
                self.field_type(id, index, is_static);
            }
        }
        for field in &class.fields {
            self.check_field(class, field);
        }
        for method in &class.methods {
            self.check_method(class, method);
        }
        for block in &class.static_blocks {
            let context = self.field_context(id, true);
            self.within(context, |c| c.block(block));
        }
        if !class.ambient && !self.is_prelude(class.span.file) {
            self.check_uninitialised(class);
        }
        self.check_overrides(class);
        self.check_implements(class);
    }

    /// Members of one name: only a getter with its setter, or overloads in the prelude.
    fn check_member_names(&mut self, class: &'a Class) {
        let prelude = self.is_prelude(class.span.file);
        let mut seen: Vec<(&Name, bool, Option<FunctionForm>)> = Vec::new();
        let fields = class
            .fields
            .iter()
            .map(|f| (&f.name, f.is_static, None, f.span));
        let methods = class.methods.iter().map(|m| {
            (
                &m.function.name,
                m.is_static,
                Some(m.function.form),
                m.function.span,
            )
        });
        for (name, is_static, form, span) in fields.chain(methods) {
            let clash = seen.iter().any(|&(other, other_static, other_form)| {
                other == name
                    && other_static == is_static
                    && !matches!(
                        (form, other_form),
                        (Some(FunctionForm::Getter), Some(FunctionForm::Setter))
                            | (Some(FunctionForm::Setter), Some(FunctionForm::Getter))
                    )
            });
            let overload = matches!(form, Some(FunctionForm::Method | FunctionForm::Constructor));
            if clash && overload && !prelude {
                let message =
                    format!("`{name}` is declared more than once: overloads are not supported");
                let help = "use a union type for the parameter, or methods of different names";
                self.error_help(UNSUPPORTED, span, message, help);
            } else if clash && !prelude {
                self.error(
                    DUPLICATE,
                    span,
                    format!("the member `{name}` is declared twice"),
                );
            }
            seen.push((name, is_static, form));
        }
    }

    fn check_field(&mut self, class: &'a Class, field: &'a Field) {
        let (Some(init), Some(_)) = (&field.init, &field.ty) else {
            return;
        };
        let fields = &self.classes[class.id.index()];
        let list = if field.is_static {
            &fields.static_fields
        } else {
            &fields.fields
        };
        let Some(index) = list
            .iter()
            .position(|f| matches!(f.node, FieldNode::Field(node) if std::ptr::eq(node, field)))
        else {
            return;
        };
        let mut ty = self.field_type(class.id, index, field.is_static);
        if field.optional {
            ty = self.optional(ty);
        }
        let context = self.field_context(class.id, field.is_static);
        self.within(context, |c| c.check_against(init, ty));
    }

    fn check_method(&mut self, class: &'a Class, method: &'a Method) {
        let f = &method.function;
        let prelude = self.is_prelude(class.span.file);
        if method.is_abstract && !class.is_abstract {
            let message = format!("`{}` is abstract, but its class is not", f.name);
            self.error_help(ABSTRACT, f.span, message, "write `abstract class`");
        }
        if f.body.is_none() && !method.is_abstract && !class.ambient && !prelude {
            let message = format!("the method `{}` has no body", f.name);
            self.error(ABSTRACT, f.span, message);
        }
        self.fn_type(f.id);
        self.check_body(f.id);
    }

    /// Fields that must have a value when the constructor is done.
    fn needs_value(&mut self, class: &'a Class) -> Vec<&'a Field> {
        let mut fields = Vec::new();
        for field in &class.fields {
            if field.is_static || field.optional || field.init.is_some() {
                continue;
            }
            let Some(member) = self.own_member(class.id, &[], &field.name, false) else {
                continue;
            };
            if !self.assignable(self.t.undefined, member.ty) {
                fields.push(field);
            }
        }
        fields
    }

    /// The names of fields without a value at the start of a constructor.
    pub(super) fn fields_to_assign(&mut self, function: FnId) -> Vec<Name> {
        let data = &self.fns[function.index()];
        let (Some(node), Some(class)) = (data.node, data.class) else {
            return Vec::new();
        };
        let class_node = self.classes[class.index()].node;
        match class_node {
            Some(class) if node.form == FunctionForm::Constructor => self
                .needs_value(class)
                .into_iter()
                .map(|f| f.name.clone())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn check_uninitialised(&mut self, class: &'a Class) {
        let constructor = self.classes[class.id.index()].constructor;
        let left: Option<Vec<Name>> =
            constructor.map(|id| self.left_unassigned.remove(&id).unwrap_or_default());
        for field in self.needs_value(class) {
            if left
                .as_ref()
                .is_some_and(|names| !names.contains(&field.name))
            {
                continue;
            }
            let message = format!("the field `{}` gets no value", field.name);
            let help = "give it one where it is declared or on every path through the constructor";
            self.error_help(UNINITIALISED_FIELD, field.span, message, help);
        }
    }

    fn check_overrides(&mut self, class: &'a Class) {
        let params = self.classes[class.id.index()].type_params.clone();
        let args = self.params_as_args(&params);
        let Some((base, base_args)) = self.base_of(class.id, &args) else {
            return;
        };
        let fields = class
            .fields
            .iter()
            .filter(|f| !f.is_static)
            .map(|f| (&f.name, f.span));
        let methods = class
            .methods
            .iter()
            .filter(|m| !m.is_static && m.function.form != FunctionForm::Constructor)
            .map(|m| (&m.function.name, m.function.span));
        let all: Vec<(&Name, Span)> = fields.chain(methods).collect();
        for (name, span) in all {
            if name.starts_with('#') {
                continue;
            }
            let inherited = self.class_member(base, &base_args, name, false);
            let own = self.own_member(class.id, &args, name, false);
            if let (Some(inherited), Some(own)) = (inherited, own) {
                self.check_override(name, span, &inherited, &own, base);
            }
        }
        if !class.is_abstract {
            self.check_abstract_left(class, base, &base_args);
        }
    }

    fn check_override(
        &mut self,
        name: &Name,
        span: Span,
        inherited: &Member,
        own: &Member,
        base: ClassId,
    ) {
        let base_name = self.class_name(base);
        let rank = |v: Visibility| match v {
            Visibility::Public => 2,
            Visibility::Protected => 1,
            Visibility::Private => 0,
        };
        if inherited.visibility == Visibility::Private
            || rank(own.visibility) < rank(inherited.visibility)
        {
            let message = format!("`{name}` is declared with another visibility in `{base_name}`");
            self.error(INCOMPATIBLE_MEMBER, span, message);
            return;
        }
        if inherited.method != own.method && !(own.method || self.is_error(inherited.ty)) {
            let message = format!("`{name}` is a method in `{base_name}`");
            self.error(INCOMPATIBLE_MEMBER, span, message);
            return;
        }
        if !self.fits_as_member(own, inherited) {
            let message = format!(
                "`{name}` is `{}` here, but `{}` in `{base_name}`",
                self.show(own.ty),
                self.show(inherited.ty)
            );
            self.error(INCOMPATIBLE_MEMBER, span, message);
        }
    }

    /// Whether a member may stand for the base's; methods are compared both ways in their parameters.
    fn fits_as_member(&mut self, own: &Member, inherited: &Member) -> bool {
        let wrap = |c: &mut Self, member: &Member| {
            let prop = crate::types::Prop {
                name: "m".into(),
                ty: member.ty,
                optional: member.optional,
                readonly: false,
                method: member.method,
            };
            c.intern(Type::Object(vec![prop]))
        };
        let (own, inherited) = (wrap(self, own), wrap(self, inherited));
        self.assignable(own, inherited)
    }

    /// Abstract members of the bases that nothing implements.
    fn check_abstract_left(&mut self, class: &'a Class, base: ClassId, base_args: &[TypeId]) {
        let mut at = Some((base, base_args.to_vec()));
        while let Some((base, args)) = at {
            let node = self.classes[base.index()].node;
            for method in node.map(|n| n.methods.iter()).into_iter().flatten() {
                if !method.is_abstract {
                    continue;
                }
                let name = &method.function.name;
                let found = self.class_member(class.id, &[], name, false);
                if found.is_some_and(|m| m.is_abstract) {
                    let message = format!(
                        "`{}` does not implement the abstract `{name}` of `{}`",
                        class.name,
                        self.class_name(base)
                    );
                    self.error(ABSTRACT, class.span_of_name(), message);
                }
            }
            at = self.base_of(base, &args);
        }
    }

    fn check_implements(&mut self, class: &'a Class) {
        let scope = self.classes[class.id.index()].scope;
        let Some(this) = self.scope_this.get(&scope).copied() else {
            return;
        };
        for node in &class.implements {
            let wanted = self.resolve_type(node, scope);
            let structural = match *self.get(wanted) {
                Type::Class(..) => {
                    let message = "a class can only implement interfaces";
                    self.error_help(INCOMPATIBLE_MEMBER, node.span, message, "use `extends`");
                    continue;
                }
                Type::Interface(..) | Type::Object(_) => wanted,
                _ => continue,
            };
            if !self.assignable(this, structural) {
                let mut message = format!(
                    "the class `{}` does not fit the interface `{}`",
                    class.name,
                    self.show(wanted)
                );
                if let Some(reason) = self.why_not(this, structural) {
                    message = format!("{message}: {reason}");
                }
                self.error(INCOMPATIBLE_MEMBER, node.span, message);
            }
        }
    }

    /// What is left to assign at the end of a constructor.
    pub(super) fn end_constructor(&mut self, function: FnId, span: Span) {
        if self.cx.in_constructor {
            let message = "the constructor of a class with a base must call `super(…)`";
            self.error(SUPER, span, message);
        }
        if !self.cx.env.dead {
            let left: Vec<Name> = self.cx.env.fields.iter().cloned().collect();
            self.left_unassigned.insert(function, left);
        }
        self.cx.env = Env::unreachable();
    }
}

impl Class {
    /// The first line of the declaration, for errors about the class as a whole.
    fn span_of_name(&self) -> Span {
        let end = self.span.start + "class ".len() as u32 + self.name.len() as u32;
        Span {
            end: end.min(self.span.end),
            ..self.span
        }
    }
}
