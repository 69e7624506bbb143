//! What do values cost that cross, beside a clone of the same value?
//!
//! Each figure is of a whole call by name that is given the value; "nothing" is the call alone.

mod support;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use raya_core::Value;
use support::{context, runtime};

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

fn marshal(c: &mut Criterion) {
    let (mut runtime, program) = runtime(1, "values");
    let id = context(&mut runtime, program);
    let mut call = |name: &str, args: Vec<Value>| {
        let mut vm = runtime.vm(id).expect("is live");
        vm.call(name, args).expect("takes it")
    };
    c.bench_function("nothing", |b| b.iter(|| call("nothing", Vec::new())));
    for (name, value) in [
        ("Record", record()),
        ("Numbers", numbers()),
        ("Inventory", inventory()),
    ] {
        c.bench_function(&format!("{name}: clone"), |b| b.iter(|| value.clone()));
        for way in ["take", "give"] {
            c.bench_function(&format!("{name}: {way}"), |b| {
                let args = || vec![value.clone()];
                let function = format!("{way}{name}");
                b.iter_batched(args, |args| call(&function, args), BatchSize::SmallInput);
            });
        }
    }
}

criterion_group!(benches, marshal);
criterion_main!(benches);
