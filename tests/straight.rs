//! Rust's own types across the boundary: typed functions and host functions that take and give them, what is refused by the same names as
//! values are, and answers that lack memory.

#[path = "common/script.rs"]
mod script;

use raya_compiler::load::MemoryFiles;
use raya_core::{
    Call, Capability, ContextId, Data, HostError, Param, Ret, Returned, Runtime, TickBudget, Typed,
    Value, View, VmError, VmOptions, from_value, to_value,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const HOST: &str = r#"
declare module "host:world" {
  export interface Point { x: number; y: number; label?: string }
  export function moved(at: Point, by: number): Point;
  export function twice(items: number[]): number[];
  export function split(text: string): string[];
  export function pair(x: number): [number, string];
  export function maybe(x: number): number[] | undefined;
  export function count(by: Map<string, number>): Map<string, number>;
  export function bytes(text: string): Uint8Array;
  export function broken(x: number): Point[];
  export function wrong(x: number): number[];
  export function large(count: number): number[];
  export function shape(at: unknown): number;
  export function length(of: { name: string }): number;
  export function panics(x: number): Point;
  export function stored(at: Point): number;
  export function fetched(id: number): Promise<Point>;
}
"#;

const GUEST: &str = r#"
import { moved, twice, split, pair, maybe, count, bytes, broken, wrong, large, shape, length, panics, stored, fetched, Point } from "host:world";

interface Item { id: number; name: string; hp?: number; tags: string[] }
interface Loop { next?: Loop }

export function same(item: Item): Item { return item; }
export function rename(item: Item, name: string): Item { return { ...item, name }; }
export function all(items: Item[]): string { return items.map((item) => item.name).join(); }
export function sum(numbers: number[]): number { let sum = 0; for (const n of numbers) sum += n; return sum; }
export function range(count: number): number[] { const all: number[] = []; for (let i = 0; i < count; i++) all.push(i); return all; }
export function flags(flags: boolean[]): boolean[] { return flags.map((flag) => !flag); }
export function name(item: Item): string { return item.name; }
export function first(pair: [number, string]): [string, number] { return [pair[1], pair[0]]; }
export function optional(text: string | undefined): string | undefined { return text; }
export async function later(item: Item): Promise<Item> { await null; return item; }
export function circle(): Loop { const one: Loop = {}; one.next = one; return one; }
export function tally(by: Map<string, number>): Map<string, number> { return by; }

export function answers(): string {
  const point: Point = moved({ x: 1, y: 2 }, 10);
  const named = moved({ x: 1, y: 2, label: "λ" }, 1);
  const many = count(new Map([["a", 1], ["b", 2]]));
  return [
    point.x, point.y, point.label === undefined, named.label, twice([1, 2.5]).join(" "), split("a,bc,λ").join(" "),
    pair(3)[0] + pair(3)[1], maybe(1)?.length, maybe(-1) === undefined, many.get("b"), bytes("ab").join(" "),
    length({ name: "goblin" }), length({ name: "λ" }),
  ].join("|");
}
function caught(run: () => void): string {
  try { run(); return "nothing"; } catch (error) { return error instanceof Error ? error.name + ": " + error.message : "?"; }
}
export function refusals(): string {
  return [caught(() => { broken(1); }), caught(() => { wrong(1); }), caught(() => { shape({ x: "1" }); })].join("\n");
}
export function fill(count: number): number {
  const kept: number[][] = [];
  for (let i = 0; i < 3; i++) kept.push(large(count));
  let sum = 0;
  for (const items of kept) sum += items.length;
  return sum;
}
export function panicked(): string { return caught(() => { panics(1); }); }
export async function waited(): Promise<number> {
  const point = await fetched(3);
  return point.x + stored({ ...point, label: "λ" });
}
export const shapes: unknown[] = [{ x: "1" }];
"#;

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Item {
    id: f64,
    name: String,
    hp: Option<f64>,
    tags: Vec<String>,
}

#[derive(Serialize, Deserialize, PartialEq, Clone, Debug)]
struct Point {
    x: f64,
    y: f64,
    label: Option<String>,
}

/// Data whose own code panics.
struct Panics;

impl Serialize for Panics {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("it never says what it is")
    }
}

fn item(name: &str) -> Item {
    Item {
        id: 7.0,
        name: name.into(),
        hp: None,
        tags: vec!["a".into(), "λ".into()],
    }
}

fn world(asked: &Arc<AtomicU32>) -> Capability {
    let asked = asked.clone();
    Capability::new("world")
        .function("moved", |_: &Call, Data(at): Data<Point>, by: f64| {
            Data(Point { x: at.x + by, ..at })
        })
        .function("twice", |_: &Call, items: Cow<'_, [f64]>| {
            items.iter().map(|n| n * 2.0).collect::<Vec<f64>>()
        })
        .function("split", |_: &Call, text: &str| {
            text.split(',').map(String::from).collect::<Vec<String>>()
        })
        .function("pair", |_: &Call, x: f64| (x, "x".to_owned()))
        .function("maybe", |_: &Call, x: f64| (x > 0.0).then(|| vec![x, x]))
        .function("count", |_: &Call, by: Data<BTreeMap<String, f64>>| by)
        .function("bytes", |_: &Call, text: &str| {
            Typed(text.as_bytes().to_vec())
        })
        .function(
            "broken",
            |_: &Call, x: f64| -> Result<Data<Vec<Point>>, HostError> {
                Err(HostError(format!("no points at {x}")))
            },
        )
        .function("panics", |_: &Call, _: f64| Data(Panics))
        .blocking("stored", |_: &Call, Data(at): Data<Point>| at.x + at.y)
        .deferred("fetched", |_: &Call, x: f64| {
            let (y, label) = (1.0, None);
            Data(Point { x, y, label })
        })
        .function("wrong", |_: &Call, _: f64| Data(vec!["text"]))
        .function("large", move |_: &Call, count: f64| {
            asked.fetch_add(1, Ordering::Relaxed);
            vec![1.5; count as usize]
        })
        .function(
            "length",
            |_: &Call, of: View<'_>| -> Result<f64, HostError> {
                #[derive(Deserialize)]
                struct Named<'a> {
                    name: &'a str,
                }
                let named: Named<'_> = of.read().map_err(|e| HostError(e.to_string()))?;
                Ok(named.name.len() as f64)
            },
        )
        .function("shape", |_: &Call, at: Data<Point>| at.0.x)
}

/// A context with so much memory, and how often `large` was asked.
fn guest(max_heap_bytes: u64) -> (Runtime, ContextId, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let mut runtime = Runtime::with_threads(1);
    runtime.register(world(&asked)).expect("is new");
    let options = VmOptions {
        max_heap_bytes,
        capabilities: vec!["world".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is valid");
    let files = MemoryFiles::new([("main.ts", GUEST), ("world.d.ts", HOST)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    let bytes = raya_bytecode::codec::encode(&image);
    let loaded = runtime.vm(id).expect("is live").load_rbin_bytes(&bytes);
    loaded.unwrap_or_else(|e| panic!("{e}"));
    (runtime, id, asked)
}

/// Calls a typed function once.
fn call<A: Ret, R: Returned>(name: &str, arg: A) -> Result<R, VmError> {
    let (mut runtime, id, _) = guest(1 << 22);
    let function = runtime.vm(id)?.function::<(A,), R>(name)?;
    function.call(&mut runtime, id, (arg,))
}

#[test]
fn typed_functions_take_and_give_types() {
    let sent = item("goblin");
    assert_eq!(call("same", Data(sent.clone())), Ok(Data(sent.clone())));
    assert_eq!(call("later", Data(sent.clone())), Ok(Data(sent.clone())));
    assert_eq!(
        call("all", Data(vec![sent.clone(), item("λ")])),
        Ok("goblin,λ".to_owned())
    );
    assert_eq!(call("sum", vec![1.5, 2.0]), Ok(3.5));
    assert_eq!(call("sum", &[1.5, 2.0][..]), Ok(3.5));
    assert_eq!(call("range", 3.0), Ok(vec![0.0, 1.0, 2.0]));
    assert_eq!(call("flags", vec![true, false]), Ok(vec![false, true]));
    assert_eq!(call("first", (1.5, "x")), Ok(("x".to_owned(), 1.5)));
    assert_eq!(call("optional", Some("x")), Ok(Some("x".to_owned())));
    assert_eq!(call("optional", None::<String>), Ok(None::<String>));
    let by = BTreeMap::from([("a".to_owned(), 1.0)]);
    assert_eq!(call("tally", Data(by.clone())), Ok(Data(by)));
}

#[test]
fn results_can_be_borrowed() {
    let (mut runtime, id, _) = guest(1 << 22);
    let vm = runtime.vm(id).expect("is live");
    let name = vm
        .function::<(Data<Item>,), &'static str>("name")
        .expect("is typed so");
    for text in ["goblin", "λ", ""] {
        let length = name.call_with(&mut runtime, id, (Data(item(text)),), |name| {
            assert_eq!(name, text);
            name.len()
        });
        assert_eq!(length, Ok(text.len()));
    }
    let vm = runtime.vm(id).expect("is live");
    let range = vm
        .function::<(f64,), Cow<'static, [f64]>>("range")
        .expect("is typed so");
    let is_borrowed = range.call_with(&mut runtime, id, (4.0,), |numbers| {
        assert_eq!(*numbers, [0.0, 1.0, 2.0, 3.0]);
        matches!(numbers, Cow::Borrowed(_))
    });
    assert_eq!(is_borrowed, Ok(true));
    let vm = runtime.vm(id).expect("is live");
    let same = vm
        .function::<(Data<Item>,), View<'static>>("same")
        .expect("is typed so");
    #[derive(Deserialize, PartialEq, Debug)]
    struct Borrowed<'a> {
        name: &'a str,
        tags: Vec<&'a str>,
    }
    // The one is read where it lies, of the other there is a copy.
    for tag in ["b", "λ"] {
        let sent = Item {
            tags: vec![tag.into()],
            ..item("goblin")
        };
        let expected = Borrowed {
            name: "goblin",
            tags: vec![tag],
        };
        let read = same.call_with(&mut runtime, id, (Data(sent),), |view| {
            assert_eq!(view.read(), Ok(expected));
            view.read::<f64>().expect_err("is no number")
        });
        assert!(read.is_ok_and(|error| error.to_string().contains("expected f64")));
    }
}

#[test]
fn in_each_of_several_contexts_it_is_the_same() {
    let (mut runtime, id, _) = guest(1 << 22);
    let function = runtime
        .vm(id)
        .expect("is live")
        .function::<(Data<Item>,), Data<Item>>("same");
    let same = function.expect("is typed so");
    let results = same.call_each(&mut runtime, &[id, id], |_| (Data(item("each")),));
    assert_eq!(results, [Ok(Data(item("each"))), Ok(Data(item("each")))]);
    // In a context in which something else goes on first, too.
    let mut vm = runtime.vm(id).expect("is live");
    vm.run_entry("later", vec![to_value(&item("first")).expect("is data")])
        .expect("begins");
    assert_eq!(
        same.call(&mut runtime, id, (Data(item("then")),)),
        Ok(Data(item("then")))
    );
    let scoped = same.scope(&mut runtime, id, |same| same.call((Data(item("in")),)));
    assert_eq!(scoped, Ok(Ok(Data(item("in")))));
}

/// What a value of the same content is refused with.
fn refusal_of_value(name: &str, value: Value) -> VmError {
    let (mut runtime, id, _) = guest(1 << 22);
    let mut vm = runtime.vm(id).expect("is live");
    vm.call(name, vec![value]).expect_err("does not fit")
}

fn refused_as_its_value<T: Serialize>(name: &str, data: &T, text: &str) {
    let value = to_value(data).expect("is data");
    let by_value = refusal_of_value(name, value);
    let straight = call::<_, Data<Item>>(name, Data(data)).expect_err("does not fit");
    assert_eq!(straight.to_string(), by_value.to_string());
    assert!(straight.to_string().contains(text), "{straight}");
}

#[test]
fn what_does_not_fit_is_refused_as_its_value_is() {
    let missing = BTreeMap::from([("id", 1.0)]);
    refused_as_its_value("same", &missing, "found a Map");
    refused_as_its_value("same", &"text", "found a string");
    refused_as_its_value("same", &(1.0, 2.0), "found an array");
    #[derive(Serialize)]
    struct Bad {
        id: f64,
        name: &'static str,
        tags: Vec<Option<f64>>,
    }
    let bad = Bad {
        id: 1.0,
        name: "x",
        tags: vec![Some(1.0)],
    };
    refused_as_its_value(
        "same",
        &bad,
        "expected string, found a number (at .tags[0])",
    );
    // What is no value at all says so itself.
    let error = call::<_, Data<Item>>("same", Data(u64::MAX)).expect_err("is no exact number");
    assert_eq!(
        error,
        VmError::Marshal("18446744073709551615 is no exact number".into())
    );
    // Results likewise.
    let error = call::<_, Data<Point>>("same", Data(item("x"))).expect_err("is no point");
    let expected =
        from_value::<Point>(&to_value(&item("x")).expect("is data")).expect_err("no point");
    assert_eq!(
        error,
        VmError::Marshal(format!("the result: {expected}").into())
    );
    let (mut runtime, id, _) = guest(1 << 22);
    let circle = runtime
        .vm(id)
        .expect("is live")
        .function::<(), Data<Item>>("circle");
    let error = circle
        .expect("any type")
        .call(&mut runtime, id, ())
        .expect_err("is a circle");
    assert!(
        error
            .to_string()
            .contains("the value contains itself (at .next)"),
        "{error}"
    );
}

#[test]
fn signatures_are_checked_but_for_data() {
    fn function<A: Ret, R: Param>(name: &str) -> Result<(), VmError> {
        let (mut runtime, id, _) = guest(1 << 22);
        runtime.vm(id)?.function::<(A,), R>(name).map(|_| ())
    }
    assert!(function::<Data<Item>, Data<Item>>("same").is_ok());
    assert!(function::<Data<Item>, Data<Item>>("later").is_ok());
    assert!(function::<Data<Item>, f64>("same").is_err());
    assert!(function::<Data<Item>, Data<Item>>("rename").is_err());
    assert!(function::<Vec<i32>, f64>("sum").is_err());
    assert!(function::<(f64, f64), Data<Item>>("first").is_err());
}

#[test]
fn host_functions_called_inline_give_arrays_and_objects() {
    let (mut runtime, id, _) = guest(1 << 22);
    let mut vm = runtime.vm(id).expect("is live");
    let answers = vm.call("answers", vec![]);
    let expected = "11|2|true|λ|2 5|a bc λ|3x|2|true|2|97 98|6|2";
    assert_eq!(answers, Ok(Value::String(expected.into())));
    let refusals = vm.call("refusals", vec![]);
    let expected = "Error: no points at 1\nTypeError: expected number, found a string (at [0])\n\
        Error: argument 1: ";
    let Ok(Value::String(refusals)) = refusals else {
        panic!("{refusals:?}");
    };
    assert!(refusals.starts_with(expected), "{refusals}");
}

/// From no memory on: each answer is asked for once, and comes whole or as the limit's error.
#[test]
fn answers_that_lack_memory_are_not_asked_for_twice() {
    let (mut fitted, mut failed) = (0, 0);
    for max_heap_bytes in (0..40_000).step_by(1000) {
        let (mut runtime, id, asked) = guest(max_heap_bytes);
        let mut vm = runtime.vm(id).expect("is live");
        match vm.call("fill", vec![Value::Number(1000.0)]) {
            Ok(value) => {
                assert_eq!(value, Value::Number(3000.0));
                assert_eq!(asked.load(Ordering::Relaxed), 3, "{max_heap_bytes}");
                fitted += 1;
            }
            Err(VmError::HeapLimitExceeded { max, .. }) => {
                assert_eq!(max, max_heap_bytes);
                assert!(asked.load(Ordering::Relaxed) <= 3);
                failed += 1;
            }
            Err(error) => panic!("{max_heap_bytes}: {error}"),
        }
    }
    assert!(fitted > 5 && failed > 5, "{fitted} {failed}");
}

/// In ticks, with a collection between: the same, and paid for.
#[test]
fn large_answers_are_paid_for() {
    let steps = |count: f64| {
        let (mut runtime, id, _) = guest(1 << 22);
        let mut vm = runtime.vm(id).expect("is live");
        let task = vm
            .run_entry("fill", vec![Value::Number(count)])
            .expect("begins");
        let value = script::finish(&mut runtime, &[], task, false);
        assert_eq!(value, Ok(Value::Number(count * 3.0)));
        runtime.tick(TickBudget::fuel(1));
        runtime.vm(id).expect("is live").stats().steps_executed
    };
    let (small, large) = (steps(10.0), steps(10_010.0));
    assert!(large - small >= 3 * 10_000 * 8 / 16, "{small} {large}");
}

#[test]
fn functions_that_are_waited_for_take_and_give_data() {
    let (mut runtime, id, _) = guest(1 << 22);
    let waited = runtime.vm(id).expect("is live").call("waited", vec![]);
    assert_eq!(waited, Ok(Value::Number(7.0)));
}

#[test]
fn a_panic_of_data_is_an_error_of_the_call() {
    let (mut runtime, id, _) = guest(1 << 22);
    let caught = runtime.vm(id).expect("is live").call("panicked", vec![]);
    let expected = "Error: The host function world.panics panicked";
    assert_eq!(caught, Ok(Value::String(expected.into())));
    assert_eq!(runtime.load(&runtime.dump()), Ok(()));
}
