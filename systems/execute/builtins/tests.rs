//! Built-ins on values made by hand; what they should give was asked of Node.

use super::run;
use crate::execute::Execution;
use crate::execute::errors::Halt;
use crate::execute::host::HostLinks;
use crate::execute::machine::Machine;
use raya_bytecode::assemble::{FieldSpec, FunctionBuilder, FunctionSpec, ImageBuilder};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::image::{CLASS_GLOBALS, CLASS_NOMINAL, CLASS_SHAPE, Entry, FUNCTION_ASYNC};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::{NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED};
use raya_bytecode::verify::verify;
use raya_storages::activities::Activity;
use raya_storages::frames::Stack;
use raya_storages::heaps::Heap;
use raya_storages::layout::{Kind, object_header};
use raya_storages::limits::Limits;
use raya_storages::programs::Program;
use raya_storages::values::Value;
use std::sync::Arc;

fn s(text: &str) -> Value {
    Value::String(text.into())
}
fn n(number: f64) -> Value {
    Value::Number(number)
}
fn a(items: Vec<Value>) -> Value {
    Value::Array(items)
}
fn o(fields: &[(&str, Value)]) -> Value {
    Value::Object(
        fields
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.clone()))
            .collect(),
    )
}
fn numbers(numbers: impl IntoIterator<Item = i32>) -> Value {
    a(numbers.into_iter().map(|i| n(f64::from(i))).collect())
}
fn strings(texts: &[&str]) -> Value {
    a(texts.iter().map(|t| s(t)).collect())
}

/// Declares a class for every object in a value, in the order that `place` meets them. A first field `class` names a declared class.
fn declare(image: &mut ImageBuilder, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| declare(image, v)),
        Value::Object(fields) => {
            let (name, kind) = match fields.first() {
                Some((key, Value::String(name))) if key == "class" => {
                    (name.as_str(), CLASS_NOMINAL)
                }
                _ => ("", CLASS_SHAPE),
            };
            let class = image.declare_class(name, kind, None);
            let desc = image.desc(raya_bytecode::image::DESC_UNKNOWN, 0, &[]);
            let shown = fields.iter().filter(|f| f.0 != "class");
            let specs: Vec<FieldSpec> = shown
                .map(|(name, _)| FieldSpec {
                    name: image.string(name),
                    member: None,
                    slot: Slot::MIXED,
                    flags: 0,
                    desc: Some(desc),
                })
                .collect();
            image.set_fields(class, &specs);
            fields.iter().for_each(|(_, v)| declare(image, v));
        }
        _ => {}
    }
}

fn program(value: &Value) -> Arc<Program> {
    let mut image = ImageBuilder::new();
    let globals = image.declare_class("globals", CLASS_GLOBALS, None);
    declare(&mut image, value);
    let init = image.declare_function();
    let mut f = FunctionBuilder::new();
    f.line(1, 1);
    f.emit(Op::Ret, 0, 0, 0);
    let spec = FunctionSpec {
        name: "init",
        params: &[],
        ret: Slot::VOID,
        num_locals: &[],
        ref_locals: &[],
        receiver: None,
        flags: FUNCTION_ASYNC,
    };
    image.define_function(init, &spec, f.finish(0, 0).expect("assembles"));
    image.file("test.ts");
    let entry = Entry::of(init, u32::from(globals));
    let image = verify(image.finish(entry).expect("assembles")).unwrap_or_else(|e| panic!("{e}"));
    Arc::new(Program::link(Arc::new(image), 1))
}

/// Puts a value into the heap; objects take the next classes.
fn place(m: &mut Machine<'_>, value: &Value, class: &mut u16) -> (u64, u32) {
    match value {
        Value::Undefined => (0, UNDEFINED),
        Value::Null => (0, NULL),
        Value::Bool(value) => (u64::from(*value), TAG_BOOLEAN),
        Value::Number(value) => (value.to_bits(), TAG_NUMBER),
        Value::String(text) => (0, m.new_text(text).expect("there is room")),
        Value::Array(items) => {
            let array = m
                .new_array(Kind::ArrayMixed, items.len() as u32)
                .expect("there is room");
            for (i, item) in items.iter().enumerate() {
                let item = place(m, item, class);
                let (nums, refs) = m.heap.mixed_mut(array);
                (nums[i], refs[i]) = item;
            }
            (0, array)
        }
        Value::Object(fields) => {
            let own = *class;
            *class += 1;
            let row = m.program.classes[usize::from(own)];
            m.reserve(u64::from(row.words)).expect("there is room");
            let object = m.take(usize::from(row.words), object_header(own));
            let image = Arc::clone(&m.program.image);
            let specs = &image.fields[row.fields.indices()];
            for (field, (_, value)) in specs.iter().zip(fields.iter().filter(|f| f.0 != "class")) {
                let (num, reference) = match value {
                    Value::String(text) if text == "<self>" => (0, object),
                    _ => place(m, value, class),
                };
                m.set_field_num(object, field.num_offset, num);
                m.set_field_ref(object, field.ref_offset, reference);
            }
            (0, object)
        }
        _ => unreachable!("not made here"),
    }
}

fn with_machine<T>(value: &Value, act: impl FnOnce(&mut Machine<'_>, (u64, u32)) -> T) -> T {
    let program = program(value);
    let mut heap = Heap {
        collect_at_words: 1 << 20,
        ..Heap::default()
    };
    let mut activity = Activity::default();
    let limits = Limits {
        heap_bytes_max: 8 << 20,
        tasks_max: 10,
        stack_frames_max: 100,
        steps_max: u64::MAX,
        steps_per_tick_max: u64::MAX,
    };
    let host = HostLinks::default();
    let mut scratch = Stack::default();
    let mut execution = Execution {
        program: &program,
        heap: &mut heap,
        activity: &mut activity,
        scratch: &mut scratch,
        limits: &limits,
        host: &host,
        now_ms: 0.0,
        context: 0,
    };
    let mut m = execution.machine();
    let mut class = 1;
    let placed = place(&mut m, value, &mut class);
    act(&mut m, placed)
}

fn text(m: &Machine<'_>, string: u32) -> String {
    m.heap.text(&m.program.constants, string)
}

fn inspected(value: &Value) -> String {
    with_machine(value, |m, placed| {
        let (_, shown) = run(m, Builtin::Inspect, &[placed.0], &[placed.1]).expect("inspects");
        text(m, shown)
    })
}

#[test]
fn an_element_that_is_not_there_is_undefined() {
    // What a program was forged to keep its `Map`s in may be shorter than they say.
    with_machine(&a(vec![n(1.0), s("two")]), |m, (_, array)| {
        assert_eq!(m.element(array, 0), (1.0f64.to_bits(), TAG_NUMBER));
        assert_eq!(m.element(array, 2), (0, UNDEFINED));
        let numbers = m.new_array(Kind::ArrayF64, 1).expect("there is room");
        assert_eq!(m.element(numbers, 0), (0, TAG_NUMBER));
        assert_eq!(m.element(numbers, 1), (0, UNDEFINED));
    });
}

#[test]
fn arrays_are_shown_as_node_shows_them() {
    let words = [
        "apple",
        "banana",
        "kiwi",
        "fig",
        "cherry",
        "date",
        "elderberry",
        "grape",
    ];
    let bools = [true, false, true, true, false, true, false, true]
        .map(Value::Bool)
        .to_vec();
    let nested = a(vec![
        a(vec![
            n(1.0),
            n(2.0),
            a(vec![n(3.0), n(4.0), a(vec![n(5.0), numbers([6])])]),
        ]),
        numbers([7]),
    ]);
    let long = ["a".repeat(30), "b".repeat(29), "c".repeat(24)];
    let cases = [
        (
            numbers((0..10).map(|i| i * i)),
            "[\n   0,  1,  4,  9, 16,\n  25, 36, 49, 64, 81\n]",
        ),
        (
            a(vec![
                n(1.5),
                n(-0.0),
                n(100000.0),
                n(3.0),
                n(4.0),
                n(5.0),
                n(f64::NAN),
            ]),
            "[\n     1.5, -0,\n  100000,  3,\n       4,  5,\n     NaN\n]",
        ),
        (
            strings(&words),
            "[\n  'apple',      'banana',\n  'kiwi',       'fig',\n  'cherry',     'date',\n  'elderberry', 'grape'\n]",
        ),
        (nested, "[ [ 1, 2, [ 3, 4, [Array] ] ], [ 7 ] ]"),
        (
            strings(&[&long[0], &long[1], &long[2]]),
            "[\n  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',\n  'bbbbbbbbbbbbbbbbbbbbbbbbbbbbb',\n  'cccccccccccccccccccccccc'\n]",
        ),
        (
            a(bools),
            "[\n  true,  false,\n  true,  true,\n  false, true,\n  false, true\n]",
        ),
        (
            a(vec![numbers(1..4), numbers(4..7), numbers(7..10)]),
            "[ [ 1, 2, 3 ], [ 4, 5, 6 ], [ 7, 8, 9 ] ]",
        ),
        (
            numbers([1000000].into_iter().chain(2..28)),
            "[\n  1000000,  2,  3,  4,\n        5,  6,  7,  8,\n        9, 10, 11, 12,\n       13, 14, 15, 16,\n       17, 18, 19, 20,\n       21, 22, 23, 24,\n       25, 26, 27\n]",
        ),
        (a(vec![]), "[]"),
        (a(vec![a(vec![a(vec![a(vec![])])])]), "[ [ [ [] ] ] ]"),
    ];
    for (value, expected) in cases {
        assert_eq!(inspected(&value), expected);
    }
    let many = inspected(&numbers(0..120));
    assert!(
        many.starts_with("[\n   0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11,\n"),
        "{many}"
    );
    assert!(
        many.ends_with("  96, 97, 98, 99,\n  ... 20 more items\n]"),
        "{many}"
    );
}

#[test]
fn objects_are_shown_as_node_shows_them() {
    let cases = [
        (
            o(&[
                ("class", s("P")),
                ("x", n(1.0)),
                ("name", s("ann")),
                ("tags", strings(&["a", "b"])),
            ]),
            "P { x: 1, name: 'ann', tags: [ 'a', 'b' ] }",
        ),
        (o(&[("class", s("E"))]), "E {}"),
        (
            o(&[
                ("a", n(1.0)),
                ("b", s("two")),
                ("c", numbers(1..4)),
                ("d", o(&[("e", o(&[("f", o(&[("g", n(1.0))]))]))])),
            ]),
            "{ a: 1, b: 'two', c: [ 1, 2, 3 ], d: { e: { f: [Object] } } }",
        ),
        (
            o(&[("x", n(1.0)), ("self", s("<self>"))]),
            "<ref *1> { x: 1, self: [Circular *1] }",
        ),
        (
            o(&[
                ("alpha", s(&"a".repeat(20))),
                ("beta", s(&"b".repeat(24))),
                ("gamma", s(&"c".repeat(18))),
                ("delta", numbers(1..4)),
            ]),
            "{\n  alpha: 'aaaaaaaaaaaaaaaaaaaa',\n  beta: 'bbbbbbbbbbbbbbbbbbbbbbbb',\n  gamma: 'cccccccccccccccccc',\n  delta: [ 1, 2, 3 ]\n}",
        ),
        (o(&[]), "{}"),
        (
            o(&[
                ("a-b", n(1.0)),
                ("ok_1", Value::Null),
                ("7", n(2.0)),
                ("u", Value::Undefined),
            ]),
            "{ '7': 2, 'a-b': 1, ok_1: null, u: undefined }",
        ),
        (
            a(vec![o(&[("a", n(1.0)), ("b", o(&[("c", o(&[]))]))])]),
            "[ { a: 1, b: { c: {} } } ]",
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(inspected(&value), expected);
    }
}

#[test]
fn json_is_nodes() {
    let value = o(&[
        ("a", a(vec![n(1.0), o(&[("b", s("x\n"))])])),
        ("c", Value::Null),
        ("d", Value::Bool(true)),
        ("e", a(vec![])),
        ("f", Value::Undefined),
    ]);
    let json = |indent: &str| {
        with_machine(&value, |m, placed| {
            let indent = m.new_text(indent).expect("there is room");
            let shown = run(m, Builtin::JsonStringify, &[placed.0], &[placed.1, indent]);
            text(m, shown.expect("writes").1)
        })
    };
    assert_eq!(
        json(""),
        r#"{"a":[1,{"b":"x\n"}],"c":null,"d":true,"e":[]}"#
    );
    assert_eq!(
        json("  "),
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\\n\"\n    }\n  ],\n  \"c\": null,\n  \"d\": true,\n  \"e\": []\n}"
    );
    with_machine(&o(&[("me", s("<self>"))]), |m, placed| {
        let circle = run(
            m,
            Builtin::JsonStringify,
            &[placed.0],
            &[placed.1, UNDEFINED],
        );
        assert_eq!(
            circle,
            Err(Halt::type_error("Converting circular structure to JSON"))
        );
    });
}

/// Runs a built-in on numbers and strings; gives its text.
fn string_of(builtin: Builtin, nums: &[f64], texts: &[&str]) -> Result<String, Halt> {
    with_machine(&Value::Null, |m, _| {
        let refs: Vec<u32> = texts
            .iter()
            .map(|t| m.new_text(t).expect("there is room"))
            .collect();
        let nums: Vec<u64> = nums.iter().map(|n| n.to_bits()).collect();
        run(m, builtin, &nums, &refs).map(|(_, r)| text(m, r))
    })
}

fn number_of(builtin: Builtin, nums: &[f64], texts: &[&str]) -> f64 {
    with_machine(&Value::Null, |m, _| {
        let refs: Vec<u32> = texts
            .iter()
            .map(|t| m.new_text(t).expect("there is room"))
            .collect();
        let nums: Vec<u64> = nums.iter().map(|n| n.to_bits()).collect();
        f64::from_bits(run(m, builtin, &nums, &refs).expect("runs").0)
    })
}

#[test]
fn strings_are_cut_and_searched_as_in_javascript() {
    let given =
        |builtin, nums: &[f64], texts: &[&str]| string_of(builtin, nums, texts).expect("runs");
    assert_eq!(given(Builtin::StrSlice, &[-3.0, -1.0], &["hello"]), "ll");
    assert_eq!(given(Builtin::StrSubstring, &[4.0, 1.0], &["hello"]), "ell");
    assert_eq!(
        given(Builtin::StrSubstring, &[f64::NAN, 2.0], &["hello"]),
        "he"
    );
    assert_eq!(given(Builtin::StrCharAt, &[1.0], &["a€b"]), "€");
    assert_eq!(given(Builtin::StrCharAt, &[9.0], &["ab"]), "");
    assert_eq!(given(Builtin::StrRepeat, &[3.0], &["ab"]), "ababab");
    assert_eq!(given(Builtin::StrUpper, &[], &["straße λ"]), "STRASSE Λ");
    assert_eq!(given(Builtin::StrLower, &[], &["ÀB"]), "àb");
    assert_eq!(given(Builtin::StrFromCodePoint, &[128512.0], &[]), "😀");
    assert_eq!(
        number_of(Builtin::StrCodePointAt, &[0.0], &["😀"]),
        128512.0
    );
    assert_eq!(
        number_of(Builtin::StrIndexOf, &[0.0], &["abcabc", "ca"]),
        2.0
    );
    assert_eq!(number_of(Builtin::StrIndexOf, &[9.0], &["abc", ""]), 3.0);
    assert_eq!(
        number_of(Builtin::StrLastIndexOf, &[f64::NAN], &["abcabc", "bc"]),
        4.0
    );
    assert_eq!(
        number_of(Builtin::StrLastIndexOf, &[3.0], &["abcabc", "bc"]),
        1.0
    );
    assert_eq!(
        number_of(Builtin::StrLastIndexOf, &[0.0], &["abc", ""]),
        0.0
    );
    let replaced = |texts: &[&str], all: bool| {
        with_machine(&Value::Null, |m, _| {
            let refs: Vec<u32> = texts
                .iter()
                .map(|t| m.new_text(t).expect("there is room"))
                .collect();
            let (_, r) = run(m, Builtin::StrReplace, &[u64::from(all)], &refs).expect("runs");
            text(m, r)
        })
    };
    assert_eq!(replaced(&["a-b-c", "-", "+"], false), "a+b-c");
    assert_eq!(
        replaced(&["a-b-c", "-", "[$&$$$`$']"], true),
        "a[-$ab-c]b[-$a-bc]c"
    );
    assert_eq!(replaced(&["ab", "", "."], true), ".a.b.");
}

#[test]
fn limits_come_before_work() {
    let too_large = string_of(Builtin::StrRepeat, &[1e15], &["x"]);
    assert!(matches!(too_large, Err(Halt::Limit(_))), "{too_large:?}");
    let negative = string_of(Builtin::StrRepeat, &[-1.0], &["x"]);
    assert_eq!(negative, Err(Halt::range_error("Invalid count value: -1")));
}

#[test]
fn numbers_are_written_as_in_javascript() {
    let given = |builtin, nums: &[f64]| string_of(builtin, nums, &[]).expect("runs");
    assert_eq!(given(Builtin::NumToStr, &[1e21]), "1e+21");
    assert_eq!(
        given(Builtin::NumToStr, &[0.1 + 0.2]),
        "0.30000000000000004"
    );
    assert_eq!(given(Builtin::NumToStr, &[-0.0]), "0");
    assert_eq!(given(Builtin::NumToStr, &[-2147483648.0]), "-2147483648");
    assert_eq!(given(Builtin::NumToFixed, &[1.005, 2.0]), "1.00");
    assert_eq!(given(Builtin::NumToFixed, &[-1.5, 0.0]), "-2");
    assert_eq!(given(Builtin::NumToFixed, &[0.0, 2.0]), "0.00");
    assert_eq!(given(Builtin::NumToPrecision, &[123.456, 4.0]), "123.5");
    assert_eq!(
        given(Builtin::NumToPrecision, &[0.000001234, 2.0]),
        "0.0000012"
    );
    assert_eq!(given(Builtin::NumToPrecision, &[1234567.0, 2.0]), "1.2e+6");
    assert_eq!(given(Builtin::NumToExponential, &[12345.0, 2.0]), "1.23e+4");
    assert_eq!(
        given(Builtin::NumToExponential, &[0.00015, f64::NAN]),
        "1.5e-4"
    );
    assert_eq!(given(Builtin::NumToStrRadix, &[255.0, 16.0]), "ff");
}
