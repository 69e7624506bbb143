//! No text panics, overflows the stack or takes for ever.

use super::*;
use crate::with_deep_stack;
use proptest::prelude::*;

const REAL: &str = include_str!("../../prelude/lib.ts");

fn codes_deep(text: &str) -> Vec<u16> {
    with_deep_stack(|| codes(text))
}

#[test]
fn deep_nesting_is_refused() {
    let n = 100_000;
    let deep = [
        "(".repeat(n),
        format!("{}{}", "[".repeat(n), "]".repeat(n)),
        "{".repeat(n),
        "`${".repeat(n),
        format!("x = {}1", "!".repeat(n)),
        format!("x = {}1", "- ".repeat(n)),
        format!("x = {}1", "typeof ".repeat(n)),
        format!("x = {}1", "await ".repeat(n)),
        format!("x = {}C", "new ".repeat(n)),
        format!("x = {}1", "a = ".repeat(n)),
        format!("x = {}1", "a => ".repeat(n)),
        format!("x = {}1", "async a => ".repeat(n)),
        format!("x = {}1", "a ? b : ".repeat(n)),
        format!("x = {}1", "a ** ".repeat(n)),
        format!("x = {}1", "<T>".repeat(n)),
        format!("{}x", "if (a) ".repeat(n)),
        format!("{}x", "if (a)\n".repeat(n)),
        format!("{}x", "if (a) {} else ".repeat(n)),
        format!("{}x", "for (;;) ".repeat(n)),
        format!("{}x", "while (a) ".repeat(n)),
        format!("{}x", "do ".repeat(n)),
        format!("{}x", "a: ".repeat(n)),
        format!("{}x", "a:\n".repeat(n)),
        format!("type A = {}B", "keyof ".repeat(n)),
        format!("type A = {}B", "() => ".repeat(n)),
        format!("type A = {}B", "A<".repeat(n)),
        format!("type A = {}B", "T extends U ? V : ".repeat(n)),
        format!("type A = {}", "{ a: ".repeat(n)),
        format!("const {} = b", "{ a: ".repeat(n)),
    ];
    for text in deep {
        let found = codes_deep(&text);
        assert!(
            found.contains(&1001),
            "{} -> {found:?}",
            &text[..text.len().min(40)]
        );
    }
}

#[test]
fn long_chains_are_refused_by_the_trees_depth() {
    let n = 100_000;
    for part in [
        " + a", ".b", "[0]", "()", "!", " as T", " || a", "?.b", " ?? a",
    ] {
        let found = codes_deep(&format!("x = a{}", part.repeat(n)));
        assert!(found.contains(&1001), "{part} -> {found:?}");
    }
    assert_eq!(codes_deep(&format!("let x: A{};", "[]".repeat(n))), [1001]);
    assert_eq!(
        codes_deep(&format!("let x: A{};", "['a']".repeat(n))),
        [1001]
    );
}

#[test]
fn wide_texts_are_fine() {
    let n = 20_000;
    let wide = [
        "a = 1;\n".repeat(n),
        "a = !b\n".repeat(n),
        format!("x = [{}]", "a => 1, ".repeat(n)),
        format!("x = {{ {} }}", "a: b ? 1 : 2, ".repeat(n)),
        format!("f(`{}`)", "${a ? 1 : 2}".repeat(n)),
        "if (a) { b = 1 } else { b = 2 }\n".repeat(n),
        "if (a) { b() } if (c) d();\n".repeat(n),
        format!(
            "switch (a) {{ {} }}",
            "case 1: case 2: b = 3; break;".repeat(n)
        ),
        format!("interface I {{ {} }}", "a?: () => string\n".repeat(n)),
        format!(
            "class C {{ {} }}",
            "m<T>(a: number = 1): string { return a ? '(' : `[`; }\n".repeat(n)
        ),
        format!("class C {{ {} }}", "x: number = 1\n".repeat(n)),
        format!("type T = {}", "| 'a' ".repeat(n)),
        "// it's ( a [ comment {\n/* ( */ x = '(' + /[(]/.source\n".repeat(n),
    ];
    for text in wide {
        let found = codes_deep(&text);
        assert!(
            found.is_empty(),
            "{} -> {:?}",
            &text[..40],
            &found[..found.len().min(3)]
        );
    }
}

#[test]
fn trees_up_to_the_limit_are_read() {
    let n = 900;
    assert_eq!(codes_deep(&format!("x = a{}", " + a".repeat(n))), []);
    assert_eq!(
        codes_deep(&format!("x = {}1{}", "[".repeat(n), "]".repeat(n))),
        []
    );
    assert_eq!(
        codes_deep(&format!("x = {}1{}", "f(".repeat(n), ")".repeat(n))),
        []
    );
    assert_eq!(
        codes_deep(&format!("x = {}1{}", "(".repeat(n), ")".repeat(n))),
        []
    );
    assert_eq!(codes_deep(&format!("x = {}1", "!".repeat(n))), []);
}

#[test]
fn too_long_a_file_is_refused() {
    assert_eq!(
        codes(&" ".repeat(crate::parse::MAX_SOURCE_BYTES + 1)),
        [1002]
    );
}

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        "a b C x1 1 2.5 'a' \"b\" `c` `${ } ( ) [ ] { } < > , ; : ? . ... => = == === + - ++ -- * ** / /x/g ! ~ & && | || ?? ?. \
         += ??= if else for while do switch case default break continue return throw try catch finally function class extends \
         implements interface type enum const let var new typeof void delete in of instanceof as satisfies await async yield \
         import export from declare module namespace abstract static readonly private get set this super null undefined true \
         # @ #x \\ \u{1f600} \0 /* // \n keyof unique infer is asserts any number string never accessor using global require"
            .split(' ')
            .collect::<Vec<_>>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn token_soup_is_survived(tokens in prop::collection::vec(token(), 0..60)) {
        let text = tokens.join(" ");
        codes_deep(&text);
        with_deep_stack(|| parse_as(Dialect::Declarations, &text).1.render(false));
    }

    #[test]
    fn any_text_is_survived(text in ".{0,200}") {
        with_deep_stack(|| parse(&text).1.render(false));
    }

    #[test]
    fn mutated_programs_are_survived(
        start in 0..REAL.len(),
        length in 0..3000usize,
        edits in prop::collection::vec((0..3000usize, token()), 1..8),
    ) {
        let mut text: Vec<char> = REAL.get(start..).unwrap_or_default().chars().take(length).collect();
        for (at, token) in edits {
            let at = at.min(text.len());
            text.splice(at..(at + 1).min(text.len()), token.chars());
        }
        let text: String = text.into_iter().collect();
        with_deep_stack(|| parse(&text).1.render(false));
    }
}
