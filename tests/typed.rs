//! Typed arrays between host and guest, between contexts, at limits, and over a dump in the middle of a run.

#[path = "common/script.rs"]
mod script;

use raya_compiler::load::MemoryFiles;
use raya_core::{
    Call, Capability, ContextId, Element, Runtime, TickBudget, Typed, TypedArray, Value, VmError,
    VmOptions,
};
use script::{Programs, text};

const HOST: &str = r#"
declare module "host:signal" {
  export function scaled(values: Float64Array, by: number): Float64Array;
  export function bytes(text: string): Uint8Array;
  export function any(value: unknown): unknown;
  export function sums(values: Float32Array[]): Promise<Int32Array>;
}
"#;

const GUEST: &str = r#"
import { scaled, bytes, any, sums } from "host:signal";

interface Packet { id: number; payload: Uint8Array; parts: Int16Array[] }

export function half(values: Float64Array): Float64Array {
  const copy = scaled(values, 0.5);
  copy[0] += values[0] * 100;
  return copy;
}

export function checksum(data: Uint8Array): number {
  let sum = 0;
  for (const byte of data) sum = (sum * 31 + byte) | 0;
  data[0] = 99;
  return sum;
}

export function shown(name: string): string {
  return bytes(name).join() + " " + bytes(name).length;
}

export function packet(packet: Packet): Packet {
  const { payload, parts } = packet;
  payload.reverse();
  return { id: packet.id + 1, payload, parts: [...parts, new Int16Array(payload)] };
}

export function untyped(value: unknown): string {
  const back = any(value);
  if (back instanceof Uint32Array) return "u32 " + back.join();
  if (back instanceof Uint8ClampedArray) return "u8c " + back.join();
  return typeof back + " " + String(back);
}

export async function waited(): Promise<string> {
  const rows = [Float32Array.of(1.25, 2.5), Float32Array.of(1e10)];
  return (await sums(rows)).join();
}
"#;

fn signal() -> Capability {
    Capability::new("signal")
        .blocking("scaled", |_: &Call, values: Typed<f64>, by: f64| {
            Typed(values.0.iter().map(|x| x * by).collect::<Vec<f64>>())
        })
        .blocking("bytes", |_: &Call, text: &str| {
            Typed(text.as_bytes().to_vec())
        })
        .blocking("any", |_: &Call, value: Value| value)
        .deferred("sums", |_: &Call, rows: Vec<Typed<f32>>| {
            let sum = |row: &Typed<f32>| row.0.iter().sum::<f32>() as i32;
            Typed(rows.iter().map(sum).collect::<Vec<i32>>())
        })
}

/// A runtime with `signal`, and a context with the program.
fn guest(threads: usize) -> (Runtime, ContextId) {
    let mut runtime = Runtime::with_threads(threads);
    runtime.register(signal()).expect("is new");
    let options = VmOptions {
        max_heap_bytes: 1 << 20,
        capabilities: vec!["signal".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is valid");
    let files = MemoryFiles::new([("main.ts", GUEST), ("signal.d.ts", HOST)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    let bytes = raya_bytecode::codec::encode(&image);
    let loaded = runtime.vm(id).expect("is live").load_rbin_bytes(&bytes);
    loaded.unwrap_or_else(|e| panic!("{e}"));
    (runtime, id)
}

fn call(name: &str, args: Vec<Value>) -> Result<Value, VmError> {
    let (mut runtime, id) = guest(1);
    runtime.vm(id)?.call(name, args)
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

#[test]
fn spec_t6_2_typed_arrays_cross_to_the_host_and_back_by_copy() {
    let values = Value::from(TypedArray::of(&[1.0, -3.0]));
    assert_eq!(
        call("half", vec![values]),
        Ok(TypedArray::of(&[100.5, -1.5]).into())
    );
    assert_eq!(
        call("shown", vec![string("aé")]),
        Ok(string("97,195,169 3"))
    );
    assert_eq!(call("waited", vec![]), Ok(string("3,2147483647")));
    let payload = |bytes: &[u8]| ("payload".to_owned(), TypedArray::of(bytes).into());
    let parts = |parts: Vec<Value>| ("parts".to_owned(), Value::Array(parts));
    let id = |id| ("id".to_owned(), Value::Number(id));
    let first = Value::from(TypedArray::of(&[-1i16]));
    let packet = Value::Object(vec![id(1.0), payload(&[1, 2]), parts(vec![first.clone()])]);
    let second = TypedArray::of(&[2i16, 1]).into();
    let expected = Value::Object(vec![id(2.0), payload(&[2, 1]), parts(vec![first, second])]);
    assert_eq!(call("packet", vec![packet]), Ok(expected));
}

#[test]
fn what_has_no_type_keeps_its_kind() {
    let of = |element, numbers: [f64; 2]| TypedArray::from_numbers(element, numbers).into();
    let args = vec![of(Element::U32, [-1.0, 7.0])];
    assert_eq!(call("untyped", args), Ok(string("u32 4294967295,7")));
    let args = vec![of(Element::U8Clamped, [-1.0, 300.0])];
    assert_eq!(call("untyped", args), Ok(string("u8c 0,255")));
    let args = vec![of(Element::F32, [0.5, 0.0])];
    assert_eq!(call("untyped", args), Ok(string("object 0.5,0")));
}

#[test]
fn typed_functions_take_and_give_typed_arrays() {
    let (mut runtime, id) = guest(1);
    let vm = runtime.vm(id).expect("is live");
    let half = vm
        .function::<(Typed<f64>,), Typed<f64>>("half")
        .expect("is typed so");
    let checksum = vm
        .function::<(Typed<u8>,), f64>("checksum")
        .expect("is typed so");
    let given = half.call(&mut runtime, id, (Typed(vec![2.0, 8.0]),));
    assert_eq!(given, Ok(Typed(vec![201.0, 4.0])));
    assert_eq!(
        checksum.call(&mut runtime, id, (Typed(vec![1, 2, 3]),)),
        Ok(1026.0)
    );
    let vm = runtime.vm(id).expect("is live");
    let wrong = vm
        .function::<(Vec<f64>,), Typed<f64>>("half")
        .expect_err("takes no array");
    assert!(
        wrong
            .to_string()
            .contains("(a: Float64Array) => Float64Array"),
        "{wrong}"
    );
}

#[test]
fn another_kind_and_what_is_too_large_are_refused_by_name() {
    let refused = |name, value: Value| match call(name, vec![value]) {
        Err(error) => error.to_string(),
        Ok(value) => panic!("{value:?}"),
    };
    let error = refused("half", TypedArray::of(&[1.0f32]).into());
    assert!(
        error.contains("expected Float64Array, found Float32Array"),
        "{error}"
    );
    let error = refused("checksum", Value::Array(vec![Value::Number(1.0)]));
    assert!(
        error.contains("expected Uint8Array, found an array"),
        "{error}"
    );
    let error = refused(
        "checksum",
        TypedArray::of(&vec![0u8; (16 << 20) + 1]).into(),
    );
    assert!(
        error.contains("the value takes more than 16777216 bytes"),
        "{error}"
    );
    // What crosses counts against the receiver's heap.
    let (mut runtime, id) = guest(1);
    let large = TypedArray::of(&vec![0u8; 2 << 20]).into();
    let error = runtime
        .vm(id)
        .expect("is live")
        .call("checksum", vec![large]);
    let Err(VmError::HeapLimitExceeded { used, max }) = error else {
        panic!("{error:?}")
    };
    assert!(used > 2 << 20 && max == 1 << 20, "{used} {max}");
    let peak = runtime.vm(id).expect("is live").stats().heap_bytes_peak;
    assert!(peak < 1 << 16, "{peak}");
}

/// Fills typed arrays of all kinds over many ticks, sorts and hashes them; an inner VM takes part.
const OUTER: &str = r#"
import { Vm } from "raya:vm";

let kept = new Float32Array(64);

function fill(seed: number): (Int8Array | Uint8Array | Int32Array | Float64Array)[] {
  const all: (Int8Array | Uint8Array | Int32Array | Float64Array)[] = [
    new Int8Array(300), new Uint8Array(300), new Int32Array(300), new Float64Array(300),
  ];
  let x = seed;
  for (const array of all) {
    for (let i = 0; i < array.length; i++) {
      x = (Math.imul(x, 1103515245) + 12345) | 0;
      array[i] = x / 1000;
      kept[i & 63] += array[i];
    }
    array.sort();
  }
  return all;
}

export async function work(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 1024 * 1024, maxTasks: 10 });
  vm.loadRbin("./inner.rbin");
  let hash = 0;
  for (let round = 0; round < 20; round++) {
    for (const array of fill(round)) {
      for (let i = 0; i < array.length; i++) hash = (Math.imul(hash, 31) + array[i]) | 0;
    }
    const bytes = new Uint8Array(kept.length).map((_, i) => kept[i]);
    const answer = await vm.runEntry<Float64Array>("spread", [bytes, round]);
    for (const x of answer) hash = (Math.imul(hash, 17) + x * 8) | 0;
    await vm.runEntry("note", [{ data: kept }]);
  }
  return `${hash} ${kept.join()}`;
}

export function lengths(): string {
  const texts: string[] = [];
  for (const length of [-1, 2147483646, 1e300, Infinity]) {
    try {
      texts.push(String(new Float64Array(length).length));
    } catch (e) {
      texts.push(e instanceof Error ? `${e.name}: ${e.message}` : "?");
    }
  }
  return texts.join("; ");
}

export function huge(): number {
  return new Float64Array(2000000000).length;
}

export function grows(): number {
  const all: Uint8Array[] = [];
  while (true) all.push(new Uint8Array(20000));
}

export function garbage(): number {
  let sum = 0;
  for (let i = 0; i < 1000; i++) sum += new Uint16Array(5000).fill(i)[4999];
  return sum;
}

export async function tooLarge(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 1024 * 1024, maxTasks: 10 });
  vm.loadRbin("./inner.rbin");
  try {
    await vm.runEntry("note", [{ data: new Float32Array(500000) }]);
    return "crossed";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
"#;

const INNER: &str = r#"
interface Note { data: Float32Array }
const notes: Note[] = [];

export function spread(bytes: Uint8Array, by: number): Float64Array {
  const out = new Float64Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i] / (by + 1);
  return out;
}

export function note(note: Note): number {
  note.data[0] = 0;
  return notes.push(note);
}
"#;

const NESTED: Programs = &[("./outer.rbin", OUTER), ("./inner.rbin", INNER)];

#[test]
fn a_run_with_typed_arrays_is_the_same_on_threads_and_over_dumps() {
    let run = |how| text(script::run(NESTED, "work", vec![], how));
    let first = run((1, false));
    assert_eq!(run((4, false)), first);
    assert_eq!(run((1, true)), first);
}

#[test]
fn a_dump_in_the_middle_is_the_same_bytes_after_a_load() {
    let mut runtime = script::runtime(1, NESTED);
    let id = script::context(&mut runtime, NESTED, script::outer());
    let task = runtime.vm(id).expect("is live").run_entry("work", vec![]);
    let task = task.expect("is exported");
    runtime.tick(TickBudget::fuel(123_456));
    let bytes = runtime.dump();
    let mut second = script::runtime(2, NESTED);
    second.load(&bytes).expect("is sound");
    assert!(second.dump() == bytes);
    assert_eq!(second.hash(), runtime.hash());
    let ends = [&mut runtime, &mut second].map(|r| script::finish(r, NESTED, task, false));
    assert!(ends[0].is_ok());
    assert_eq!(ends[0], ends[1]);
    assert_eq!(second.hash(), runtime.hash());
}

fn misuse(name: &str) -> (Result<Value, VmError>, u64) {
    let mut runtime = script::runtime(1, NESTED);
    let options = VmOptions {
        max_heap_bytes: 4 << 20,
        ..script::outer()
    };
    let id = script::context(&mut runtime, NESTED, options);
    let task = runtime.vm(id).expect("is live").run_entry(name, vec![]);
    let task = task.expect("is exported");
    let end = script::finish(&mut runtime, NESTED, task, false);
    (
        end,
        runtime.vm(id).expect("is live").stats().heap_bytes_peak,
    )
}

#[test]
fn lengths_that_are_none_are_refused_before_memory_grows() {
    let (lengths, peak) = misuse("lengths");
    assert_eq!(
        text(lengths),
        "RangeError: Invalid typed array length: -1; RangeError: Invalid typed array length: 2147483646; \
         RangeError: Invalid typed array length: 1e+300; RangeError: Invalid typed array length: Infinity"
    );
    assert!(peak < 1 << 16, "{peak}");
    let (huge, peak) = misuse("huge");
    let Err(VmError::HeapLimitExceeded { used, max }) = huge else {
        panic!("{huge:?}")
    };
    assert!(used > 16_000_000_000 && max == 4 << 20, "{used} {max}");
    assert!(peak < 1 << 16, "{peak}");
}

#[test]
fn typed_arrays_count_against_the_heap_and_are_collected() {
    let (grows, peak) = misuse("grows");
    assert!(
        matches!(grows, Err(VmError::HeapLimitExceeded { .. })),
        "{grows:?}"
    );
    assert!(peak <= 4 << 20, "{peak}");
    assert_eq!(misuse("garbage").0, Ok(Value::Number(499_500.0)));
    let (refused, _) = misuse("tooLarge");
    let refused = text(refused);
    assert!(refused.contains("heap limit exceeded"), "{refused}");
}
