//! Statements and declarations inside blocks; a module's top level adds imports and exports (`modules.rs`).

use super::{Converter, refuse};
use crate::ast::{
    CatchClause, Declarator, ForInit, FunctionForm, InterfaceDecl, Name, Pattern, Stmt, StmtKind,
    SwitchCase, TypeAliasDecl, TypeNode, VarDecl,
};
use oxc_ast::ast::{
    self as ox, Declaration, ForInStatement, ForOfStatement, ForStatement, ForStatementInit,
    ForStatementLeft, LabeledStatement, Statement, SwitchStatement, TSInterfaceDeclaration,
    TSTypeAliasDeclaration, TryStatement, VariableDeclaration, VariableDeclarationKind,
    VariableDeclarator,
};
use oxc_span::{GetSpan, Span};

impl Converter<'_> {
    pub(super) fn statements(&mut self, statements: &[Statement<'_>]) -> Vec<Stmt> {
        statements
            .iter()
            .map(|statement| self.statement(statement))
            .collect()
    }

    pub(super) fn statement(&mut self, statement: &Statement<'_>) -> Stmt {
        let span = statement.span();
        let kind = self
            .deeper(span, |this| this.statement_kind(statement))
            .unwrap_or(StmtKind::Empty);
        Stmt {
            span: self.span(span),
            kind,
        }
    }

    fn boxed_statement(&mut self, statement: &Statement<'_>) -> Box<Stmt> {
        Box::new(self.statement(statement))
    }

    fn loop_body(&mut self, body: &Statement<'_>) -> Box<Stmt> {
        self.in_loop(|this| this.boxed_statement(body))
    }

    fn statement_kind(&mut self, statement: &Statement<'_>) -> StmtKind {
        match statement {
            Statement::BlockStatement(block) => StmtKind::Block(self.statements(&block.body)),
            Statement::BreakStatement(jump) => {
                StmtKind::Break(self.jump(jump.label.as_ref(), false, jump.span))
            }
            Statement::ContinueStatement(jump) => {
                StmtKind::Continue(self.jump(jump.label.as_ref(), true, jump.span))
            }
            Statement::DoWhileStatement(repeat) => StmtKind::DoWhile {
                body: self.loop_body(&repeat.body),
                test: self.expr(&repeat.test),
            },
            Statement::WhileStatement(repeat) => StmtKind::While {
                test: self.expr(&repeat.test),
                body: self.loop_body(&repeat.body),
            },
            Statement::EmptyStatement(_) => StmtKind::Empty,
            Statement::ExpressionStatement(expression) => {
                StmtKind::Expr(self.expr(&expression.expression))
            }
            Statement::ForStatement(each) => self.for_loop(each),
            Statement::ForOfStatement(each) => self.for_of(each),
            Statement::ForInStatement(each) => self.for_in(each),
            Statement::IfStatement(branch) => StmtKind::If {
                test: self.expr(&branch.test),
                then: self.boxed_statement(&branch.consequent),
                otherwise: branch
                    .alternate
                    .as_ref()
                    .map(|otherwise| self.boxed_statement(otherwise)),
            },
            Statement::LabeledStatement(labeled) => self.labeled(labeled),
            Statement::ReturnStatement(exit) => {
                StmtKind::Return(exit.argument.as_ref().map(|value| self.expr(value)))
            }
            Statement::SwitchStatement(switch) => self.switch(switch),
            Statement::ThrowStatement(throw) => StmtKind::Throw(self.expr(&throw.argument)),
            Statement::TryStatement(attempt) => self.attempt(attempt),
            Statement::DebuggerStatement(debugger) => {
                self.refused_statement(refuse::DEBUGGER, debugger.span)
            }
            Statement::WithStatement(with) => self.refused_statement(refuse::WITH, with.span),
            other => match other.as_declaration() {
                Some(declaration) => self.declaration(declaration),
                // An import or export that isn't at the top: oxc has reported it.
                None => StmtKind::Empty,
            },
        }
    }

    fn refused_statement(&mut self, refusal: refuse::Refusal, span: Span) -> StmtKind {
        self.refuse(refusal, span);
        StmtKind::Empty
    }

    fn for_loop(&mut self, each: &ForStatement<'_>) -> StmtKind {
        let init = each.init.as_ref().map(|init| match init {
            ForStatementInit::VariableDeclaration(declaration) => {
                ForInit::Var(self.variables(declaration))
            }
            value => ForInit::Expr(self.expr(value.to_expression())),
        });
        StmtKind::For {
            init,
            test: each.test.as_ref().map(|test| self.expr(test)),
            update: each.update.as_ref().map(|update| self.expr(update)),
            body: self.loop_body(&each.body),
        }
    }

    fn for_of(&mut self, each: &ForOfStatement<'_>) -> StmtKind {
        let Some((pattern, mutable)) = self.loop_variable(&each.left) else {
            return StmtKind::Empty;
        };
        StmtKind::ForOf {
            pattern,
            mutable,
            iterable: self.expr(&each.right),
            is_await: each.r#await,
            body: self.loop_body(&each.body),
        }
    }

    fn for_in(&mut self, each: &ForInStatement<'_>) -> StmtKind {
        let Some((pattern, _)) = self.loop_variable(&each.left) else {
            return StmtKind::Empty;
        };
        StmtKind::ForIn {
            pattern,
            object: self.expr(&each.right),
            body: self.loop_body(&each.body),
        }
    }

    /// The variable of a `for … of` or `for … in`, and whether it is a `let`.
    fn loop_variable(&mut self, left: &ForStatementLeft<'_>) -> Option<(Pattern, bool)> {
        let ForStatementLeft::VariableDeclaration(declaration) = left else {
            self.refuse(refuse::LOOP_TARGET, left.span());
            return None;
        };
        let mutable = self.is_mutable(declaration);
        let declarator = declaration.declarations.first()?;
        Some((self.pattern(&declarator.id), mutable))
    }

    fn labeled(&mut self, labeled: &LabeledStatement<'_>) -> StmtKind {
        let body = self.in_label(&labeled.label, is_loop(&labeled.body), |this| {
            this.boxed_statement(&labeled.body)
        });
        StmtKind::Labeled {
            label: Name::from(labeled.label.name.as_str()),
            body,
        }
    }

    fn switch(&mut self, switch: &SwitchStatement<'_>) -> StmtKind {
        let subject = self.expr(&switch.discriminant);
        let case = |this: &mut Self, case: &ox::SwitchCase<'_>| SwitchCase {
            test: case.test.as_ref().map(|test| this.expr(test)),
            body: this.statements(&case.consequent),
        };
        let cases = self.in_switch(|this| switch.cases.iter().map(|one| case(this, one)).collect());
        StmtKind::Switch { subject, cases }
    }

    fn attempt(&mut self, attempt: &TryStatement<'_>) -> StmtKind {
        StmtKind::Try {
            block: self.statements(&attempt.block.body),
            handler: attempt
                .handler
                .as_ref()
                .map(|handler| self.catch_clause(handler)),
            finalizer: attempt
                .finalizer
                .as_ref()
                .map(|block| self.statements(&block.body)),
        }
    }

    fn catch_clause(&mut self, clause: &ox::CatchClause<'_>) -> CatchClause {
        let param = clause.param.as_ref().map(|param| {
            // What is caught is `unknown`, written or not; anything else is refused as TypeScript does.
            self.catch_type(param.type_annotation.as_deref());
            self.pattern(&param.pattern)
        });
        CatchClause {
            param,
            body: self.statements(&clause.body.body),
        }
    }

    /// A declaration, exported or not.
    pub(super) fn declaration(&mut self, declaration: &Declaration<'_>) -> StmtKind {
        match declaration {
            Declaration::VariableDeclaration(variables) => StmtKind::Var(self.variables(variables)),
            Declaration::FunctionDeclaration(function) => self.function_declaration(function, ""),
            Declaration::ClassDeclaration(class) => {
                StmtKind::Class(Box::new(self.class(class, "")))
            }
            Declaration::TSTypeAliasDeclaration(alias) => {
                StmtKind::TypeAlias(self.type_alias(alias))
            }
            Declaration::TSInterfaceDeclaration(interface) => self.interface(interface),
            Declaration::TSEnumDeclaration(enumeration) => {
                StmtKind::Enum(self.enumeration(enumeration))
            }
            Declaration::TSExternalModuleDeclaration(module) => self.declare_module(module),
            Declaration::TSNamespaceDeclaration(namespace) => {
                self.refused_statement(refuse::NAMESPACE, namespace.span)
            }
            Declaration::TSGlobalDeclaration(global) => {
                self.refused_statement(refuse::GLOBAL_DECLARATION, global.span)
            }
            Declaration::TSImportEqualsDeclaration(import) => {
                self.refused_statement(refuse::IMPORT_EQUALS, import.span)
            }
        }
    }

    /// A function declaration; `fallback` names an `export default function` without a name.
    pub(super) fn function_declaration(
        &mut self,
        function: &ox::Function<'_>,
        fallback: &str,
    ) -> StmtKind {
        let name = function
            .id
            .as_ref()
            .map_or_else(|| Name::from(fallback), |id| self.declare(id));
        StmtKind::Function(Box::new(self.function(
            function,
            name,
            FunctionForm::Declaration,
        )))
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'_>) -> VarDecl {
        VarDecl {
            mutable: self.is_mutable(declaration),
            ambient: declaration.declare,
            declarators: declaration
                .declarations
                .iter()
                .map(|one| self.declarator(one))
                .collect(),
        }
    }

    /// Whether it is `let` rather than `const`; reports the other kinds.
    fn is_mutable(&mut self, declaration: &VariableDeclaration<'_>) -> bool {
        match declaration.kind {
            VariableDeclarationKind::Const => return false,
            VariableDeclarationKind::Let => {}
            VariableDeclarationKind::Var => self.refuse(refuse::VAR, declaration.span),
            VariableDeclarationKind::Using | VariableDeclarationKind::AwaitUsing => {
                self.refuse(refuse::USING, declaration.span);
            }
        }
        true
    }

    fn declarator(&mut self, declarator: &VariableDeclarator<'_>) -> Declarator {
        let pattern = self.pattern(&declarator.id);
        let ty = self.annotation(declarator.type_annotation.as_deref());
        let init = declarator
            .init
            .as_ref()
            .map(|value| self.expr_for(value, &pattern));
        Declarator {
            pattern,
            ty,
            init,
            span: self.span(declarator.span),
        }
    }

    /// An interface that is only a call signature is the function type, under a name.
    pub(super) fn interface(&mut self, interface: &TSInterfaceDeclaration<'_>) -> StmtKind {
        let name = self.declare(&interface.id);
        let type_params = self.type_params(interface.type_parameters.as_deref());
        if interface.extends.is_empty()
            && let Some(kind) = self.only_call_signature(&interface.body.body)
        {
            let ty = TypeNode {
                span: self.span(interface.body.span),
                kind,
            };
            return StmtKind::TypeAlias(TypeAliasDecl {
                name,
                type_params,
                ty,
            });
        }
        let extends = interface
            .extends
            .iter()
            .map(|base| self.interface_base(base))
            .collect();
        let members = self.type_members(&interface.body.body);
        StmtKind::Interface(InterfaceDecl {
            name,
            type_params,
            extends,
            members,
        })
    }

    fn type_alias(&mut self, alias: &TSTypeAliasDeclaration<'_>) -> TypeAliasDecl {
        TypeAliasDecl {
            name: self.declare(&alias.id),
            type_params: self.type_params(alias.type_parameters.as_deref()),
            ty: self.ty(&alias.type_annotation),
        }
    }
}

fn is_loop(mut statement: &Statement<'_>) -> bool {
    while let Statement::LabeledStatement(labeled) = statement {
        statement = &labeled.body;
    }
    matches!(
        statement,
        Statement::ForStatement(_)
            | Statement::ForOfStatement(_)
            | Statement::ForInStatement(_)
            | Statement::WhileStatement(_)
            | Statement::DoWhileStatement(_)
    )
}
