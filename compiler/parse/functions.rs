//! Functions of all forms: declarations, expressions, arrows, methods; parameters and bodies.

use super::classes::visibility;
use super::{Converter, refuse};
use crate::ast::{FnBody, Function, FunctionForm, Name, Param, Stmt, Visibility};
use oxc_ast::ast::{
    self as ox, ArrowFunctionBody, ArrowFunctionExpression, FormalParameter, FormalParameterRest,
    FormalParameters, FunctionBody, TSThisParameter,
};

impl Converter<'_> {
    /// A function with the `function` keyword, or a method's function.
    pub(super) fn function(
        &mut self,
        function: &ox::Function<'_>,
        name: Name,
        form: FunctionForm,
    ) -> Function {
        if function.generator {
            self.refuse(refuse::GENERATOR, function.span);
        }
        let id = self.ids.function();
        let type_params = self.type_params(function.type_parameters.as_deref());
        let this_type = function
            .this_param
            .as_ref()
            .and_then(|this| self.this_param(this));
        let (params, ret, body) = self.in_function(|this| {
            let params = this.params(&function.params);
            let ret = this.annotation(function.return_type.as_deref());
            let body = function
                .body
                .as_ref()
                .map(|body| FnBody::Block(this.function_body(body)));
            (params, ret, body)
        });
        Function {
            id,
            name,
            form,
            is_async: function.r#async,
            is_generator: function.generator,
            type_params,
            this_type,
            params,
            ret,
            body,
            span: self.span(function.span),
        }
    }

    pub(super) fn arrow(&mut self, arrow: &ArrowFunctionExpression<'_>, name: Name) -> Function {
        let id = self.ids.function();
        let type_params = self.type_params(arrow.type_parameters.as_deref());
        let (params, ret, body) = self.in_function(|this| {
            let params = this.params(&arrow.params);
            let ret = this.annotation(arrow.return_type.as_deref());
            (params, ret, this.arrow_body(&arrow.body))
        });
        Function {
            id,
            name,
            form: FunctionForm::Arrow,
            is_async: arrow.r#async,
            is_generator: false,
            type_params,
            this_type: None,
            params,
            ret,
            body: Some(body),
            span: self.span(arrow.span),
        }
    }

    fn arrow_body(&mut self, body: &ArrowFunctionBody<'_>) -> FnBody {
        match body {
            ArrowFunctionBody::FunctionBody(block) => FnBody::Block(self.function_body(block)),
            expression => FnBody::Expr(Box::new(self.expr(expression.to_expression()))),
        }
    }

    fn function_body(&mut self, body: &FunctionBody<'_>) -> Vec<Stmt> {
        self.statements(&body.statements)
    }

    fn this_param(&mut self, this: &TSThisParameter<'_>) -> Option<crate::ast::TypeNode> {
        self.annotation(this.type_annotation.as_deref())
    }

    fn params(&mut self, params: &FormalParameters<'_>) -> Vec<Param> {
        let mut converted: Vec<Param> =
            params.items.iter().map(|param| self.param(param)).collect();
        converted.extend(params.rest.as_ref().map(|rest| self.rest_param(rest)));
        converted
    }

    fn param(&mut self, param: &FormalParameter<'_>) -> Param {
        self.refuse_decorators(&param.decorators);
        let pattern = self.pattern(&param.pattern);
        let ty = self.annotation(param.type_annotation.as_deref());
        let default = param
            .initializer
            .as_ref()
            .map(|value| self.expr_for(value, &pattern));
        let is_property = param.accessibility.is_some() || param.readonly || param.r#override;
        Param {
            pattern,
            ty,
            optional: param.optional,
            default,
            rest: false,
            property: is_property.then_some(param.readonly),
            visibility: visibility(param.accessibility),
            span: self.span(param.span),
        }
    }

    fn rest_param(&mut self, rest: &FormalParameterRest<'_>) -> Param {
        self.refuse_decorators(&rest.decorators);
        Param {
            pattern: self.pattern(&rest.rest.argument),
            ty: self.annotation(rest.type_annotation.as_deref()),
            optional: false,
            default: None,
            rest: true,
            property: None,
            visibility: Visibility::Public,
            span: self.span(rest.span),
        }
    }

    pub(super) fn refuse_decorators(&mut self, decorators: &[ox::Decorator<'_>]) {
        for decorator in decorators {
            self.refuse(refuse::DECORATOR, decorator.span);
        }
    }
}
