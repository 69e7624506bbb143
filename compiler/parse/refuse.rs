//! What Raya leaves out of TypeScript: one number, one name and one advice each.
//!
//! Invariant: numbers are never reused for another meaning. Absent: where each is recognised (beside the
//! conversion of what surrounds it).

/// A construct that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The number, e.g. 1101 for `RA1101`.
    pub code: u16,
    /// Its name, as in "… is not part of Raya".
    pub what: &'static str,
    /// What to write instead.
    pub help: &'static str,
}

macro_rules! refusals {
    ($($name:ident = $code:literal, $what:literal, $help:literal;)*) => {
        $(
            #[doc = concat!("RA", stringify!($code), ": ", $what)]
            pub const $name: Refusal = Refusal { code: $code, what: $what, help: $help };
        )*
        /// All of them, by number.
        pub const ALL: &[Refusal] = &[$($name),*];
    };
}

refusals! {
    VAR = 1101, "`var`", "write `let`, or `const` if it is never assigned again";
    ANY = 1102, "the type `any`", "write `unknown` and narrow it, or the type that it has";
    WITH = 1103, "`with`", "name the object before each of its properties";
    ARGUMENTS = 1104, "`arguments`", "declare a rest parameter: `(...args: T[])`";
    EVAL = 1105, "running text as code (`eval`, `Function`)", "call a function, or load a compiled program with `raya:vm`";
    LOOSE_EQUALITY = 1106, "`==` or `!=` with anything but null and undefined", "write `===` or `!==`";
    DELETE = 1107, "`delete`", "assign `undefined` to an optional property, or use a `Map` and its `delete`";
    PROTOTYPE = 1108, "reaching prototypes (`prototype`, `__proto__`)", "declare a class and extend it";
    GENERATOR = 1109, "a generator function (`function*`)", "return an array, or call a function given for each element";
    DECORATOR = 1110, "a decorator", "call a function with the class or the value";
    NAMESPACE = 1111, "`namespace`", "put the declarations into a module and import it";
    NEW_TARGET = 1112, "`new.target`", "make the class abstract, or override a method";
    DYNAMIC_IMPORT = 1113, "`import()`", "import at the top of the file, or load a program with `raya:vm`";
    LITERAL_ACCESSOR = 1114, "a getter or setter in an object literal", "write a class with the accessor, or a method";
    TAGGED_TEMPLATE = 1115, "a tagged template", "call the function with the parts";
    BIGINT = 1116, "bigint", "use `number` or `int`";
    DEBUGGER = 1117, "`debugger`", "remove it";
    SYMBOL = 1118, "`symbol`", "use a string, or a class of its own";
    CONSTRUCTOR_TYPE = 1119, "a constructor type", "take a function that makes the object: `() => T`";
    JSX = 1120, "JSX", "call functions that build the tree";
    CONDITIONAL_TYPE = 1121, "a conditional type", "write the type out, or use overloads";
    MAPPED_TYPE = 1122, "a mapped type", "write the properties out, or use `Map<K, V>`";
    TEMPLATE_TYPE = 1123, "a template literal type", "write a union of string literals, or `string`";
    UNIQUE_SYMBOL = 1124, "`unique symbol`", "use a string literal type";
    IMPORT_EQUALS = 1125, "`import x = …`", "write `import { x } from \"./module\"`";
    EXPORT_EQUALS = 1126, "`export =`", "write `export { x }` or `export default x`";
    SPARSE_ARRAY = 1127, "a hole in an array literal", "write `undefined`";
    IMPORT_META = 1128, "`import.meta`", "pass what is needed as an argument";
    CLASS_EXPRESSION = 1129, "a class expression", "declare the class with a name";
    CLASS_BASE = 1130, "extending the value of an expression", "extend a class by its name";
    COMPUTED_NAME = 1131, "a computed name here", "write the name out, or use a `Map`";
    AUTO_ACCESSOR = 1132, "`accessor` fields", "write a field, or `get` and `set`";
    CLASS_INDEX = 1133, "an index signature in a class", "hold a `Map` in a field";
    SUPER_VALUE = 1134, "`super` other than in a call", "call `super(…)` or `super.method(…)`";
    LOOP_TARGET = 1135, "a loop over an existing variable", "declare the loop variable: `for (const x of …)`";
    USING = 1136, "`using`", "release in a `finally` block";
    OBJECT_REST_TARGET = 1137, "`...rest` in an object assignment", "declare it: `const { a, ...rest } = …`";
    TARGET = 1138, "assigning to a type assertion", "assign to the name or the property itself";
    PRIVATE_IN = 1139, "`#name in object`", "use `instanceof`";
    INSTANTIATION = 1140, "a function with type arguments but no call", "wrap the call in an arrow function";
    CALL_SIGNATURE = 1141, "a call signature beside other members, or a construct signature,", "write a function type: `(a: A) => B`";
    ACCESSOR_SIGNATURE = 1142, "an accessor in an object type", "declare a property, `readonly` if it has no setter";
    IMPORT_TYPE = 1143, "`import(\"…\")` as a type", "write `import type { X } from \"…\"` at the top";
    INFER = 1144, "`infer`", "write the type out";
    IMPORT_ATTRIBUTES = 1145, "import attributes", "import modules only; pass data to the program instead";
    GLOBAL_DECLARATION = 1146, "`declare global`", "import the name from a module";
    THIS_TYPE_PARAMETER = 1147, "a `this` parameter in a function type", "pass the object as a parameter";
    TYPE_MODIFIER = 1148, "a modifier on a type parameter", "remove it";
    DECLARE_FIELD = 1149, "a `declare` field", "declare the field in the base class only";
    ABSTRACT_FIELD = 1150, "an abstract field", "declare an abstract getter, or give the value to the base's constructor";
    NUMERIC_NAME = 1151, "this number as a property name", "write it as a string";
    LONE_SURROGATE = 1152, "half a surrogate pair in a name", "write whole characters";
    ENUM_NAME = 1153, "a template as an enum member's name", "write a string";
    YIELD = 1154, "`yield`", "collect the values in an array";
    NESTED_DECLARATION = 1155, "this statement inside `declare module`", "leave functions, constants, interfaces and types there";
    JSDOC_TYPE = 1156, "a JSDoc type", "write a TypeScript type, for instance `T | null`";
    REFLECTION = 1157, "reflection (`Proxy`, `Reflect`)", "write a class with the methods";
    GLOBAL_OBJECT = 1158, "the global object (`globalThis`)", "import what is needed, or pass it as an argument";
    REQUIRE = 1159, "`require`", "write `import … from \"./module\"`";
    UMD_EXPORT = 1160, "`export as namespace`", "export the names";
    INTRINSIC = 1161, "`intrinsic`", "write the type out";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_rising() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
