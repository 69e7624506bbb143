//! The Raya code that is compiled with every program, as text in the compiler.
//!
//! Invariant: `lib.ts` (the built-in types) is a module of every program and comes first;
//! the others are there when imported as `raya:NAME`.

/// The path under which the built-in types' declarations are known; it can't be imported.
pub const LIB: &str = "raya:lib";

/// The built-in types' declarations.
pub const LIB_TEXT: &str = include_str!("prelude/lib.ts");

/// The modules that programs import: name and text.
const IMPORTABLE: &[(&str, &str)] = &[
    ("raya:remote", include_str!("prelude/remote.ts")),
    ("raya:sync", include_str!("prelude/sync.ts")),
    ("raya:time", include_str!("prelude/time.ts")),
    ("raya:vm", include_str!("prelude/vm.ts")),
];

/// The text of the prelude module imported by `specifier` (`raya:vm`).
pub fn importable(specifier: &str) -> Option<&'static str> {
    IMPORTABLE
        .iter()
        .find(|(name, _)| *name == specifier)
        .map(|(_, text)| *text)
}

/// What can be imported by a program.
pub fn importable_names() -> impl Iterator<Item = &'static str> {
    IMPORTABLE.iter().map(|(name, _)| *name)
}
