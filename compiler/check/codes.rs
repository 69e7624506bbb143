//! The numbers of the checker's errors.

/// A name that means nothing here.
pub const UNKNOWN_NAME: u16 = 2101;
/// A type's name that means nothing here.
pub const UNKNOWN_TYPE: u16 = 2102;
/// A module does not export that.
pub const NOT_EXPORTED: u16 = 2103;
/// Declared twice in one scope.
pub const DUPLICATE: u16 = 2104;
/// A type used as a value, or the reverse.
pub const WRONG_MEANING: u16 = 2105;
/// A `let`, `const` or class used above its declaration.
pub const USED_BEFORE_DECLARED: u16 = 2106;
/// A capability declares no such function.
pub const NOT_IN_CAPABILITY: u16 = 2107;
/// The prelude lacks what the language needs.
pub const PRELUDE: u16 = 2108;

/// A value of one type where another is wanted.
pub const NOT_ASSIGNABLE: u16 = 3001;
/// An argument of the wrong type.
pub const ARGUMENT: u16 = 3002;
/// Too few or too many arguments.
pub const ARGUMENT_COUNT: u16 = 3003;
/// No such member.
pub const NO_MEMBER: u16 = 3004;
/// The value may be `null` or `undefined`.
pub const NULLISH: u16 = 3005;
/// The value is `unknown`.
pub const IS_UNKNOWN: u16 = 3006;
/// A type is missing and can't be inferred.
pub const IMPLICIT_ANY: u16 = 3007;
/// Not something that can be called.
pub const NOT_CALLABLE: u16 = 3008;
/// Not a class that can be made an instance of.
pub const NOT_CONSTRUCTIBLE: u16 = 3009;
/// Operands of the wrong types.
pub const OPERATOR: u16 = 3010;
/// The two types have no value in common.
pub const NO_OVERLAP: u16 = 3011;
/// Assignment to a constant, a `readonly` member or a function.
pub const NOT_WRITABLE: u16 = 3012;
/// A property that the wanted type doesn't have.
pub const EXCESS: u16 = 3013;
/// A variable used before it has a value.
pub const UNASSIGNED: u16 = 3014;
/// A path through a function ends without `return`.
pub const NO_RETURN: u16 = 3015;
/// A private or protected member used from outside.
pub const VISIBILITY: u16 = 3016;
/// An abstract class or member misused.
pub const ABSTRACT: u16 = 3017;
/// A field that the constructor leaves without a value.
pub const UNINITIALISED_FIELD: u16 = 3018;
/// A member that doesn't fit the base class or interface.
pub const INCOMPATIBLE_MEMBER: u16 = 3019;
/// Wrong number of type arguments.
pub const TYPE_ARGUMENTS: u16 = 3020;
/// A type argument that breaks its constraint.
pub const CONSTRAINT: u16 = 3021;
/// A type that needs itself to be known.
pub const CIRCULAR: u16 = 3022;
/// Not something that can be gone through.
pub const NOT_ITERABLE: u16 = 3023;
/// `this` or `super` where there is none.
pub const THIS: u16 = 3024;
/// `super(…)` missing or misplaced.
pub const SUPER: u16 = 3025;
/// A spread argument for parameters that are not a rest parameter.
pub const SPREAD: u16 = 3026;
/// `break`, `continue`, `return` or `await` where there is nothing to leave or wait in.
pub const MISPLACED: u16 = 3027;
/// An object literal for a class.
pub const LITERAL_FOR_CLASS: u16 = 3028;
/// A tuple for an array.
pub const TUPLE_FOR_ARRAY: u16 = 3029;
/// A `type` or class written with parts that Raya leaves out.
pub const UNSUPPORTED: u16 = 3090;
/// Too deep or too large to be checked.
pub const TOO_COMPLEX: u16 = 3099;
