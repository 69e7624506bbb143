//! Capabilities: what contexts are granted, how much of it, by whom, and what they get when it is refused.

use raya_compiler::load::MemoryFiles;
use raya_core::{
    Call, Capability, ContextId, Grant, GrantUse, Runtime, TaskStatus, TickBudget, Value, VmError,
    VmOptions,
};

const WORLD: &str = r#"
declare module "host:world" {
  export function twice(x: number): number;
  export function slow(x: number): number;
  export function later(x: number): Promise<number>;
  export function say(text: string): void;
}
"#;

/// A mod that calls `world` in each way and tells what became of it.
const MOD: &str = r#"
import { twice, slow, later, say } from "host:world";

function told(e: unknown): string {
  return e instanceof Error ? `${e.name}: ${e.message}` : "?";
}

export function inline(n: number): string {
  let sum = 0;
  try {
    for (let i = 0; i < n; i++) sum += twice(i);
    return String(sum);
  } catch (e) {
    return `${sum} ${told(e)}`;
  }
}

export function blocking(n: number): string {
  try {
    return String(slow(n));
  } catch (e) {
    return told(e);
  }
}

export async function deferred(n: number): Promise<string> {
  try {
    return String(await later(n));
  } catch (e) {
    return told(e);
  }
}

export function text(s: string): string {
  try {
    say(s);
    return "said";
  } catch (e) {
    return told(e);
  }
}
"#;

fn compiled(files: &[(&str, &str)]) -> Vec<u8> {
    let files = MemoryFiles::new(files.iter().copied());
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    raya_bytecode::codec::encode(&image)
}

fn world() -> Capability {
    Capability::new("world")
        .function("twice", |_: &Call, x: f64| x * 2.0)
        .blocking("slow", |_: &Call, x: f64| x + 1.0)
        .deferred("later", |_: &Call, x: f64| x + 0.5)
        .function("say", |_: &Call, _: &str| ())
}

fn runtime(threads: usize) -> Runtime {
    let mut runtime = Runtime::with_threads(threads);
    runtime.register(world()).expect("is new");
    runtime
}

/// A context that runs `MOD` under a grant.
fn granted(runtime: &mut Runtime, grant: Grant, parent: Option<ContextId>) -> ContextId {
    let options = VmOptions {
        capabilities: vec![grant],
        max_heap_bytes: if parent.is_some() { 1 << 20 } else { 1 << 26 },
        max_tasks: if parent.is_some() { 10 } else { 1000 },
        parent,
        ..VmOptions::default()
    };
    let id = runtime.create(options).unwrap_or_else(|e| panic!("{e}"));
    let bytes = compiled(&[("main.ts", MOD), ("world.d.ts", WORLD)]);
    let loaded = runtime.vm(id).expect("is live").load_rbin_bytes(&bytes);
    loaded.unwrap_or_else(|e| panic!("{e}"));
    id
}

fn call(runtime: &mut Runtime, id: ContextId, name: &str, n: f64) -> String {
    let mut vm = runtime.vm(id).expect("is live");
    match vm.call(name, vec![Value::Number(n)]) {
        Ok(Value::String(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn used(runtime: &mut Runtime, id: ContextId) -> (u64, u64, bool) {
    let used = runtime.vm(id).expect("is live").grants_used();
    let [
        GrantUse {
            calls,
            refusals,
            revoked,
            ..
        },
    ] = used[..]
    else {
        panic!("{used:?}")
    };
    (calls, refusals, revoked)
}

#[test]
fn grants_count_calls_of_every_kind() {
    let mut runtime = runtime(1);
    let id = granted(&mut runtime, Grant::new("world"), None);
    assert_eq!(call(&mut runtime, id, "inline", 10.0), "90");
    assert_eq!(call(&mut runtime, id, "blocking", 1.0), "2");
    assert_eq!(call(&mut runtime, id, "deferred", 1.0), "1.5");
    assert_eq!(used(&mut runtime, id), (12, 0, false));
}

#[test]
fn spec_t5_8_quotas_refuse_and_can_be_caught() {
    let mut runtime = runtime(1);
    let id = granted(&mut runtime, Grant::new("world").calls(5), None);
    let expected = "20 QuotaExceeded: the capability `world` allows 5 calls in all";
    assert_eq!(call(&mut runtime, id, "inline", 10.0), expected);
    let expected = "QuotaExceeded: the capability `world` allows 5 calls in all";
    assert_eq!(call(&mut runtime, id, "deferred", 1.0), expected);
    assert_eq!(used(&mut runtime, id), (5, 2, false));

    let id = granted(&mut runtime, Grant::new("world").calls_per_tick(3), None);
    let expected = "6 QuotaExceeded: the capability `world` allows 3 calls in a tick";
    assert_eq!(call(&mut runtime, id, "inline", 10.0), expected);
    runtime.tick(TickBudget::fuel(1000));
    assert_eq!(call(&mut runtime, id, "inline", 3.0), "6");

    let id = granted(&mut runtime, Grant::new("world").argument_bytes(100), None);
    let mut vm = runtime.vm(id).expect("is live");
    let mut say = |n| match vm.call("text", vec![Value::String("x".repeat(n))]) {
        Ok(Value::String(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(say(50), "said");
    let refused = say(5000);
    let bytes = Value::String("x".repeat(5000)).bytes();
    let expected =
        format!("QuotaExceeded: the capability `world` allows 100 bytes of arguments, not {bytes}");
    assert_eq!(refused, expected);
}

#[test]
fn what_is_revoked_fails_from_the_next_call_on() {
    let mut runtime = runtime(1);
    let outer = granted(&mut runtime, Grant::new("world"), None);
    let inner = granted(&mut runtime, Grant::new("world"), Some(outer));
    assert_eq!(call(&mut runtime, inner, "inline", 3.0), "6");
    runtime
        .vm(outer)
        .expect("is live")
        .revoke("world")
        .expect("is held");
    let expected = "CapabilityRevoked: the capability `world` was revoked";
    for id in [outer, inner] {
        assert_eq!(
            call(&mut runtime, id, "inline", 3.0),
            format!("0 {expected}")
        );
        assert_eq!(call(&mut runtime, id, "blocking", 3.0), expected);
        assert_eq!(call(&mut runtime, id, "deferred", 3.0), expected);
    }
    assert_eq!(used(&mut runtime, inner), (3, 3, true));
    assert_eq!(used(&mut runtime, outer), (3, 6, true));
    let error = runtime.vm(outer).expect("is live").revoke("none");
    assert!(matches!(error, Err(VmError::InvalidOption(_))), "{error:?}");
    let options = VmOptions {
        capabilities: vec!["world".into()],
        parent: Some(outer),
        max_heap_bytes: 0,
        max_tasks: 0,
        ..VmOptions::default()
    };
    let error = runtime.create(options).expect_err("it has nothing to give");
    assert_eq!(
        error.to_string(),
        "invalid option `capabilities`: `world` was revoked"
    );
}

#[test]
fn what_is_passed_on_is_no_wider_than_what_is_held() {
    let mut runtime = runtime(1);
    let outer = granted(&mut runtime, Grant::new("world").calls(4), None);
    let inner = granted(&mut runtime, Grant::new("world").calls(100), Some(outer));
    assert_eq!(call(&mut runtime, outer, "blocking", 1.0), "2");
    let expected = "6 QuotaExceeded: the capability `world` allows 4 calls in all";
    assert_eq!(call(&mut runtime, inner, "inline", 10.0), expected);
    assert_eq!(used(&mut runtime, outer), (4, 1, false));
    assert_eq!(used(&mut runtime, inner), (3, 1, false));
    let options = VmOptions {
        capabilities: vec!["console".into()],
        parent: Some(outer),
        ..VmOptions::default()
    };
    let error = runtime.create(options).expect_err("is not held");
    assert_eq!(
        error.to_string(),
        "invalid option `capabilities`: the parent does not hold `console`"
    );
}

#[test]
fn quotas_are_exact_on_any_number_of_threads_and_over_dumps() {
    let history = |threads: usize, reload: bool| {
        let mut world = runtime(threads);
        let outer = granted(
            &mut world,
            Grant::new("world").calls(60).calls_per_tick(20),
            None,
        );
        let inner: Vec<ContextId> = (0..12)
            .map(|_| {
                granted(
                    &mut world,
                    Grant::new("world").calls_per_tick(5),
                    Some(outer),
                )
            })
            .collect();
        let mut hashes = Vec::new();
        let mut tasks = Vec::new();
        for _ in 0..5 {
            for &id in &inner {
                let mut vm = world.vm(id).expect("is live");
                tasks.push(
                    vm.run_entry("inline", vec![Value::Number(6.0)])
                        .expect("starts"),
                );
            }
            world.tick(TickBudget::fuel(1_000_000));
            hashes.push(world.hash());
            if reload {
                let bytes = world.dump();
                world = runtime(threads);
                world.load(&bytes).unwrap_or_else(|e| panic!("{e}"));
            }
        }
        let outcomes: Vec<String> = tasks
            .iter()
            .map(|&t| format!("{:?}", world.task(t)))
            .collect();
        (hashes, outcomes, used(&mut world, outer))
    };
    let one = history(1, false);
    assert_eq!(one.2.0, 60);
    assert_eq!(one, history(3, false));
    assert_eq!(one, history(1, true));
}

/// Runs `main.ts` with `raya:vm` and `world`, and a loader for the others; gives what `main` returned.
fn run_main(main: &str, others: &[(&'static str, &'static str)]) -> Result<Value, VmError> {
    let mut runtime = runtime(1);
    let programs: Vec<(String, Vec<u8>)> = others
        .iter()
        .map(|(path, source)| {
            let bytes = compiled(&[("main.ts", source), ("host.d.ts", WORLD)]);
            (path.to_string(), bytes)
        })
        .collect();
    runtime.set_program_loader(Box::new(move |path, _| {
        let found = programs.iter().find(|p| p.0 == path);
        found
            .map(|p| p.1.clone())
            .ok_or_else(|| format!("{path}: no such program"))
    }));
    let id = runtime.create(VmOptions {
        capabilities: vec!["raya:vm".into(), "world".into()],
        ..VmOptions::default()
    })?;
    let bytes = compiled(&[("main.ts", main), ("host.d.ts", WORLD)]);
    let mut vm = runtime.vm(id)?;
    vm.load_rbin_bytes(&bytes)?;
    let task = vm.run_entry("main", vec![])?;
    runtime.run_until_idle();
    match runtime.task(task)? {
        TaskStatus::Returned(value) => Ok(value),
        TaskStatus::Failed(error, _) => Err(error),
        TaskStatus::Running => panic!("it never ends"),
    }
}

fn text(value: Result<Value, VmError>) -> String {
    match value {
        Ok(Value::String(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn raya_code_attenuates_and_revokes() {
    let main = r#"
        import { Vm } from "raya:vm";
        export async function main(): Promise<string> {
          const vm = new Vm({
            maxHeapBytes: 1000000,
            capabilities: [{ capability: "world", calls: 4, argumentBytes: 1000 }],
          });
          vm.loadRbin("./mod.rbin");
          const first = await vm.runEntry<string>("inline", [10]);
          const used = vm.grantsUsed()[0];
          vm.revoke("world");
          const second = await vm.runEntry<string>("inline", [10]);
          const after = vm.grantsUsed()[0];
          return `${first}\n${used.capability} ${used.calls} ${used.refusals}\n${second}\n${after.refusals} ${after.revoked}`;
        }"#;
    assert_eq!(
        text(run_main(main, &[("./mod.rbin", MOD)])),
        "12 QuotaExceeded: the capability `world` allows 4 calls in all\nworld 4 1\n\
         0 CapabilityRevoked: the capability `world` was revoked\n2 true"
    );
}
