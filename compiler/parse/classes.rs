//! Classes: heritage, fields, methods, accessors, constructors, static blocks; and enums.

use super::{Converter, refuse};
use crate::ast::{
    Class, EnumDecl, Field, FunctionForm, Heritage, Method, Name, Stmt, TypeNode, TypeNodeKind,
    Visibility,
};
use oxc_ast::ast::{
    self as ox, ClassElement, ClassHeritage, Expression, MethodDefinition, MethodDefinitionKind,
    MethodDefinitionType, PropertyDefinition, PropertyDefinitionType, PropertyKey, TSAccessibility,
    TSClassImplements, TSEnumDeclaration, TSEnumMemberName,
};
use oxc_span::GetSpan;

/// A class's members while they are sorted by kind.
#[derive(Default)]
struct Members {
    fields: Vec<Field>,
    methods: Vec<Method>,
    static_blocks: Vec<Vec<Stmt>>,
}

impl Converter<'_> {
    /// A class declaration; `fallback` names an `export default class` without a name.
    pub(super) fn class(&mut self, class: &ox::Class<'_>, fallback: &str) -> Class {
        self.refuse_decorators(&class.decorators);
        let name = class
            .id
            .as_ref()
            .map_or_else(|| Name::from(fallback), |id| self.declare(id));
        let id = self.ids.class();
        let type_params = self.type_params(class.type_parameters.as_deref());
        let extends = class
            .heritage
            .as_ref()
            .and_then(|heritage| self.heritage(heritage));
        let implements = class
            .implements
            .iter()
            .map(|implemented| self.implements(implemented))
            .collect();
        let mut members = Members::default();
        for element in &class.body.body {
            self.class_element(element, &mut members);
        }
        Class {
            id,
            name,
            is_abstract: class.r#abstract,
            ambient: class.declare,
            type_params,
            extends,
            implements,
            fields: members.fields,
            methods: members.methods,
            static_blocks: members.static_blocks,
            span: self.span(class.span),
        }
    }

    fn heritage(&mut self, heritage: &ClassHeritage<'_>) -> Option<Heritage> {
        let span = heritage.expression.span();
        let Some(name) = dotted_name(&heritage.expression) else {
            self.refuse(refuse::CLASS_BASE, span);
            return None;
        };
        self.used_name(name.split('.').next().unwrap_or_default());
        let type_args = self.type_args(heritage.type_arguments.as_deref());
        Some(Heritage {
            name: Name::from(name),
            type_args,
            span: self.span(span),
        })
    }

    fn implements(&mut self, implemented: &TSClassImplements<'_>) -> TypeNode {
        let name = self.type_name(&implemented.expression);
        let type_args = self.type_args(implemented.type_arguments.as_deref());
        TypeNode {
            span: self.span(implemented.span),
            kind: TypeNodeKind::Name(name, type_args),
        }
    }

    fn class_element(&mut self, element: &ClassElement<'_>, members: &mut Members) {
        match element {
            ClassElement::MethodDefinition(method) => members.methods.push(self.method(method)),
            ClassElement::PropertyDefinition(field) => members.fields.push(self.field(field)),
            ClassElement::StaticBlock(block) => {
                let body = self.in_function(|this| this.statements(&block.body));
                members.static_blocks.push(body);
            }
            ClassElement::AccessorProperty(accessor) => {
                self.refuse(refuse::AUTO_ACCESSOR, accessor.span)
            }
            ClassElement::TSIndexSignature(index) => self.refuse(refuse::CLASS_INDEX, index.span),
        }
    }

    fn method(&mut self, method: &MethodDefinition<'_>) -> Method {
        self.refuse_decorators(&method.decorators);
        let (name, _) = self.key(&method.key);
        let form = match method.kind {
            MethodDefinitionKind::Constructor => FunctionForm::Constructor,
            MethodDefinitionKind::Method => FunctionForm::Method,
            MethodDefinitionKind::Get => FunctionForm::Getter,
            MethodDefinitionKind::Set => FunctionForm::Setter,
        };
        let mut function = self.function(&method.value, name, form);
        // oxc's function starts at its parameters; ours at the member's name or modifiers.
        function.span = self.span(method.span);
        Method {
            function,
            is_static: method.r#static,
            is_abstract: method.r#type == MethodDefinitionType::TSAbstractMethodDefinition,
            optional: method.optional,
            visibility: key_visibility(&method.key, method.accessibility),
        }
    }

    fn field(&mut self, field: &PropertyDefinition<'_>) -> Field {
        self.refuse_decorators(&field.decorators);
        if field.declare {
            self.refuse(refuse::DECLARE_FIELD, field.span);
        }
        if field.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition {
            self.refuse(refuse::ABSTRACT_FIELD, field.span);
        }
        let (name, _) = self.key(&field.key);
        let ty = self.annotation(field.type_annotation.as_deref());
        let init = field
            .value
            .as_ref()
            .map(|value| self.in_function(|this| this.expr_named(value, &name)));
        Field {
            name,
            ty,
            init,
            is_static: field.r#static,
            readonly: field.readonly,
            optional: field.optional,
            visibility: key_visibility(&field.key, field.accessibility),
            span: self.span(field.span),
        }
    }

    pub(super) fn enumeration(&mut self, declaration: &TSEnumDeclaration<'_>) -> EnumDecl {
        let name = self.declare(&declaration.id);
        let mut members = Vec::new();
        for member in &declaration.body.members {
            let member_name = self.enum_member_name(&member.id);
            let value = member.initializer.as_ref().map(|value| self.expr(value));
            members.push((member_name, value, self.span(member.span)));
        }
        EnumDecl { name, members }
    }

    fn enum_member_name(&mut self, name: &TSEnumMemberName<'_>) -> Name {
        match name {
            TSEnumMemberName::Identifier(id) => Name::from(id.name.as_str()),
            TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => {
                self.string_name(text)
            }
            TSEnumMemberName::ComputedTemplateString(template) => {
                self.refuse(refuse::ENUM_NAME, template.span);
                Name::from("")
            }
        }
    }
}

fn key_visibility(key: &PropertyKey<'_>, accessibility: Option<TSAccessibility>) -> Visibility {
    match key {
        PropertyKey::PrivateIdentifier(_) => Visibility::Private,
        _ => visibility(accessibility),
    }
}

/// Who may use what is written with this keyword.
pub(super) fn visibility(accessibility: Option<TSAccessibility>) -> Visibility {
    match accessibility {
        Some(TSAccessibility::Private) => Visibility::Private,
        Some(TSAccessibility::Protected) => Visibility::Protected,
        Some(TSAccessibility::Public) | None => Visibility::Public,
    }
}

/// `Base` or `module.Base`, as text.
fn dotted_name(expression: &Expression<'_>) -> Option<String> {
    match expression {
        Expression::Identifier(id) => Some(id.name.to_string()),
        Expression::StaticMemberExpression(member) => {
            let Expression::Identifier(object) = &member.object else {
                return None;
            };
            Some(format!("{}.{}", object.name, member.property.name))
        }
        _ => None,
    }
}
