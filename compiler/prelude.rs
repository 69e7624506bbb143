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

#[cfg(test)]
mod tests {
    use super::IMPORTABLE;
    use std::collections::BTreeMap;

    const TYPES: &str = include_str!("prelude/raya.d.ts");

    /// What a text begins with that can be a name; none for what programs don't see.
    fn name(text: &str) -> Option<&str> {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
        let name = &text[..end.unwrap_or(text.len())];
        (!name.is_empty() && !name.starts_with("__")).then_some(name)
    }

    /// A line without the words that may stand before a name; none for what is nobody's business.
    fn member(line: &str) -> Option<&str> {
        let line = line.strip_prefix("  ")?;
        let words = ["readonly ", "static ", "async ", "get ", "set "];
        let rest = words
            .iter()
            .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line));
        let is_known = !rest.starts_with("private ") && !rest.starts_with("constructor");
        name(rest).filter(|_| is_known)
    }

    /// The declarations of a module, `Vm` and `Vm.pause`, with the texts of what types stand for.
    fn declared<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut lines = lines.peekable();
        while let Some(line) = lines.next() {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let line = line.strip_prefix("declare ").unwrap_or(line);
            let Some((kind, rest)) = line.split_once(' ') else {
                continue;
            };
            let kinds = ["class", "interface", "type", "function"];
            let Some(name) = name(rest).filter(|_| kinds.contains(&kind)) else {
                continue;
            };
            let mut text = String::new();
            if kind == "type" {
                text = rest.to_owned();
                while !text.ends_with(';') {
                    text += lines.next().expect("a type ends").trim_start();
                }
                text = text.replace(' ', "");
            } else if kind != "function" && line.ends_with('{') {
                for line in lines.by_ref().take_while(|line| *line != "}") {
                    if let Some(member) = member(line) {
                        found.insert(format!("{name}.{member}"), String::new());
                    }
                }
            }
            found.insert(name.to_owned(), text);
        }
        found
    }

    #[test]
    fn editors_are_told_what_programs_can_import() {
        for (module, text) in IMPORTABLE {
            let head = format!("declare module \"{module}\" {{");
            let told = TYPES.lines().skip_while(|line| *line != head).skip(1);
            let told = told.take_while(|line| *line != "}");
            let told = told.map(|line| line.strip_prefix("  ").unwrap_or(line));
            // Only programs of a module itself see what it doesn't export.
            let exported =
                |line: &&str| !line.starts_with("class") && !line.starts_with("function");
            assert_eq!(
                declared(told),
                declared(text.lines().filter(exported)),
                "{module}"
            );
        }
    }
}
