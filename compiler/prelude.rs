//! The Raya code that is compiled with every program, as text in the compiler.
//!
//! Invariant: `lib.ts` (the built-in types) is a module of every program and comes first;
//! the others are there when imported as `raya:NAME`.

/// The path under which the built-in types' declarations are known.
pub const LIB: &str = "raya:lib";

/// Each prelude module: the name it is imported by, and its text.
const MODULES: &[(&str, &str)] = &[
    (LIB, include_str!("prelude/lib.ts")),
    ("raya:time", include_str!("prelude/time.ts")),
    ("raya:vm", include_str!("prelude/vm.ts")),
];

/// The text of the prelude module imported by `specifier` (`raya:vm`).
pub fn text(specifier: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find(|(name, _)| *name == specifier)
        .map(|(_, text)| *text)
}

/// What can be imported by a program.
pub fn importable() -> impl Iterator<Item = &'static str> {
    MODULES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != LIB)
}
