//! What values may be: lengths, and what crosses between contexts.

use super::{Edge, Limit, script};
use raya_core::{TypedArray, Value, VmError, VmOptions};
use raya_storages::runs::THROWN_UNITS_MAX;
use raya_storages::values::VALUE_DEPTH_MAX;
use raya_systems::marshal::VALUE_BYTES_MAX;
use script::Programs;

pub const LIMITS: &[Limit] = &[
    (
        "STRING_MAX",
        Edge::UpTo(536_870_888, text, "RangeError: Invalid string length"),
    ),
    (
        "THROWN_UNITS_MAX",
        Edge::UpTo(THROWN_UNITS_MAX as u64, thrown, "x…"),
    ),
    (
        "LENGTH_MAX",
        Edge::UpTo(
            i32::MAX as u64 - 1,
            list,
            "RangeError: Invalid array length",
        ),
    ),
    (
        "VALUE_BYTES_MAX",
        Edge::UpTo(
            VALUE_BYTES_MAX as u64,
            bytes,
            "the value takes more than 16777216 bytes",
        ),
    ),
    (
        "VALUE_DEPTH_MAX",
        Edge::UpTo(VALUE_DEPTH_MAX as u64, depth, "nests deeper than 100"),
    ),
    (
        "CHECK_STEPS_MAX",
        Edge::Before(500_000, checked, "takes more than 1048576 steps"),
    ),
];

const MODS: Programs = &[(
    "./mod.rbin",
    r#"
    /** A text of so many units, doubled until it is long enough. */
    export function text(n: number): number {
      let text = "";
      for (let part = "x"; n > 0; n = Math.floor(n / 2)) {
        if (n % 2 === 1) text = text + part;
        if (n > 1) part = part + part;
      }
      return text.length;
    }
    export function throws(n: number): void {
      throw new RangeError("x".repeat(n));
    }
    export function list(n: number): number {
      return new Array<number>(n).length;
    }
    export function bytes(list: Uint8Array): number {
      return list.length;
    }
    export function any(value: unknown): boolean {
      return value !== undefined;
    }
    export function tree(value: Tree): boolean {
      return value.length > 0;
    }
    type Tree = ({ a: boolean } | { a: string } | { a: number })[];
    "#,
)];

fn call(name: &str, value: Value) -> Result<Value, String> {
    call_within(VmOptions::default().max_heap_bytes, name, value)
}

fn call_within(max_heap_bytes: u64, name: &str, value: Value) -> Result<Value, String> {
    let mut runtime = script::runtime(1, MODS);
    let options = VmOptions {
        max_heap_bytes,
        ..VmOptions::default()
    };
    let id = script::context(&mut runtime, MODS, options);
    let mut vm = runtime.vm(id).expect("is live");
    vm.call(name, vec![value]).map_err(|error| match error {
        VmError::Guest(fault) => format!("{}: {}", fault.name, fault.message),
        other => other.to_string(),
    })
}

fn text(n: u64) -> Result<(), String> {
    // A heap that could hold more.
    let length = call_within(1 << 30, "text", Value::Number(n as f64))?;
    assert_eq!(length, Value::Number(n as f64));
    Ok(())
}

/// A message that is told as it is.
fn thrown(n: u64) -> Result<(), String> {
    let told = call("throws", Value::Number(n as f64)).expect_err("it fails");
    let whole = format!("RangeError: {}", "x".repeat(n as usize));
    if told == whole { Ok(()) } else { Err(told) }
}

/// A length that there is no room for is one.
fn list(n: u64) -> Result<(), String> {
    match call("list", Value::Number(n as f64)) {
        Err(error) if error.starts_with("heap limit exceeded") => Ok(()),
        other => other.map(|_| ()),
    }
}

fn bytes(n: u64) -> Result<(), String> {
    let list = TypedArray::of(&vec![0u8; n as usize]);
    call("bytes", Value::from(list)).map(|_| ())
}

fn depth(n: u64) -> Result<(), String> {
    let nested = (1..n).fold(Value::Array(Vec::new()), |value, _| {
        Value::Array(vec![value])
    });
    call("any", nested).map(|_| ())
}

/// A list of what is of the last of three types each.
fn checked(n: u64) -> Result<(), String> {
    let one = Value::Object(vec![("a".into(), Value::Number(1.0))]);
    call("tree", Value::Array(vec![one; n as usize])).map(|_| ())
}
