//! Types as written: keywords, references, unions, functions, object types, tuples, predicates.

use super::{Converter, refuse};
use crate::ast::{
    FnTypeNode, FnTypeParam, Name, TupleElem, TypeMember, TypeMemberKind, TypeNode, TypeNodeKind,
    TypeParamDecl,
};
use oxc_ast::ast::{
    BindingPattern, Expression, FormalParameters, PropertyKey, TSIndexSignature,
    TSInterfaceHeritage, TSLiteral, TSMethodSignature, TSMethodSignatureKind, TSPropertySignature,
    TSSignature, TSThisParameter, TSTupleElement, TSType, TSTypeAnnotation, TSTypeName,
    TSTypeOperator, TSTypeOperatorOperator, TSTypeParameter, TSTypeParameterDeclaration,
    TSTypeParameterInstantiation, TSTypePredicate, TSTypePredicateName, TSTypeQuery,
    TSTypeQueryExprName, TSTypeReference, UnaryExpression, UnaryOperator,
};
use oxc_span::{GetSpan, Span};

impl Converter<'_> {
    /// `: T`
    pub(super) fn annotation(
        &mut self,
        annotation: Option<&TSTypeAnnotation<'_>>,
    ) -> Option<TypeNode> {
        annotation.map(|annotation| self.ty(&annotation.type_annotation))
    }

    /// The `: unknown` of a catch variable, the only type it can have.
    pub(super) fn catch_type(&mut self, annotation: Option<&TSTypeAnnotation<'_>>) {
        let Some(annotation) = annotation else { return };
        match &annotation.type_annotation {
            TSType::TSUnknownKeyword(_) => {}
            TSType::TSAnyKeyword(any) => self.refuse(refuse::ANY, any.span),
            other => {
                let span = self.span(other.span());
                let help = "leave the type out and narrow with `instanceof`";
                self.diagnostics
                    .error_help(1007, span, "what is caught is `unknown`", help);
            }
        }
    }

    /// `<A, B>`
    pub(super) fn type_args(
        &mut self,
        args: Option<&TSTypeParameterInstantiation<'_>>,
    ) -> Vec<TypeNode> {
        args.map(|args| args.params.iter().map(|arg| self.ty(arg)).collect())
            .unwrap_or_default()
    }

    /// `<T extends U = V>`
    pub(super) fn type_params(
        &mut self,
        params: Option<&TSTypeParameterDeclaration<'_>>,
    ) -> Vec<TypeParamDecl> {
        params
            .map(|params| {
                params
                    .params
                    .iter()
                    .map(|param| self.type_param(param))
                    .collect()
            })
            .unwrap_or_default()
    }

    fn type_param(&mut self, param: &TSTypeParameter<'_>) -> TypeParamDecl {
        if param.r#in || param.out || param.r#const {
            self.refuse(refuse::TYPE_MODIFIER, param.span);
        }
        TypeParamDecl {
            name: Name::from(param.name.name.as_str()),
            constraint: param.constraint.as_ref().map(|ty| self.ty(ty)),
            default: param.default.as_ref().map(|ty| self.ty(ty)),
            span: self.span(param.span),
        }
    }

    pub(super) fn ty(&mut self, ty: &TSType<'_>) -> TypeNode {
        let span = ty.span();
        let kind = self
            .deeper(span, |this| this.type_kind(ty))
            .unwrap_or_else(|| keyword("unknown"));
        TypeNode {
            span: self.span(span),
            kind,
        }
    }

    fn boxed_type(&mut self, ty: &TSType<'_>) -> Box<TypeNode> {
        Box::new(self.ty(ty))
    }

    fn type_kind(&mut self, ty: &TSType<'_>) -> TypeNodeKind {
        match ty {
            TSType::TSBooleanKeyword(_) => keyword("boolean"),
            TSType::TSNeverKeyword(_) => keyword("never"),
            TSType::TSNullKeyword(_) => keyword("null"),
            TSType::TSNumberKeyword(_) => keyword("number"),
            TSType::TSObjectKeyword(_) => keyword("object"),
            TSType::TSStringKeyword(_) => keyword("string"),
            TSType::TSUndefinedKeyword(_) => keyword("undefined"),
            TSType::TSUnknownKeyword(_) => keyword("unknown"),
            TSType::TSVoidKeyword(_) => keyword("void"),
            TSType::TSThisType(_) => keyword("this"),
            TSType::TSTypeReference(reference) => self.type_reference(reference),
            TSType::TSArrayType(array) => TypeNodeKind::Array(self.boxed_type(&array.element_type)),
            TSType::TSTupleType(tuple) => TypeNodeKind::Tuple(
                tuple
                    .element_types
                    .iter()
                    .map(|elem| self.tuple_elem(elem))
                    .collect(),
            ),
            TSType::TSUnionType(union) => {
                TypeNodeKind::Union(union.types.iter().map(|ty| self.ty(ty)).collect())
            }
            TSType::TSIntersectionType(both) => {
                TypeNodeKind::Intersection(both.types.iter().map(|ty| self.ty(ty)).collect())
            }
            TSType::TSFunctionType(function) => {
                let params = self.type_params(function.type_parameters.as_deref());
                self.refuse_this(function.this_param.as_deref());
                let node = self.signature(
                    params,
                    &function.params,
                    Some(&function.return_type),
                    function.span,
                );
                TypeNodeKind::Function(Box::new(node))
            }
            TSType::TSTypeLiteral(literal) => match self.only_call_signature(&literal.members) {
                Some(function) => function,
                None => TypeNodeKind::Object(self.type_members(&literal.members)),
            },
            TSType::TSTypeOperatorType(operator) => self.type_operator(operator),
            TSType::TSIndexedAccessType(indexed) => {
                let object = self.boxed_type(&indexed.object_type);
                TypeNodeKind::Indexed(object, self.boxed_type(&indexed.index_type))
            }
            TSType::TSTypeQuery(query) => self.type_query(query),
            TSType::TSTypePredicate(predicate) => self.predicate(predicate),
            TSType::TSLiteralType(literal) => self.literal_type(&literal.literal),
            TSType::TSParenthesizedType(inner) => self.type_kind(&inner.type_annotation),
            _ => self.refused_type(ty),
        }
    }

    fn refused_type(&mut self, ty: &TSType<'_>) -> TypeNodeKind {
        let refusal = match ty {
            TSType::TSAnyKeyword(_) => refuse::ANY,
            TSType::TSBigIntKeyword(_) => refuse::BIGINT,
            TSType::TSIntrinsicKeyword(_) => refuse::INTRINSIC,
            TSType::TSSymbolKeyword(_) => refuse::SYMBOL,
            TSType::TSConditionalType(_) => refuse::CONDITIONAL_TYPE,
            TSType::TSConstructorType(_) => refuse::CONSTRUCTOR_TYPE,
            TSType::TSImportType(_) => refuse::IMPORT_TYPE,
            TSType::TSInferType(_) => refuse::INFER,
            TSType::TSMappedType(_) => refuse::MAPPED_TYPE,
            TSType::TSTemplateLiteralType(_) => refuse::TEMPLATE_TYPE,
            // Everything else is converted.
            _ => refuse::JSDOC_TYPE,
        };
        self.refuse(refusal, ty.span());
        keyword("unknown")
    }

    fn type_reference(&mut self, reference: &TSTypeReference<'_>) -> TypeNodeKind {
        let name = self.type_name(&reference.type_name);
        TypeNodeKind::Name(name, self.type_args(reference.type_arguments.as_deref()))
    }

    /// `A` or `ns.A`, as text.
    pub(super) fn type_name(&mut self, name: &TSTypeName<'_>) -> Name {
        let mut parts = Vec::new();
        let mut rest = name;
        let first = loop {
            match rest {
                TSTypeName::IdentifierReference(id) => break id.name.as_str(),
                TSTypeName::ThisExpression(_) => break "this",
                TSTypeName::QualifiedName(qualified) => {
                    parts.push(qualified.right.name.as_str());
                    rest = &qualified.left;
                }
            }
        };
        parts.push(first);
        parts.reverse();
        Name::from(parts.join("."))
    }

    pub(super) fn interface_base(&mut self, base: &TSInterfaceHeritage<'_>) -> TypeNode {
        let name = self.type_name(&base.type_name);
        let type_args = self.type_args(base.type_arguments.as_deref());
        TypeNode {
            span: self.span(base.span),
            kind: TypeNodeKind::Name(name, type_args),
        }
    }

    fn tuple_elem(&mut self, elem: &TSTupleElement<'_>) -> TupleElem {
        let span = elem.span();
        let converted = self.deeper(span, |this| match elem {
            TSTupleElement::TSOptionalType(inner) => TupleElem {
                ty: this.ty(&inner.type_annotation),
                optional: true,
                rest: false,
            },
            TSTupleElement::TSRestType(inner) => {
                // `...names: T[]`: the label is only for readers.
                let ty = match &inner.type_annotation {
                    TSType::TSNamedTupleMember(named) => this.tuple_elem(&named.element_type).ty,
                    ty => this.ty(ty),
                };
                TupleElem {
                    ty,
                    optional: false,
                    rest: true,
                }
            }
            TSTupleElement::TSNamedTupleMember(named) => {
                let inner = this.tuple_elem(&named.element_type);
                TupleElem {
                    optional: inner.optional || named.optional,
                    ..inner
                }
            }
            ty => TupleElem {
                ty: this.ty(ty.to_ts_type()),
                optional: false,
                rest: false,
            },
        });
        let span = self.span(span);
        let unknown = || TupleElem {
            ty: TypeNode {
                span,
                kind: keyword("unknown"),
            },
            optional: false,
            rest: false,
        };
        converted.unwrap_or_else(unknown)
    }

    fn type_operator(&mut self, operator: &TSTypeOperator<'_>) -> TypeNodeKind {
        match operator.operator {
            TSTypeOperatorOperator::Keyof => {
                TypeNodeKind::Keyof(self.boxed_type(&operator.type_annotation))
            }
            TSTypeOperatorOperator::Readonly => {
                TypeNodeKind::Readonly(self.boxed_type(&operator.type_annotation))
            }
            TSTypeOperatorOperator::Unique => {
                self.refuse(refuse::UNIQUE_SYMBOL, operator.span);
                keyword("unknown")
            }
        }
    }

    fn type_query(&mut self, query: &TSTypeQuery<'_>) -> TypeNodeKind {
        if let Some(args) = &query.type_arguments {
            self.refuse(refuse::INSTANTIATION, args.span);
        }
        match &query.expr_name {
            TSTypeQueryExprName::TSImportType(import) => {
                self.refuse(refuse::IMPORT_TYPE, import.span);
                keyword("unknown")
            }
            name => TypeNodeKind::Typeof(self.type_name(name.to_ts_type_name())),
        }
    }

    fn predicate(&mut self, predicate: &TSTypePredicate<'_>) -> TypeNodeKind {
        let param = match &predicate.parameter_name {
            TSTypePredicateName::Identifier(id) => Name::from(id.name.as_str()),
            TSTypePredicateName::This(_) => Name::from("this"),
        };
        let ty = self
            .annotation(predicate.type_annotation.as_deref())
            .map(Box::new);
        TypeNodeKind::Predicate {
            param,
            ty,
            asserts: predicate.asserts,
        }
    }

    fn literal_type(&mut self, literal: &TSLiteral<'_>) -> TypeNodeKind {
        match literal {
            TSLiteral::BooleanLiteral(literal) => TypeNodeKind::BoolLit(literal.value),
            TSLiteral::NumericLiteral(literal) => TypeNodeKind::NumberLit(literal.value),
            TSLiteral::StringLiteral(literal) => TypeNodeKind::StringLit(self.string_name(literal)),
            TSLiteral::UnaryExpression(unary) => match negative_number(unary) {
                Some(value) => TypeNodeKind::NumberLit(value),
                None => {
                    self.refuse(refuse::BIGINT, unary.span);
                    keyword("unknown")
                }
            },
            TSLiteral::BigIntLiteral(literal) => {
                self.refuse(refuse::BIGINT, literal.span);
                keyword("unknown")
            }
            TSLiteral::TemplateLiteral(literal) => {
                self.refuse(refuse::TEMPLATE_TYPE, literal.span);
                keyword("unknown")
            }
        }
    }

    /// `{ … }` of an interface or object type.
    pub(super) fn type_members(&mut self, members: &[TSSignature<'_>]) -> Vec<TypeMember> {
        members
            .iter()
            .filter_map(|member| self.type_member(member))
            .collect()
    }

    fn type_member(&mut self, member: &TSSignature<'_>) -> Option<TypeMember> {
        match member {
            TSSignature::TSPropertySignature(property) => Some(self.property_signature(property)),
            TSSignature::TSMethodSignature(method) => self.method_signature(method),
            TSSignature::TSIndexSignature(index) => Some(self.index_signature(index)),
            TSSignature::TSCallSignatureDeclaration(_)
            | TSSignature::TSConstructSignatureDeclaration(_) => {
                self.refuse(refuse::CALL_SIGNATURE, member.span());
                None
            }
        }
    }

    /// `{ (a: A): B }` is `(a: A) => B`.
    pub(super) fn only_call_signature(
        &mut self,
        members: &[TSSignature<'_>],
    ) -> Option<TypeNodeKind> {
        let [TSSignature::TSCallSignatureDeclaration(call)] = members else {
            return None;
        };
        self.refuse_this(call.this_param.as_deref());
        let type_params = self.type_params(call.type_parameters.as_deref());
        let node = self.signature(
            type_params,
            &call.params,
            call.return_type.as_deref(),
            call.span,
        );
        Some(TypeNodeKind::Function(Box::new(node)))
    }

    fn property_signature(&mut self, property: &TSPropertySignature<'_>) -> TypeMember {
        let name = self.signature_name(&property.key);
        let span = self.span(property.span);
        let ty = match &property.type_annotation {
            Some(annotation) => self.ty(&annotation.type_annotation),
            None => self.missing_type(property.span),
        };
        let kind = TypeMemberKind::Property(ty);
        TypeMember {
            name,
            kind,
            optional: property.optional,
            readonly: property.readonly,
            span,
        }
    }

    fn signature_name(&mut self, key: &PropertyKey<'_>) -> Name {
        self.key(key).0
    }

    fn method_signature(&mut self, method: &TSMethodSignature<'_>) -> Option<TypeMember> {
        if method.kind != TSMethodSignatureKind::Method {
            self.refuse(refuse::ACCESSOR_SIGNATURE, method.span);
            return None;
        }
        self.refuse_this(method.this_param.as_deref());
        let name = self.signature_name(&method.key);
        let type_params = self.type_params(method.type_parameters.as_deref());
        let node = self.signature(
            type_params,
            &method.params,
            method.return_type.as_deref(),
            method.span,
        );
        let kind = TypeMemberKind::Method(node);
        Some(TypeMember {
            name,
            kind,
            optional: method.optional,
            readonly: false,
            span: self.span(method.span),
        })
    }

    fn index_signature(&mut self, index: &TSIndexSignature<'_>) -> TypeMember {
        let key = self.ty(&index.parameter.type_annotation.type_annotation);
        let value = self.ty(&index.type_annotation.type_annotation);
        TypeMember {
            name: Name::from(index.parameter.name.as_str()),
            kind: TypeMemberKind::Index { key, value },
            optional: false,
            readonly: index.readonly,
            span: self.span(index.span),
        }
    }

    fn refuse_this(&mut self, this: Option<&TSThisParameter<'_>>) {
        if let Some(this) = this {
            self.refuse(refuse::THIS_TYPE_PARAMETER, this.span);
        }
    }

    fn signature(
        &mut self,
        type_params: Vec<TypeParamDecl>,
        params: &FormalParameters<'_>,
        ret: Option<&TSTypeAnnotation<'_>>,
        span: Span,
    ) -> FnTypeNode {
        let mut converted = Vec::new();
        for param in &params.items {
            let annotation = param.type_annotation.as_deref();
            converted.push(self.signature_param(&param.pattern, annotation, param.optional, false));
        }
        if let Some(rest) = &params.rest {
            let annotation = rest.type_annotation.as_deref();
            converted.push(self.signature_param(&rest.rest.argument, annotation, false, true));
        }
        let ret = match ret {
            Some(ret) => self.ty(&ret.type_annotation),
            None => self.missing_type(span),
        };
        FnTypeNode {
            type_params,
            params: converted,
            ret,
        }
    }

    fn signature_param(
        &mut self,
        pattern: &BindingPattern<'_>,
        annotation: Option<&TSTypeAnnotation<'_>>,
        optional: bool,
        rest: bool,
    ) -> FnTypeParam {
        let name = match pattern {
            BindingPattern::BindingIdentifier(id) => Name::from(id.name.as_str()),
            // `({ a, b }: T) => R`: the names inside mean nothing in a type.
            _ => Name::from("_"),
        };
        let ty = match annotation {
            Some(annotation) => self.ty(&annotation.type_annotation),
            None => self.missing_type(pattern.span()),
        };
        FnTypeParam {
            name,
            ty,
            optional,
            rest,
        }
    }

    /// Without a type it would be `any`.
    fn missing_type(&mut self, span: Span) -> TypeNode {
        let span = self.span(span);
        self.diagnostics
            .error_help(1008, span, "this has no type", "write its type: `name: T`");
        TypeNode {
            span,
            kind: keyword("unknown"),
        }
    }
}

fn keyword(name: &str) -> TypeNodeKind {
    TypeNodeKind::Name(Name::from(name), Vec::new())
}

fn negative_number(unary: &UnaryExpression<'_>) -> Option<f64> {
    match (&unary.operator, &unary.argument) {
        (UnaryOperator::UnaryNegation, Expression::NumericLiteral(number)) => Some(-number.value),
        (UnaryOperator::UnaryPlus, Expression::NumericLiteral(number)) => Some(number.value),
        _ => None,
    }
}
