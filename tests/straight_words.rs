//! Straight is as by a value: whatever goes straight in or out of a heap comes to the same words and the same data as the value would, for
//! any data and any declared type, and leaves nothing behind where it does not go.

use proptest::prelude::*;
use raya_bytecode::verify::verify;
use raya_compiler::load::MemoryFiles;
use raya_core::{Data, Param, Ret, Typed, Value, View, from_value, to_value};
use raya_storages::heaps::{Heap, Soundness};
use raya_storages::programs::Program;
use raya_storages::values::VALUE_DEPTH_MAX;
use raya_systems::marshal::{CopyError, In, Misfit, Out, copy_in, copy_out};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

/// An export for each declared type that data may or may not be of.
const TYPES: &str = r#"
interface Item { id: number; name: string; hp?: number; alive: boolean; tags: string[]; kind: Kind }
type Kind = "small" | "large" | { Size: number };
interface Node { value: int; next?: Node }
interface Loose { name: string | null; at: [number, number] | undefined; any: unknown }
export function item(a: Item): void {}
export function items(a: Item[]): void {}
export function maybe(a: Item | undefined): void {}
export function either(a: Node | Item): void {}
export function node(a: Node): void {}
export function loose(a: Loose): void {}
export function numbers(a: number[]): void {}
export function ints(a: int[]): void {}
export function flags(a: boolean[]): void {}
export function rows(a: number[][]): void {}
export function mixed(a: (number | string | undefined)[]): void {}
export function pair(a: [number, string]): void {}
export function pairs(a: [number, string?][]): void {}
export function text(a: string): void {}
export function choice(a: "a" | "b" | number | null): void {}
export function number(a: number): void {}
export function int(a: int): void {}
export function flag(a: boolean): void {}
export function floats(a: Float64Array): void {}
export function bytes(a: Uint8Array | string): void {}
export function map(a: Map<string, number>): void {}
export function unknown(a: unknown): void {}
export const shapes: unknown[] = [{ value: 1, next: undefined }, { x: 1.5, y: "a" }];
export const maps: unknown[] = [new Map<string, number>(), new Map<unknown, unknown>()];
"#;

const NAMES: &[&str] = &[
    "item", "items", "maybe", "either", "node", "loose", "numbers", "ints", "flags", "rows",
    "mixed", "pair", "pairs", "text", "choice", "number", "int", "flag", "floats", "bytes", "map",
    "unknown",
];

static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    let files = MemoryFiles::new([("main.ts", TYPES)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    let image = verify(image).unwrap_or_else(|e| panic!("{e}"));
    Program::link(Arc::new(image), 1)
});

fn desc(name: &str) -> u32 {
    let export = PROGRAM.export(name).expect("is exported");
    PROGRAM.param_descs(export.index).0[0]
}

fn heap(collect_at_words: u32) -> Heap {
    Heap {
        collect_at_words,
        ..Heap::default()
    }
}

/// A heap with room and something in it.
fn roomy() -> Heap {
    let mut heap = heap(1 << 16);
    heap.new_text("something").expect("there is room");
    heap
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Small,
    Large,
    #[serde(rename = "Size")]
    Size(f64),
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Item {
    id: f64,
    name: String,
    hp: Option<f64>,
    alive: bool,
    tags: Vec<String>,
    kind: Kind,
}

/// The same in another order, and without all fields.
#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Turned {
    name: String,
    id: u32,
    #[serde(default)]
    more: Option<String>,
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Node {
    value: i32,
    #[serde(default = "end", skip_serializing_if = "Option::is_none")]
    next: Option<Box<Node>>,
}

/// What a node that is left out is not.
fn end() -> Option<Box<Node>> {
    Some(Box::new(Node {
        value: -1,
        next: None,
    }))
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Point {
    x: f64,
    y: String,
}

/// Puts data straight and as a value into heaps that are alike; what goes straight is the same, and takes as many words. Gives
/// whether it did.
fn put_both<T: Ret + Clone>(data: &T, name: &str) -> bool {
    let (desc, before) = (Some(desc(name)), roomy());
    let (mut straight, mut copied) = (before.clone(), before.clone());
    let put = |heap: &mut Heap| {
        let mut into = In::new(&PROGRAM, heap);
        let key = into.put_with(desc, |into, place| data.put(into, place))?;
        Ok::<_, Misfit>(into.finish(0).map(|()| key))
    };
    let given = put(&mut straight);
    let value = data.clone().into_result();
    let Ok(given) = given else {
        assert!(straight == before, "nothing stays of {name}");
        return false;
    };
    let value = value.unwrap_or_else(|e| panic!("{name}: {e:?} went straight"));
    let expected = copy_in(&PROGRAM, &mut copied, &value, desc);
    assert_eq!(
        given.map_err(CopyError::NeedsCollection),
        expected,
        "{name}: {value:?}"
    );
    assert!(straight == copied, "{name}: {value:?}");
    assert!(Soundness::of(&straight, &PROGRAM).is_ok());
    let taken = straight.top - before.top;
    for less in 0..taken {
        let marked = Heap {
            collect_at_words: before.top + less,
            ..before.clone()
        };
        let mut heap = marked.clone();
        assert_eq!(put(&mut heap), Ok(Err(taken)), "{name}: {value:?}");
        assert!(heap == marked);
    }
    true
}

/// Reads a value in a heap straight and from a copy; what is read straight is the same. Gives whether it was.
fn lend_both<T>(heap: &Heap, key: (u64, u32)) -> bool
where
    T: for<'a> Param<Item<'a> = T> + PartialEq + Debug,
{
    let Some(lent) = T::lend(&mut Out::new(&PROGRAM, heap, None), key) else {
        return false;
    };
    let value = copy_out(&PROGRAM, heap, key).unwrap_or_else(|e| panic!("{lent:?}: {e}"));
    // As text, in which a NaN is like another and -0 is not 0.
    let (lent, expected) = (
        format!("{:?}", Some(lent)),
        format!("{:?}", T::from_value(&value)),
    );
    assert_eq!(lent, expected, "{value:?}");
    true
}

/// Puts data as every type, and reads everything that then is there as every type; gives the types that it went straight to.
fn put_as_all<T: Ret + Clone>(data: &T) -> Vec<&'static str> {
    let straight = NAMES.iter().filter(|name| put_both(data, name)).copied();
    let straight: Vec<&str> = straight.collect();
    for name in NAMES {
        let Ok(value) = data.clone().into_result() else {
            continue;
        };
        let mut heap = roomy();
        if let Ok(key) = copy_in(&PROGRAM, &mut heap, &value, Some(desc(name))) {
            lend_as_all(&heap, key);
        }
    }
    straight
}

fn lend_as_all(heap: &Heap, key: (u64, u32)) {
    lend_both::<Data<Item>>(heap, key);
    lend_both::<Data<Vec<Item>>>(heap, key);
    lend_both::<Data<Option<Turned>>>(heap, key);
    lend_both::<Data<Node>>(heap, key);
    lend_both::<Data<Point>>(heap, key);
    lend_both::<Data<BTreeMap<String, f64>>>(heap, key);
    lend_both::<Data<serde::de::IgnoredAny>>(heap, key);
    lend_both::<Data<Vec<u8>>>(heap, key);
    lend_both::<Data<(f64, Option<String>)>>(heap, key);
    lend_both::<Data<Kind>>(heap, key);
    lend_both::<Data<char>>(heap, key);
    lend_both::<Data<()>>(heap, key);
    lend_both::<Vec<f64>>(heap, key);
    lend_both::<Vec<i32>>(heap, key);
    lend_both::<Vec<bool>>(heap, key);
    lend_both::<Vec<Option<f64>>>(heap, key);
    lend_both::<Vec<Vec<f64>>>(heap, key);
    lend_both::<Vec<(f64, Option<String>)>>(heap, key);
    lend_both::<(f64, String)>(heap, key);
    lend_both::<Option<String>>(heap, key);
    lend_both::<Typed<f64>>(heap, key);
    lend_both::<Typed<u8>>(heap, key);
}

fn number() -> impl Strategy<Value = f64> {
    let odd = [
        f64::NAN,
        f64::from_bits(0xfff8_0000_0000_0077),
        -0.0,
        f64::INFINITY,
        1e300,
    ];
    prop_oneof![
        any::<i16>().prop_map(f64::from),
        prop::sample::select(odd.to_vec()),
        Just(0.5)
    ]
}

fn short() -> impl Strategy<Value = String> {
    "[aäλ😀]{0,9}"
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Small),
        Just(Kind::Large),
        number().prop_map(Kind::Size)
    ]
}

fn item() -> impl Strategy<Value = Item> {
    let parts = (
        number(),
        short(),
        prop::option::of(number()),
        any::<bool>(),
        prop::collection::vec(short(), 0..4),
        kind(),
    );
    parts.prop_map(|(id, name, hp, alive, tags, kind)| Item {
        id,
        name,
        hp,
        alive,
        tags,
        kind,
    })
}

fn node(depth: usize) -> Node {
    let end = Node {
        value: 0,
        next: None,
    };
    (1..depth).fold(end, |next, value| Node {
        value: value as i32,
        next: Some(Box::new(next)),
    })
}

/// Of all types, as text: what goes straight to them.
fn all(names: &[&str], of: &[&str]) -> bool {
    of.iter().all(|name| names.contains(name))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn records_go_as_their_values_do(items in prop::collection::vec(item(), 1..4), id in any::<u64>()) {
        let is_straight = put_as_all(&Data(items[0].clone()));
        let is_plain = !matches!(items[0].kind, Kind::Size(_));
        prop_assert!(!is_plain || all(&is_straight, &["item", "maybe"]));
        let is_straight = put_as_all(&Data(items.clone()));
        prop_assert!(!is_plain || items.len() > 1 || all(&is_straight, &["items"]));
        put_as_all(&Data(Some(items[0].clone())));
        put_as_all(&Data(Turned { name: items[0].name.clone(), id: 7, more: None }));
        put_as_all(&Data((id, items[0].id, items[0].kind.clone())));
        put_as_all(&Data(Point { x: items[0].id, y: items[0].name.clone() }));
    }

    #[test]
    fn sequences_go_as_their_values_do(
        numbers in prop::collection::vec(number(), 0..20),
        ints in prop::collection::vec(any::<i32>(), 0..20),
        flags in prop::collection::vec(any::<bool>(), 0..20),
        texts in prop::collection::vec(prop::option::of(short()), 0..5),
    ) {
        prop_assert!(all(&put_as_all(&numbers), &["numbers", "mixed", "unknown"]));
        prop_assert!(all(&put_as_all(&Data(numbers.clone())), &["numbers", "mixed", "unknown"]));
        prop_assert!(all(&put_as_all(&ints), &["ints", "numbers", "unknown"]));
        prop_assert!(all(&put_as_all(&flags), &["flags", "unknown"]));
        prop_assert!(all(&put_as_all(&vec![numbers.clone(), numbers.clone()]), &["rows", "unknown"]));
        prop_assert!(all(&put_as_all(&Typed(numbers.clone())), &["floats", "unknown"]));
        prop_assert!(all(&put_as_all(&Typed(vec![1u8, 2])), &["bytes", "unknown"]));
        prop_assert!(all(&put_as_all(&texts), &["unknown"]));
        let pairs: Vec<(f64, Option<String>)> =
            numbers.iter().copied().zip(texts.iter().cloned()).collect();
        prop_assert!(all(&put_as_all(&pairs), &["pairs", "unknown"]));
        prop_assert!(all(&put_as_all(&Data(pairs)), &["pairs", "unknown"]));
        let map: BTreeMap<String, f64> = texts.into_iter().flatten().zip(numbers).collect();
        prop_assert!(all(&put_as_all(&Data(map)), &["map", "unknown"]));
    }

    #[test]
    fn scalars_go_as_their_values_do(n in number(), text in short(), flag in any::<bool>(), big in any::<i64>()) {
        prop_assert!(all(&put_as_all(&n), &["number", "choice", "unknown"]));
        prop_assert!(all(&put_as_all(&text), &["text", "bytes", "unknown"]));
        prop_assert!(all(&put_as_all(&flag), &["flag", "unknown"]));
        prop_assert!(all(&put_as_all(&(n, text.clone())), &["pair", "unknown"]));
        put_as_all(&Data((text, n, flag, big)));
        put_as_all(&Data(big));
        prop_assert!(all(&put_as_all(&Data('a')), &["text", "choice"]));
        prop_assert!(all(&put_as_all(&Data(())), &["choice"]));
        prop_assert!(all(&put_as_all(&None::<String>), &["maybe"]));
    }
}

/// Whether data comes back straight from an export's type, as it went.
fn round_trip<T>(data: T, name: &str) -> bool
where
    T: Ret + Clone + for<'a> Param<Item<'a> = T> + PartialEq + Debug,
{
    let mut heap = roomy();
    let mut into = In::new(&PROGRAM, &mut heap);
    let put = into.put_with(Some(desc(name)), |into, place| data.put(into, place));
    let key = put.expect("goes straight");
    into.finish(0).expect("there is room");
    let back = T::lend(&mut Out::new(&PROGRAM, &heap, None), key);
    assert!(lend_both::<T>(&heap, key));
    back == Some(data)
}

#[test]
fn what_goes_straight_comes_back_straight() {
    let item = Item {
        id: 7.0,
        name: "goblin λ".into(),
        hp: None,
        alive: true,
        tags: vec!["a".into(), "ä".into()],
        kind: Kind::Small,
    };
    assert!(round_trip(Data(item.clone()), "item"));
    assert!(round_trip(Data(vec![item.clone(), item]), "items"));
    assert!(round_trip(vec![1.5, -0.0], "numbers"));
    assert!(round_trip(vec![1, i32::MIN], "ints"));
    assert!(round_trip(vec![true, false], "flags"));
    assert!(round_trip((2.5, "text".to_owned()), "pair"));
    assert!(round_trip(vec![vec![1.0], vec![]], "rows"));
    assert!(round_trip(Typed(vec![1.0, 2.0]), "floats"));
    assert!(round_trip(Some("x".to_owned()), "bytes"));
    assert!(round_trip(
        vec![(1.0, Some("a".to_owned())), (2.0, None)],
        "pairs"
    ));
}

/// A field that is left out has its default, which need not be what undefined is.
#[test]
fn what_is_left_out_is_missing() {
    let (mut heap, one) = (roomy(), node(1));
    let value = to_value(&one).expect("is data");
    let key = copy_in(&PROGRAM, &mut heap, &value, Some(desc("node"))).expect("is of the type");
    let lent = Data::<Node>::lend(&mut Out::new(&PROGRAM, &heap, None), key);
    assert_eq!(lent, from_value(&value).ok().map(Data));
    assert_ne!(lent, Some(Data(one)));
}

#[test]
fn as_deep_as_values_and_no_deeper() {
    let deepest = VALUE_DEPTH_MAX as usize;
    for depth in deepest - 3..deepest + 3 {
        let data = Data(node(depth));
        let straight = put_as_all(&data);
        let mut heap = roomy();
        let fits = data
            .clone()
            .into_result()
            .is_ok_and(|value| copy_in(&PROGRAM, &mut heap, &value, Some(desc("node"))).is_ok());
        assert_eq!(straight.contains(&"node"), fits, "{depth}");
    }
}

#[test]
fn a_cycle_is_read_by_nobody() {
    let mut heap = roomy();
    let value = Value::Array(vec![Value::Array(vec![]), Value::Null]);
    let (_, outer) = copy_in(&PROGRAM, &mut heap, &value, None).expect("there is room");
    heap.mixed_mut(outer).1[1] = outer;
    let key = (0, outer);
    assert!(!lend_both::<Data<serde::de::IgnoredAny>>(&heap, key));
    assert!(!lend_both::<Vec<Value>>(&heap, key));
    assert!(copy_out(&PROGRAM, &heap, key).is_err());
    lend_as_all(&heap, key);
}

/// Text that was lent is where it lies; other text is made.
#[test]
fn flat_ascii_is_lent() {
    let mut heap = roomy();
    let texts = ["goblin", "λ"].map(|text| Value::String(text.into()));
    let value = Value::Array(texts.into());
    let key = copy_in(&PROGRAM, &mut heap, &value, None).expect("there is room");
    let refs = heap.mixed(key.1).1.to_vec();
    let ascii = <&'static str>::lend(&mut Out::new(&PROGRAM, &heap, None), (0, refs[0]));
    assert_eq!(ascii, Some("goblin"));
    let other = <&'static str>::lend(&mut Out::new(&PROGRAM, &heap, None), (0, refs[1]));
    assert_eq!(other, None);
    // Where it is not, a view has it in a copy.
    for (reference, text) in refs.into_iter().zip(["goblin", "λ"]) {
        let view = View::lend(&mut Out::new(&PROGRAM, &heap, None), (0, reference));
        let view = view.expect("there is a view of everything");
        assert_eq!(view.read::<&str>(), Ok(text));
        assert_eq!(view.read::<String>(), Ok(text.to_owned()));
        assert!(view.read::<f64>().is_err());
    }
}

/// Lone surrogates are replaced, in either way.
#[test]
fn lone_surrogates_are_replaced() {
    let mut heap = roomy();
    let text = heap.new_units(&[0xd800, 0x61]).expect("there is room");
    assert!(lend_both::<Data<String>>(&heap, (0, text)));
    assert!(lend_both::<String>(&heap, (0, text)));
}

/// What takes more bytes than a value may is read by nobody.
#[test]
fn too_large_is_too_large() {
    fn is_read<T: DeserializeOwned>(heap: &Heap, key: (u64, u32)) -> bool {
        Data::<T>::lend(&mut Out::new(&PROGRAM, heap, None), key).is_some()
    }
    let mut heap = heap(1 << 22);
    let row = heap
        .new_array(raya_bytecode::slot::Slot::ARR_F64, 1 << 18, 1 << 18)
        .expect("there is room");
    for (rows, fits) in [(1, true), (2, false)] {
        let outer = heap
            .new_array(raya_bytecode::slot::Slot::ARR_REF, rows, rows)
            .expect("there is room");
        heap.refs_mut(outer).fill(row);
        let key = (0, outer);
        assert_eq!(copy_out(&PROGRAM, &heap, key).is_ok(), fits);
        assert_eq!(lend_both::<Vec<Vec<f64>>>(&heap, key), fits);
        assert_eq!(is_read::<Vec<Vec<f64>>>(&heap, key), fits);
        assert_eq!(is_read::<serde::de::IgnoredAny>(&heap, key), fits);
    }
}

/// Data whose own code panics halfway.
struct Panics;

impl Serialize for Panics {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("it never says what it is")
    }
}

#[test]
fn a_panic_halfway_leaves_nothing_behind() {
    let before = roomy();
    let mut heap = before.clone();
    let handle = Value::Handle(Box::new(raya_storages::values::ObjectRef {
        owner: 0,
        kind: "Thing".into(),
        object: 7,
        rights: raya_storages::handles::RIGHTS_ALL,
        is_passed_on: false,
    }));
    let data = (handle, "text".to_owned(), Data(Panics));
    let put = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut into = In::new(&PROGRAM, &mut heap);
        let put = into.put_with(None, |into, place| data.put(into, place));
        put.map(|_| into.finish(0))
    }));
    assert!(put.is_err());
    assert!(
        heap == before
            && heap.words[heap.top as usize..]
                .iter()
                .all(|word| *word == 0)
    );
}
