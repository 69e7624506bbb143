//! What do values cost that cross, beside a clone of the same value?
//!
//! Each figure is of a whole call that is given the value ("take"), or given it and gives it back ("give"); "nothing" is the call alone.
//! So in costs "take" less "nothing", and out "give" less "take", with the drop of what came out, as a clone is dropped.
//! First by name with a `Value`, then as a typed function with the Rust type: a struct that serde knows, or a vector of numbers.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use raya_core::{Args, ContextId, Data, Returned, Runtime, Value};
use serde::{Deserialize, Serialize};
use support::{context, runtime};

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    id: f64,
    name: String,
    x: f64,
    y: f64,
    hp: f64,
    alive: bool,
    kind: String,
    level: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Stack {
    count: f64,
    name: String,
    price: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Inventory {
    owner: String,
    gold: f64,
    items: Vec<Stack>,
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.map(|(name, value)| (name.into(), value)).into())
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn record() -> Value {
    object([
        ("id", Value::Number(7.0)),
        ("name", text("goblin")),
        ("x", Value::Number(1.5)),
        ("y", Value::Number(2.5)),
        ("hp", Value::Number(20.0)),
        ("alive", Value::Bool(true)),
        ("kind", text("monster")),
        ("level", Value::Number(3.0)),
    ])
}

fn inventory() -> Value {
    let stack = |count: i32| {
        object([
            ("count", Value::Number(count.into())),
            ("name", text("health potion")),
            ("price", Value::Number(12.5)),
        ])
    };
    object([
        ("owner", text("player one")),
        ("gold", Value::Number(100.0)),
        ("items", Value::Array((0..50).map(stack).collect())),
    ])
}

fn numbers() -> Value {
    let number = |i: i32| Value::Number(f64::from(i) * 1.5);
    Value::Array((0..100).map(number).collect())
}

fn dynamic(c: &mut Criterion) {
    let (mut runtime, program) = runtime(1, "values");
    let id = context(&mut runtime, program);
    let mut call = |name: &str, args: &[Value]| {
        let mut vm = runtime.vm(id).expect("is live");
        vm.call(name, args).expect("takes it")
    };
    c.bench_function("nothing", |b| b.iter(|| call("nothing", &[])));
    for (name, value) in [
        ("Record", record()),
        ("Numbers", numbers()),
        ("Inventory", inventory()),
    ] {
        c.bench_function(&format!("{name}: clone"), |b| b.iter(|| value.clone()));
        for way in ["take", "give"] {
            let (function, args) = (format!("{way}{name}"), [value.clone()]);
            c.bench_function(&format!("{name}: {way}"), |b| {
                b.iter(|| call(&function, &args));
            });
        }
    }
}

/// Calls a typed function.
fn calls<A: Args, R: Returned>(
    (c, runtime, id): (&mut Criterion, &mut Runtime, ContextId),
    name: &str,
    function: &str,
    args: impl Fn() -> A,
) {
    let vm = runtime.vm(id).expect("is live");
    let function = vm.function::<A, R>(function).expect("is typed so");
    c.bench_function(name, |b| {
        b.iter(|| function.call(runtime, id, args()).expect("takes it"));
    });
}

/// The same ways as `dynamic`, with a Rust type that is lent and comes back as one that owns.
fn typed_as<'v, T: Clone, P, R: Returned>(
    c: &mut Criterion,
    name: &str,
    value: &'v T,
    lent: impl Fn(&'v T) -> P,
) where
    (P,): Args,
{
    let (mut runtime, program) = runtime(1, "values");
    let id = context(&mut runtime, program);
    c.bench_function(&format!("{name} typed: clone"), |b| {
        b.iter(|| value.clone())
    });
    let args = || (lent(value),);
    let (take, give) = (format!("{name} typed: take"), format!("{name} typed: give"));
    calls::<_, ()>((c, &mut runtime, id), &take, &format!("take{name}"), args);
    calls::<_, R>((c, &mut runtime, id), &give, &format!("give{name}"), args);
}

fn typed(c: &mut Criterion) {
    let (mut runtime, program) = runtime(1, "values");
    let id = context(&mut runtime, program);
    calls::<_, ()>((c, &mut runtime, id), "nothing typed", "nothing", || ());
    let stack = |count: i32| Stack {
        count: count.into(),
        name: "health potion".into(),
        price: 12.5,
    };
    let record = Record {
        id: 7.0,
        name: "goblin".into(),
        x: 1.5,
        y: 2.5,
        hp: 20.0,
        alive: true,
        kind: "monster".into(),
        level: 3.0,
    };
    let inventory = Inventory {
        owner: "player one".into(),
        gold: 100.0,
        items: (0..50).map(stack).collect(),
    };
    let numbers: Vec<f64> = (0..100).map(|i| f64::from(i) * 1.5).collect();
    typed_as::<_, _, Data<Record>>(c, "Record", &record, Data);
    typed_as::<_, _, Vec<f64>>(c, "Numbers", &numbers, |numbers| numbers.as_slice());
    typed_as::<_, _, Data<Inventory>>(c, "Inventory", &inventory, Data);
}

criterion_group!(benches, dynamic, typed);
criterion_main!(benches);
