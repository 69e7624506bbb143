//! Our own syntax tree: what the parser hands to the checker and the lowering.
//!
//! Holds one plain, owned tree per module. Every expression, function, class and local declaration carries a dense
//! id, unique in the whole program, so that the checker's findings are side tables and the tree stays untouched.
//!
//! Invariants: only supported syntax has a node here; everything else was refused
//! by name in `parse/`. Sugar stays as written (lowering removes it).
//! Absent: types' meanings (`types.rs`), name resolution (`checked.rs`), trivia.

use std::rc::Rc;

/// An identifier's text.
pub type Name = Rc<str>;

/// A dense id: an index into a side table.
macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u32);
        impl $name {
            /// The position in a side table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
pub(crate) use dense_id;

dense_id!(
    /// A source file of the program.
    FileId
);
dense_id!(
    /// An expression.
    ExprId
);
dense_id!(
    /// A function, method, constructor, accessor or arrow.
    FnId
);
dense_id!(
    /// A class declaration.
    ClassId
);
dense_id!(
    /// One binding identifier in a pattern (variable, parameter, catch variable, loop variable).
    BindingId
);

/// A half-open range of bytes in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A module: a file and its statements, imports and exports.
#[derive(Debug)]
pub struct Module {
    /// Which file.
    pub file: FileId,
    /// Imports, in source order; modules named here are initialised first.
    pub imports: Vec<Import>,
    /// Statements, in source order; exported declarations stand among them.
    pub body: Vec<Stmt>,
    /// `export` names: local declarations and re-exports.
    pub exports: Vec<Export>,
}

/// Where an import comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportSource {
    /// A relative import, resolved to a file of the program.
    File(FileId),
    /// `host:NAME`: a capability.
    Host(Name),
    /// `raya:NAME`: a module of the runtime, written in Raya in the prelude; resolved to its file.
    Runtime(FileId),
    /// Nothing: an error has been reported.
    Missing,
}

/// `import { a as b } from "…"`, `import * as ns from "…"`, `import d from "…"`.
#[derive(Debug)]
pub struct Import {
    /// Where it comes from.
    pub source: ImportSource,
    /// Where it stands.
    pub span: Span,
    /// `import type`: nothing is there at run time.
    pub type_only: bool,
    /// The names.
    pub names: Vec<ImportName>,
}

/// One imported name.
#[derive(Debug)]
pub struct ImportName {
    /// The name exported there; `default` for a default import; `None` for `* as ns`.
    pub imported: Option<Name>,
    /// The name here.
    pub local: Name,
    /// Where it stands.
    pub span: Span,
}

/// One exported name.
#[derive(Debug)]
pub struct Export {
    /// The name outside (`default` for a default export; `*` for `export * from`).
    pub exported: Name,
    /// What it names; with `source` set, the name over there (`*` for `export * as ns from` and `export * from`).
    pub local: Name,
    /// `export { x } from "…"`.
    pub source: Option<ImportSource>,
    /// Where it stands.
    pub span: Span,
}

/// A statement.
#[derive(Debug)]
pub struct Stmt {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum StmtKind {
    /// `expr;`
    Expr(Expr),
    /// `const`, `let` or `var` (the parser refuses `var`).
    Var(VarDecl),
    /// A function declaration (hoisted in its block).
    Function(Box<Function>),
    /// A class declaration.
    Class(Box<Class>),
    /// `interface`.
    Interface(InterfaceDecl),
    /// `type X<T> = …`.
    TypeAlias(TypeAliasDecl),
    /// `enum`, `const enum`.
    Enum(EnumDecl),
    /// `declare module "host:x" { … }` or ambient declarations in a `.d.ts`.
    DeclareModule(DeclareModule),
    /// `return`
    Return(Option<Expr>),
    /// `if`
    If {
        /// Condition.
        test: Expr,
        /// Then.
        then: Box<Stmt>,
        /// Else.
        otherwise: Option<Box<Stmt>>,
    },
    /// `while`
    While {
        /// Condition.
        test: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `do … while`
    DoWhile {
        /// Body.
        body: Box<Stmt>,
        /// Condition.
        test: Expr,
    },
    /// `for (init; test; update)`
    For {
        /// `let i = 0` or an expression.
        init: Option<ForInit>,
        /// Condition.
        test: Option<Expr>,
        /// Update.
        update: Option<Expr>,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (const x of xs)`
    ForOf {
        /// The loop variable; a declaration is the only form supported.
        pattern: Pattern,
        /// `let` rather than `const`.
        mutable: bool,
        /// What is gone through.
        iterable: Expr,
        /// `for await`.
        is_await: bool,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (const key in object)`
    ForIn {
        /// The loop variable.
        pattern: Pattern,
        /// The object.
        object: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `switch`
    Switch {
        /// What is compared.
        subject: Expr,
        /// The cases; `test` is `None` for `default`.
        cases: Vec<SwitchCase>,
    },
    /// `{ … }`
    Block(Vec<Stmt>),
    /// `break label?`
    Break(Option<Name>),
    /// `continue label?`
    Continue(Option<Name>),
    /// `label: statement`
    Labeled {
        /// The label.
        label: Name,
        /// The statement.
        body: Box<Stmt>,
    },
    /// `throw`
    Throw(Expr),
    /// `try … catch … finally`
    Try {
        /// The guarded block.
        block: Vec<Stmt>,
        /// The catch clause.
        handler: Option<CatchClause>,
        /// The finally block.
        finalizer: Option<Vec<Stmt>>,
    },
    /// `;`
    Empty,
}

/// The first part of a `for`.
#[derive(Debug)]
pub enum ForInit {
    /// A declaration.
    Var(VarDecl),
    /// An expression.
    Expr(Expr),
}

/// One `case` of a `switch`.
#[derive(Debug)]
pub struct SwitchCase {
    /// `None` for `default`.
    pub test: Option<Expr>,
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// `catch (e) { … }`
#[derive(Debug)]
pub struct CatchClause {
    /// The variable.
    pub param: Option<Pattern>,
    /// The block.
    pub body: Vec<Stmt>,
}

/// `const a = 1, b = 2`
#[derive(Debug)]
pub struct VarDecl {
    /// `let` rather than `const`.
    pub mutable: bool,
    /// `declare const`: ambient.
    pub ambient: bool,
    /// The declarators.
    pub declarators: Vec<Declarator>,
}

/// One declarator.
#[derive(Debug)]
pub struct Declarator {
    /// What is bound.
    pub pattern: Pattern,
    /// The annotation.
    pub ty: Option<TypeNode>,
    /// The initial value.
    pub init: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// A binding pattern.
#[derive(Debug)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The kinds of pattern.
#[derive(Debug)]
pub enum PatternKind {
    /// A name.
    Name(BindingId, Name),
    /// `{ a, b: c = 1, ...rest }`
    Object {
        /// The properties.
        props: Vec<PatternProp>,
        /// `...rest`
        rest: Option<Box<Pattern>>,
    },
    /// `[a, , b = 1, ...rest]`
    Array {
        /// The elements; `None` for a hole.
        elems: Vec<Option<PatternElem>>,
        /// `...rest`
        rest: Option<Box<Pattern>>,
    },
}

/// One property of an object pattern.
#[derive(Debug)]
pub struct PatternProp {
    /// The property's name.
    pub key: Name,
    /// What it is bound to.
    pub value: PatternElem,
}

/// A pattern with a default.
#[derive(Debug)]
pub struct PatternElem {
    /// The pattern.
    pub pattern: Pattern,
    /// `= default`
    pub default: Option<Expr>,
}

/// A function of any form.
#[derive(Debug)]
pub struct Function {
    /// Its id.
    pub id: FnId,
    /// Its name: the declaration's or method's, or the variable's or property's it is assigned to.
    pub name: Name,
    /// Which form it has.
    pub form: FunctionForm,
    /// `async`.
    pub is_async: bool,
    /// `function*` (refused by the checker until generators exist).
    pub is_generator: bool,
    /// `<T extends U = V>`
    pub type_params: Vec<TypeParamDecl>,
    /// An explicit `this: T` parameter.
    pub this_type: Option<TypeNode>,
    /// Parameters.
    pub params: Vec<Param>,
    /// The return annotation.
    pub ret: Option<TypeNode>,
    /// `None`: no body (abstract, overload signature, ambient, or intrinsic in the prelude).
    pub body: Option<FnBody>,
    /// Where it stands.
    pub span: Span,
}

/// The forms of function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionForm {
    /// A declaration.
    Declaration,
    /// A function expression.
    Expression,
    /// An arrow.
    Arrow,
    /// A method.
    Method,
    /// `constructor`
    Constructor,
    /// `get x()`
    Getter,
    /// `set x(v)`
    Setter,
}

/// A function's body.
#[derive(Debug)]
pub enum FnBody {
    /// `{ … }`
    Block(Vec<Stmt>),
    /// `=> expr`
    Expr(Box<Expr>),
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// What is bound.
    pub pattern: Pattern,
    /// The annotation.
    pub ty: Option<TypeNode>,
    /// `x?`
    pub optional: bool,
    /// `x = default`
    pub default: Option<Expr>,
    /// `...rest`
    pub rest: bool,
    /// `constructor(private x: number)`: also a field; the flag is `readonly`.
    pub property: Option<bool>,
    /// Who may use that field.
    pub visibility: Visibility,
    /// Where it stands.
    pub span: Span,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// Its id.
    pub id: ClassId,
    /// Its name.
    pub name: Name,
    /// `abstract`.
    pub is_abstract: bool,
    /// `declare class`.
    pub ambient: bool,
    /// `<T>`
    pub type_params: Vec<TypeParamDecl>,
    /// `extends Base<T>`
    pub extends: Option<Heritage>,
    /// `implements I, J`
    pub implements: Vec<TypeNode>,
    /// Fields, in source order.
    pub fields: Vec<Field>,
    /// Methods, accessors and the constructor.
    pub methods: Vec<Method>,
    /// `static { … }` blocks.
    pub static_blocks: Vec<Vec<Stmt>>,
    /// Where it stands.
    pub span: Span,
}

/// `extends Base<T>`
#[derive(Debug)]
pub struct Heritage {
    /// The base's name.
    pub name: Name,
    /// Its type arguments.
    pub type_args: Vec<TypeNode>,
    /// Where it stands.
    pub span: Span,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Its name (with the `#` if private by name).
    pub name: Name,
    /// The annotation.
    pub ty: Option<TypeNode>,
    /// The initial value.
    pub init: Option<Expr>,
    /// `static`.
    pub is_static: bool,
    /// `readonly`.
    pub readonly: bool,
    /// `x?: T`
    pub optional: bool,
    /// `private`, `protected` or `#x`.
    pub visibility: Visibility,
    /// Where it stands.
    pub span: Span,
}

/// A method of a class.
#[derive(Debug)]
pub struct Method {
    /// The function; its `form` tells methods, accessors and the constructor apart.
    pub function: Function,
    /// `static`.
    pub is_static: bool,
    /// `abstract`.
    pub is_abstract: bool,
    /// `m?(): T`
    pub optional: bool,
    /// Who may call it.
    pub visibility: Visibility,
}

/// Who may use a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Anyone.
    Public,
    /// The class and its subclasses.
    Protected,
    /// The class.
    Private,
}

/// `interface X<T> extends Y { … }`
#[derive(Debug)]
pub struct InterfaceDecl {
    /// Its name.
    pub name: Name,
    /// `<T>`
    pub type_params: Vec<TypeParamDecl>,
    /// `extends`
    pub extends: Vec<TypeNode>,
    /// Its members.
    pub members: Vec<TypeMember>,
}

/// `type X<T> = …`
#[derive(Debug)]
pub struct TypeAliasDecl {
    /// Its name.
    pub name: Name,
    /// `<T>`
    pub type_params: Vec<TypeParamDecl>,
    /// What it stands for.
    pub ty: TypeNode,
}

/// `enum X { … }`
#[derive(Debug)]
pub struct EnumDecl {
    /// Its name.
    pub name: Name,
    /// Name, initial value, place.
    pub members: Vec<(Name, Option<Expr>, Span)>,
}

/// `declare module "name" { … }`
#[derive(Debug)]
pub struct DeclareModule {
    /// The quoted name, e.g. `host:world`.
    pub name: Name,
    /// Its functions (bodiless), interfaces, aliases and constants.
    pub body: Vec<Stmt>,
}

/// `T extends U = V`
#[derive(Debug)]
pub struct TypeParamDecl {
    /// Its name.
    pub name: Name,
    /// `extends`
    pub constraint: Option<TypeNode>,
    /// `=`
    pub default: Option<TypeNode>,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Debug)]
pub struct TypeNode {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeNodeKind,
}

/// The kinds of written type.
#[derive(Debug)]
pub enum TypeNodeKind {
    /// `number`, `string`, `Foo<T>`, `ns.Foo`: keywords too are names here
    /// (`number string boolean null undefined void never unknown object this`).
    Name(Name, Vec<TypeNode>),
    /// `"a"`
    StringLit(Name),
    /// `1`
    NumberLit(f64),
    /// `true`
    BoolLit(bool),
    /// `T[]`
    Array(Box<TypeNode>),
    /// `[A, B?, ...C[]]`
    Tuple(Vec<TupleElem>),
    /// `A | B`
    Union(Vec<TypeNode>),
    /// `A & B`
    Intersection(Vec<TypeNode>),
    /// `(a: A) => B`
    Function(Box<FnTypeNode>),
    /// `{ a: A; m(): B }`
    Object(Vec<TypeMember>),
    /// `readonly T[]`
    Readonly(Box<TypeNode>),
    /// `keyof T`
    Keyof(Box<TypeNode>),
    /// `T["x"]`
    Indexed(Box<TypeNode>, Box<TypeNode>),
    /// `typeof x`
    Typeof(Name),
    /// `x is T` and `asserts x is T` (a return type only).
    Predicate {
        /// The parameter's name, or `this`.
        param: Name,
        /// The type.
        ty: Option<Box<TypeNode>>,
        /// `asserts`
        asserts: bool,
    },
}

/// An element of a tuple type.
#[derive(Debug)]
pub struct TupleElem {
    /// Its type.
    pub ty: TypeNode,
    /// `A?`
    pub optional: bool,
    /// `...A[]`
    pub rest: bool,
}

/// A function type as written.
#[derive(Debug)]
pub struct FnTypeNode {
    /// `<T>`
    pub type_params: Vec<TypeParamDecl>,
    /// Parameters: name, type, optional, rest.
    pub params: Vec<FnTypeParam>,
    /// Result.
    pub ret: TypeNode,
}

/// A parameter of a function type.
#[derive(Debug)]
pub struct FnTypeParam {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeNode,
    /// `x?`
    pub optional: bool,
    /// `...x`
    pub rest: bool,
}

/// A member of an interface or object type.
#[derive(Debug)]
pub struct TypeMember {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub kind: TypeMemberKind,
    /// `x?`
    pub optional: bool,
    /// `readonly x`
    pub readonly: bool,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of type member.
#[derive(Debug)]
pub enum TypeMemberKind {
    /// `x: T`
    Property(TypeNode),
    /// `m(a: A): B`
    Method(FnTypeNode),
    /// `[key: string]: T` (name is the key's name).
    Index {
        /// Key type.
        key: TypeNode,
        /// Value type.
        value: TypeNode,
    },
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its id.
    pub id: ExprId,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expression. Parentheses have no node.
#[derive(Debug)]
pub enum ExprKind {
    /// `1.5`
    Number(f64),
    /// `"text"` (UTF-16, since lone surrogates can be written).
    String(Rc<[u16]>),
    /// `true`
    Bool(bool),
    /// `null`
    Null,
    /// `undefined` is an identifier in JavaScript; the parser makes it this.
    Undefined,
    /// A name.
    Ident(Name),
    /// `this`
    This,
    /// `` `a${b}c` ``: one more text than there are expressions.
    Template {
        /// The texts.
        texts: Vec<Rc<[u16]>>,
        /// The expressions.
        exprs: Vec<Expr>,
    },
    /// `/pattern/flags`
    Regex {
        /// Pattern.
        pattern: Name,
        /// Flags.
        flags: Name,
    },
    /// `[a, ...b]`
    Array(Vec<ArrayElem>),
    /// `{ a: 1, ...b, m() {} }`
    Object(Vec<ObjectProp>),
    /// A function expression or arrow.
    Function(Box<Function>),
    /// `f<T>(a, ...b)`
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// `<T>`
        type_args: Vec<TypeNode>,
        /// Arguments.
        args: Vec<Arg>,
        /// `f?.(a)`
        optional: bool,
    },
    /// `super(a)`
    SuperCall(Vec<Arg>),
    /// `super.m(a)`
    SuperMethod {
        /// The method.
        name: Name,
        /// Arguments.
        args: Vec<Arg>,
    },
    /// `new C<T>(a)`
    New {
        /// The class.
        callee: Box<Expr>,
        /// `<T>`
        type_args: Vec<TypeNode>,
        /// Arguments.
        args: Vec<Arg>,
    },
    /// `a.b`, `a?.b`, `a.#b`
    Member {
        /// The object.
        object: Box<Expr>,
        /// The member.
        name: Name,
        /// `?.`
        optional: bool,
    },
    /// `a[b]`, `a?.[b]`
    Index {
        /// The object.
        object: Box<Expr>,
        /// The index.
        index: Box<Expr>,
        /// `?.[`
        optional: bool,
    },
    /// The whole of a chain with `?.` in it: where a short cut lands.
    OptionalChain(Box<Expr>),
    /// `-a`, `!a`, `~a`, `+a`, `void a`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `typeof a`
    Typeof(Box<Expr>),
    /// `++a`, `a--`
    Update {
        /// `+1` or `-1`.
        increment: bool,
        /// `++a` rather than `a++`.
        prefix: bool,
        /// A name, member or index expression.
        target: Box<Expr>,
    },
    /// `a + b`, `a < b`, `a instanceof C`, `"k" in o`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `a && b`, `a || b`, `a ?? b`
    Logical {
        /// The operator.
        op: LogicalOp,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `a = b`, `a += b`, `a ??= b`
    Assign {
        /// The compound operator.
        op: AssignOp,
        /// The target.
        target: Box<AssignTarget>,
        /// The value.
        value: Box<Expr>,
    },
    /// `a ? b : c`
    Cond {
        /// Condition.
        test: Box<Expr>,
        /// Then.
        then: Box<Expr>,
        /// Else.
        otherwise: Box<Expr>,
    },
    /// `await a`
    Await(Box<Expr>),
    /// `a as T`, `<T>a`: checked at run time.
    As {
        /// The operand.
        operand: Box<Expr>,
        /// The type.
        ty: TypeNode,
    },
    /// `a as const`
    AsConst(Box<Expr>),
    /// `a satisfies T`
    Satisfies {
        /// The operand.
        operand: Box<Expr>,
        /// The type.
        ty: TypeNode,
    },
    /// `a!`: checked at run time.
    NonNull(Box<Expr>),
    /// `a, b`
    Sequence(Vec<Expr>),
}

/// What is assigned to.
#[derive(Debug)]
pub enum AssignTarget {
    /// A name, member or index expression.
    Expr(Expr),
    /// `[a, b] = …`
    Array {
        /// Elements with defaults; `None` for a hole.
        elems: Vec<Option<(AssignTarget, Option<Expr>)>>,
        /// `...rest`
        rest: Option<Box<AssignTarget>>,
        /// Where it stands.
        span: Span,
    },
    /// `({ a, b: c } = …)`
    Object {
        /// Property, target, default.
        props: Vec<(Name, AssignTarget, Option<Expr>)>,
        /// Where it stands.
        span: Span,
    },
}

/// An element of an array literal.
#[derive(Debug)]
pub enum ArrayElem {
    /// `a`
    Expr(Expr),
    /// `...a`
    Spread(Expr),
}

/// A property of an object literal.
#[derive(Debug)]
pub enum ObjectProp {
    /// `a: 1`, `a`, `m() {}`
    Property {
        /// The name.
        key: Name,
        /// The value.
        value: Expr,
        /// Where the key stands.
        span: Span,
    },
    /// `[expr]: value`
    Computed {
        /// The key.
        key: Expr,
        /// The value.
        value: Expr,
    },
    /// `...a`
    Spread(Expr),
}

/// An argument.
#[derive(Debug)]
pub enum Arg {
    /// `a`
    Expr(Expr),
    /// `...a`
    Spread(Expr),
}

/// Unary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Plus,
    /// `!`
    Not,
    /// `~`
    BitNot,
    /// `void`
    Void,
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `**`
    Pow,
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `>>>`
    Ushr,
    /// `===`; `== null` is the only loose comparison let through, as `EqNullish`.
    Eq,
    /// `!==`
    Ne,
    /// `a == null`
    EqNullish,
    /// `a != null`
    NeNullish,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `instanceof`
    InstanceOf,
    /// `in`
    In,
}

/// Short-circuit operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogicalOp {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `??`
    Coalesce,
}

/// Assignment operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `+=` and the other arithmetic ones.
    Binary(BinaryOp),
    /// `&&=`, `||=`, `??=`
    Logical(LogicalOp),
}
