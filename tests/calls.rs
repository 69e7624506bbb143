//! Calls of one function in one context, by name, directly, and in a scope: the same in every respect.

use raya_compiler::load::MemoryFiles;
use raya_core::{
    Capability, ContextId, Function, OnLimit, Runtime, TickBudget, Value, VmError, VmOptions,
};
use std::sync::LazyLock;

/// Functions that return at once, throw, keep memory, leave tasks behind, call the host, and stop on their way.
const SOURCE: &str = r#"
import { twice } from "host:world";
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const kept: number[][] = [];
let late = 0;
export function add(n: number): number { return n + late; }
export function picky(n: number): number {
  if (n % 7 === 3) throw new RangeError("not " + n);
  return n;
}
export function keep(n: number): number {
  kept.push([n, n + 1, n + 2]);
  if (kept.length > 20) kept.splice(0, 15);
  return kept.length;
}
export function hoard(n: number): number { kept.push([n]); return kept.length; }
export function after(n: number): number {
  (async () => { await Promise.resolve(); late += n; })();
  return late;
}
export function host(n: number): number { return twice(n) + 1; }
export async function nap(n: number): Promise<number> {
  if (n % 5 === 0) await sleep(n);
  return n;
}
export function spin(n: number): number {
  let sum = 0;
  for (let i = 0; i < n * 10; i++) sum += i;
  return sum;
}
"#;

const WORLD: &str = r#"declare module "host:world" { export function twice(n: number): number; }"#;

static COMPILED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let files = MemoryFiles::new([("main.ts", SOURCE), ("world.d.ts", WORLD)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    raya_bytecode::codec::encode(&image)
});

const FUNCTIONS: [&str; 8] = [
    "add", "picky", "keep", "hoard", "after", "host", "nap", "spin",
];

fn context(options: VmOptions) -> (Runtime, ContextId) {
    let mut runtime = Runtime::with_threads(1);
    let world = Capability::new("world").function("twice", |_: &raya_core::Call, n: f64| n * 2.0);
    runtime.register(world).expect("is new");
    let options = VmOptions {
        capabilities: vec!["world".into()],
        ..options
    };
    let id = runtime.create(options).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&COMPILED).expect("is loaded");
    (runtime, id)
}

fn vm_function(runtime: &mut Runtime, id: ContextId, name: &str) -> Function<(f64,), f64> {
    let vm = runtime.vm(id).expect("is live");
    vm.function(name).expect("is typed so")
}

/// A way to call a function.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    /// With values, as those do that know no types.
    ByName,
    Typed,
    /// All in one scope.
    InScope,
    /// Each in a scope of its own.
    InScopes,
}

fn call_by_name(runtime: &mut Runtime, id: ContextId, name: &str, n: f64) -> Result<f64, VmError> {
    let given = runtime.vm(id)?.call(name, vec![Value::Number(n)])?;
    match given {
        Value::Number(n) => Ok(n),
        other => panic!("{other:?}"),
    }
}

/// Calls a function with 0 to 39; gives the results and what the runtime has come to.
fn results(name: &str, options: VmOptions, way: Way) -> (Vec<Result<f64, VmError>>, u64) {
    let (mut runtime, id) = context(options);
    let function = vm_function(&mut runtime, id, name);
    let args = (0..40).map(f64::from);
    let results: Vec<_> = match way {
        Way::ByName => args
            .map(|n| call_by_name(&mut runtime, id, name, n))
            .collect(),
        Way::Typed => args
            .map(|n| function.call(&mut runtime, id, (n,)))
            .collect(),
        Way::InScope => function
            .scope(&mut runtime, id, |f| args.map(|n| f.call((n,))).collect())
            .expect("is live"),
        // Where the context has ended there is no scope, as there is no call.
        Way::InScopes => args
            .map(|n| function.scope(&mut runtime, id, |f| f.call((n,)))?)
            .collect(),
    };
    runtime.run_until_idle();
    (results, runtime.hash())
}

fn is_the_same(options: impl Fn() -> VmOptions) {
    for name in FUNCTIONS {
        let by_name = results(name, options(), Way::ByName);
        for way in [Way::Typed, Way::InScope, Way::InScopes] {
            assert_eq!(results(name, options(), way), by_name, "{name} {way:?}");
        }
    }
}

#[test]
fn calls_do_the_same_whichever_way() {
    is_the_same(VmOptions::default);
    let (sums, _) = results("spin", VmOptions::default(), Way::InScope);
    assert_eq!(sums[3], Ok(435.0));
    let (picked, _) = results("picky", VmOptions::default(), Way::InScope);
    let failed = |r: &Result<f64, VmError>| matches!(r, Err(VmError::Guest(fault)) if fault.to_string().contains("not 10"));
    assert!(failed(&picked[10]) && picked[11] == Ok(11.0));
}

#[test]
fn at_limits_too() {
    for max_heap_bytes in [1 << 10, 2 << 10, 4 << 10, 16 << 10] {
        is_the_same(|| VmOptions {
            max_heap_bytes,
            ..VmOptions::default()
        });
    }
    for steps in [1, 50, 100, 1000] {
        for on_limit in [OnLimit::FailTask, OnLimit::Suspend, OnLimit::Terminate] {
            is_the_same(|| VmOptions {
                max_step_budget: Some(steps),
                on_limit,
                ..VmOptions::default()
            });
        }
    }
    is_the_same(|| VmOptions {
        soft_heap_bytes: Some(2 << 10),
        max_heap_bytes: 8 << 10,
        soft_steps: Some(200),
        max_step_budget: Some(10_000),
        ..VmOptions::default()
    });
}

#[test]
fn each_is_told_why_there_is_nothing_to_call() {
    let (mut runtime, id) = context(VmOptions::default());
    let add = vm_function(&mut runtime, id, "add");
    let other = runtime.create(VmOptions::default()).expect("is valid");
    let mut scope = |id| add.scope(&mut runtime, id, |add| add.call((1.0,))).err();
    assert_eq!(scope(other), Some(VmError::OtherProgram(other)));
    runtime.vm(id).expect("is live").terminate();
    let gone = add.scope(&mut runtime, id, |add| add.call((1.0,)));
    assert_eq!(gone.err(), Some(VmError::ContextNotFound(id)));
    assert_eq!(
        add.call(&mut runtime, id, (1.0,)),
        Err(VmError::ContextNotFound(id))
    );
}

#[test]
fn a_scope_gives_back_what_it_took_however_it_ends() {
    let (mut runtime, id) = context(VmOptions::default());
    let keep = vm_function(&mut runtime, id, "keep");
    let mut twin = context(VmOptions::default()).0;
    for n in 0..3 {
        keep.call(&mut twin, id, (f64::from(n),)).expect("keeps");
    }
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        keep.scope(&mut runtime, id, |keep| {
            for n in 0..3 {
                keep.call((f64::from(n),)).expect("keeps");
            }
            panic!("the host's own");
        })
    }));
    assert!(unwound.is_err());
    assert_eq!(runtime.hash(), twin.hash());
    let nothing = keep.scope(&mut runtime, id, |_| ());
    assert_eq!((nothing, runtime.hash()), (Ok(()), twin.hash()));
    let stats = runtime.vm(id).expect("is live").stats();
    assert_eq!(stats, twin.vm(id).expect("is live").stats());
    assert_eq!(stats.calls_in, 3);
}

#[test]
fn a_context_that_stands_still_is_not_called_directly() {
    let (mut runtime, id) = context(VmOptions::default());
    let add = vm_function(&mut runtime, id, "add");
    assert_eq!(add.call(&mut runtime, id, (1.0,)), Ok(1.0));
    runtime.vm(id).expect("is live").pause();
    let paused = add.call(&mut runtime, id, (1.0,));
    assert!(matches!(paused, Err(VmError::Pending(_))), "{paused:?}");
    let paused = add.scope(&mut runtime, id, |add| add.call((1.0,)));
    assert!(matches!(paused, Ok(Err(VmError::Pending(_)))), "{paused:?}");
    runtime.vm(id).expect("is live").resume();
    assert_eq!(add.call(&mut runtime, id, (1.0,)), Ok(1.0));
}

#[test]
fn what_time_lets_go_on_waits_for_steps_too() {
    let (mut runtime, id) = context(VmOptions {
        max_step_budget: Some(10_000),
        ..VmOptions::default()
    });
    let mut vm = runtime.vm(id).expect("is live");
    vm.run_entry("nap", vec![Value::Number(5000.0)])
        .expect("is an export");
    assert_eq!(runtime.tick(TickBudget::fuel(5000)).sleeping, 1);
    let spin = vm_function(&mut runtime, id, "spin");
    let spun = spin.call(&mut runtime, id, (10_000.0,));
    assert!(matches!(spun, Err(VmError::StepBudgetExceeded { .. })));
    // Its timer stays, and nobody waits for it.
    let report = runtime.run_until_idle();
    assert_eq!((report.runnable, report.sleeping), (0, 0));
    let mut vm = runtime.vm(id).expect("is live");
    vm.refill_steps(1000).expect("has a budget");
    let report = runtime.tick(TickBudget::fuel(100));
    assert_eq!(report.sleeping, 1);
    assert_eq!(runtime.run_until_idle().sleeping, 0);
    let add = vm_function(&mut runtime, id, "add");
    assert_eq!(add.call(&mut runtime, id, (1.0,)), Ok(1.0));
}
