//! Capabilities: what contexts are granted, how much of it, by whom, and what they get when it is refused.

#[path = "common/script.rs"]
mod script;

use raya_compiler::load::MemoryFiles;
use raya_core::{
    AnswerFuture, Call, Capability, ContextId, DynamicCapability, Grant, GrantUse, HostError,
    Responder, Runtime, TaskStatus, TickBudget, Value, VmError, VmOptions,
};
use script::{result, text};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const WORLD: &str = r#"
declare module "host:circle" {
  export function ask(): unknown;
}
declare module "host:log" {
  export function info(message: string): void;
  export function size(): number;
  export function fails(why: string): void;
  export function slow(n: number): Promise<number>;
}
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
    result(&runtime, task)
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

const LOGGING: &str = r#"
    import { info, size, fails, slow } from "host:log";
    export async function main(n: number): Promise<string> {
      for (let i = 0; i < n; i++) info(`line ${i}`);
      let caught = "nothing";
      try {
        fails("on purpose");
      } catch (e) {
        if (e instanceof Error) caught = `${e.name}: ${e.message}`;
      }
      const doubled = await slow(21);
      return `${size()} lines, ${doubled}, ${caught}`;
    }"#;

const LOG_CAPABILITY: &str = r#"
    import { Vm } from "raya:vm";
    import { twice } from "host:world";
    class LogCapability {
      readonly name = "log";
      lines: string[] = [];
      info(message: string): void {
        this.write(message);
      }
      size(): number {
        return this.lines.length;
      }
      fails(why: string): void {
        throw new TypeError(why);
      }
      async slow(n: number): Promise<number> {
        await Promise.resolve();
        return twice(n);
      }
      private write(line: string): void {
        this.lines.push(line);
      }
    }
    const log = new LogCapability();
"#;

#[test]
fn spec_t5_7_an_object_of_a_raya_class_is_a_capability() {
    let main = format!(
        "{LOG_CAPABILITY}
        export async function main(): Promise<string> {{
          const vm = new Vm({{ maxHeapBytes: 1000000, capabilities: [log] }});
          vm.loadRbin('./mod.rbin');
          const said = await vm.runEntry<string>('main', [3]);
          const used = vm.grantsUsed()[0];
          return `${{said}}; ${{log.lines.join(' ')}}; ${{used.capability}} ${{used.calls}}`;
        }}"
    );
    assert_eq!(
        text(run_main(&main, &[("./mod.rbin", LOGGING)])),
        "3 lines, 42, TypeError: on purpose; line 0 line 1 line 2; log 6"
    );
}

#[test]
fn modules_that_still_run_serve_those_they_wait_for() {
    let main = format!(
        "{LOG_CAPABILITY}
        const vm = new Vm({{ maxHeapBytes: 1000000, capabilities: [log] }});
        vm.loadRbin('./mod.rbin');
        const said = await vm.runEntry<string>('main', [2]);
        export function main(): string {{ return said; }}"
    );
    assert_eq!(
        text(run_main(&main, &[("./mod.rbin", LOGGING)])),
        "2 lines, 42, TypeError: on purpose"
    );
}

#[test]
fn quotas_and_revocation_hold_for_objects_too_and_grants_are_passed_on() {
    let middle = r#"
        import { Vm } from "raya:vm";
        export async function main(): Promise<string> {
          try {
            const vm = new Vm({ maxHeapBytes: 1000000, capabilities: ["log"] });
            vm.loadRbin("./mod.rbin");
            return await vm.runEntry<string>("main", [5]);
          } catch (e) {
            return e instanceof Error ? e.message.split("\n")[0] : "?";
          }
        }"#;
    let main = format!(
        "{LOG_CAPABILITY}
        export async function main(): Promise<string> {{
          const vm = new Vm({{
            maxHeapBytes: 8000000,
            capabilities: ['raya:vm', {{ capability: log, calls: 3 }}],
          }});
          vm.loadRbin('./middle.rbin');
          const said = await vm.runEntry<string>('main');
          vm.revoke('log');
          const again = await vm.runEntry<string>('main');
          return `${{said}}; ${{again}}; ${{log.lines.length}}`;
        }}"
    );
    let others = &[("./mod.rbin", LOGGING), ("./middle.rbin", middle)];
    assert_eq!(
        text(run_main(&main, others)),
        "QuotaExceeded: the capability `log` allows 3 calls in all; \
         invalid option `capabilities`: `log` was revoked; 3"
    );
}

#[test]
fn what_an_object_lacks_is_named_when_the_inner_program_is_loaded() {
    let main = |class: &str| {
        format!(
            "import {{ Vm }} from 'raya:vm';
            class Log {{ readonly name = 'log'; {class} }}
            export function main(): string {{
              const vm = new Vm({{ maxHeapBytes: 1000000, capabilities: [new Log()] }});
              try {{
                vm.loadRbin('./mod.rbin');
              }} catch (e) {{
                return e instanceof Error ? e.message : '?';
              }}
              return 'loaded';
            }}"
        )
    };
    let mod_of_log = "import { info } from 'host:log'; export function main(): void { info('x'); }";
    let inner = &[("./mod.rbin", mod_of_log)];
    let loaded = |class: &str| text(run_main(&main(class), inner));
    assert_eq!(loaded("info(message: string): void {}"), "loaded");
    assert_eq!(
        loaded("private info(message: string): void {}"),
        "main.ts:1: the capability `log` has no function `info`"
    );
    assert_eq!(
        loaded("info(message: number): void {}"),
        "main.ts:1: `info` of the capability `log` is declared as `(a: string) => void`, but is `(a: number) => void`"
    );
    let nameless = "import { Vm } from 'raya:vm';
        export function main(): string {
          try {
            new Vm({ capabilities: [{ name: 'log' }] });
            return 'made';
          } catch (e) {
            return e instanceof Error ? e.message : '?';
          }
        }";
    assert_eq!(
        text(run_main(nameless, &[])),
        "invalid option `capabilities`: each is a name, an object of a class with a `name`, or a part of such a one"
    );
}

/// A mod that awaits `host:net` and tells what became of it.
const NET: &str = r#"
    import { fetch } from "host:net";
    export async function get(url: string): Promise<string> {
      try {
        return await fetch(url);
      } catch (e) {
        return e instanceof Error ? `${e.name}: ${e.message}` : "?";
      }
    }"#;

const NET_TYPES: &str = r#"
    declare module "host:net" {
      export function fetch(url: string): Promise<string>;
    }"#;

fn net_context(runtime: &mut Runtime, capability: Capability) -> ContextId {
    runtime.register(capability).expect("is new");
    let options = VmOptions {
        capabilities: vec!["net".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is made");
    let bytes = compiled(&[("main.ts", NET), ("net.d.ts", NET_TYPES)]);
    let loaded = runtime.vm(id).expect("is live").load_rbin_bytes(&bytes);
    loaded.unwrap_or_else(|e| panic!("{e}"));
    id
}

fn get(runtime: &mut Runtime, id: ContextId, url: &str) -> raya_core::TaskId {
    let mut vm = runtime.vm(id).expect("is live");
    let args = vec![Value::String(url.into())];
    vm.run_entry("get", args).expect("starts")
}

fn returned(runtime: &Runtime, task: raya_core::TaskId) -> Option<String> {
    match runtime.task(task).expect("is kept") {
        TaskStatus::Returned(Value::String(text)) => Some(text),
        TaskStatus::Running => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn answers_come_at_the_start_of_a_tick_in_the_order_of_the_questions() {
    type Asked = Vec<(String, Responder<String>)>;
    let asked: Arc<Mutex<Asked>> = Arc::default();
    let kept = asked.clone();
    let net = Capability::new("net").answering(
        "fetch",
        move |_: Call, to: Responder<String>, url: &str| {
            kept.lock().expect("no panic").push((url.into(), to));
        },
    );
    let mut runtime = Runtime::with_threads(1);
    let id = net_context(&mut runtime, net);
    let tasks: Vec<_> = ["a", "b", "c"].map(|url| get(&mut runtime, id, url)).into();
    runtime.run_until_idle();
    assert!(tasks.iter().all(|&task| returned(&runtime, task).is_none()));
    // From another thread, in another order; what is dropped fails.
    let mut asked = std::mem::take(&mut *asked.lock().expect("no panic"));
    std::thread::spawn(move || {
        let (_, c) = asked.pop().expect("asked");
        c.answer("the third".into());
        let (_, b) = asked.pop().expect("asked");
        drop(b);
        let (_, a) = asked.pop().expect("asked");
        a.fail("no route");
    })
    .join()
    .expect("no panic");
    runtime.run_until_idle();
    let results: Vec<_> = tasks.iter().map(|&task| returned(&runtime, task)).collect();
    let expected = [
        "Error: no route",
        "Error: the host dropped the call",
        "the third",
    ];
    assert_eq!(results, expected.map(|text| Some(text.to_owned())));
}

/// A mod that asks without waiting, then counts what came.
const FLOOD: &str = r#"
    import { fetch } from "host:net";
    export async function flood(n: number): Promise<string> {
      const all: Promise<string>[] = [];
      for (let i = 0; i < n; i++) all.push(fetch("a"));
      let answers = 0;
      let last = "";
      for (const one of all) {
        try {
          await one;
          answers++;
        } catch (e) {
          last = e instanceof Error ? e.message : "?";
        }
      }
      return `${answers} ${last}`;
    }"#;

#[test]
fn no_more_is_asked_at_once_than_there_may_be_tasks() {
    let asked: Arc<Mutex<Vec<Responder<String>>>> = Arc::default();
    let kept = asked.clone();
    let net = Capability::new("net").answering(
        "fetch",
        move |_: Call, to: Responder<String>, _: &str| {
            kept.lock().expect("no panic").push(to);
        },
    );
    let mut runtime = Runtime::with_threads(1);
    runtime.register(net).expect("is new");
    let options = VmOptions {
        capabilities: vec!["net".into()],
        max_tasks: 5,
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is made");
    let bytes = compiled(&[("main.ts", FLOOD), ("net.d.ts", NET_TYPES)]);
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(&bytes).expect("is granted");
    for (n, expected) in [(5.0, "5 "), (100.0, "5 task limit exceeded: 6 of 5 tasks")] {
        let mut vm = runtime.vm(id).expect("is live");
        let task = vm.run_entry("flood", vec![Value::Number(n)]);
        let task = task.expect("starts");
        runtime.run_until_idle();
        let questions = std::mem::take(&mut *asked.lock().expect("no panic"));
        assert_eq!(questions.len(), 5);
        for to in questions {
            to.answer("here".into());
        }
        runtime.run_until_idle();
        assert_eq!(returned(&runtime, task).as_deref(), Some(expected));
    }
}

#[test]
fn what_was_asked_before_a_load_is_answered_with_an_error() {
    let asked: Arc<Mutex<Vec<Responder<String>>>> = Arc::default();
    let net = |kept: Arc<Mutex<Vec<Responder<String>>>>| {
        Capability::new("net").answering("fetch", move |_: Call, to: Responder<String>, _: &str| {
            kept.lock().expect("no panic").push(to)
        })
    };
    let mut runtime = Runtime::with_threads(1);
    let id = net_context(&mut runtime, net(asked.clone()));
    let task = get(&mut runtime, id, "a");
    runtime.run_until_idle();
    let bytes = runtime.dump();
    let hash = runtime.hash();
    runtime.load(&bytes).expect("is valid");
    assert_eq!(runtime.hash(), hash);
    for to in asked.lock().expect("no panic").drain(..) {
        to.answer("too late".into());
    }
    runtime.run_until_idle();
    let expected = "HostGone: the host that was asked is gone";
    assert_eq!(returned(&runtime, task).as_deref(), Some(expected));
}

/// Polls a future to its end on a thread of its own: an executor like any other.
fn run_on_a_thread(future: AnswerFuture) {
    std::thread::spawn(move || {
        let mut future = future;
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        while future.as_mut().poll(&mut context).is_pending() {}
    })
    .join()
    .expect("no panic");
}

#[test]
fn async_functions_run_on_the_embedders_executor() {
    let fetch = |_: Call, url: String| async move {
        if url.is_empty() {
            return Err("no address");
        }
        Ok(format!("<{url}>"))
    };
    let net = Capability::new("net").future("fetch", run_on_a_thread, fetch);
    assert_eq!(
        net.signatures().collect::<Vec<_>>(),
        [("fetch", "(a: string) => Promise<string>")]
    );
    let mut runtime = Runtime::with_threads(1);
    let id = net_context(&mut runtime, net);
    let tasks = ["a", ""].map(|url| get(&mut runtime, id, url));
    for _ in 0..2 {
        runtime.run_until_idle();
    }
    let results = tasks.map(|task| returned(&runtime, task));
    let expected = ["<a>", "Error: no address"];
    assert_eq!(results, expected.map(|text| Some(text.to_owned())));
}

struct Echo;

impl DynamicCapability for Echo {
    fn name(&self) -> &str {
        "net"
    }

    fn invoke(&mut self, _: &Call, function: &str, args: &[Value]) -> Result<Value, HostError> {
        match args {
            [Value::String(text)] if text == "number" => Ok(Value::Number(1.0)),
            [Value::String(text)] if text == "panic" => panic!("on purpose"),
            [Value::String(text)] => Ok(Value::String(format!("{function} {text}"))),
            _ => Err(HostError("what is that".into())),
        }
    }
}

#[test]
fn hosts_that_know_no_types_serve_calls_by_name() {
    let mut runtime = Runtime::with_threads(1);
    let id = net_context(&mut runtime, Capability::dynamic(Echo));
    let cases = [
        ("x", "fetch x"),
        ("number", "TypeError: expected string, found a number"),
        ("panic", "Error: the host function panicked"),
    ];
    for (url, expected) in cases {
        let task = get(&mut runtime, id, url);
        runtime.run_until_idle();
        assert_eq!(returned(&runtime, task).as_deref(), Some(expected));
    }
    let declared = Capability::dynamic(Echo).declare("post", "(a: string) => void");
    let mut runtime = Runtime::with_threads(1);
    runtime.register(declared).expect("is new");
    let options = VmOptions {
        capabilities: vec!["net".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is made");
    let bytes = compiled(&[("main.ts", NET), ("net.d.ts", NET_TYPES)]);
    let error = runtime.vm(id).expect("is live").load_rbin_bytes(&bytes);
    assert_eq!(
        error.expect_err("has another function").to_string(),
        "main.ts:5: the capability `net` has no function `fetch`"
    );
}

#[test]
fn blocked_calls_wait_upwards_and_never_for_a_promise() {
    let middle = r#"
        import { Vm } from "raya:vm";
        import { info, size } from "host:log";
        class Relay {
          readonly name = "log";
          info(message: string): void {
            info(`middle ${message}`);
          }
          size(): number {
            return size();
          }
          fails(_why: string): void {}
          async slow(n: number): Promise<number> {
            return n;
          }
        }
        export async function main(): Promise<string> {
          const vm = new Vm({ maxHeapBytes: 1000000, capabilities: [new Relay()] });
          vm.loadRbin("./mod.rbin");
          return vm.runEntry<string>("main", [2]);
        }"#;
    let main = format!(
        "{LOG_CAPABILITY}
        export async function main(): Promise<string> {{
          const vm = new Vm({{ maxHeapBytes: 8000000, capabilities: ['raya:vm', log] }});
          vm.loadRbin('./middle.rbin');
          return `${{await vm.runEntry<string>('main')}}: ${{log.lines.join()}}`;
        }}"
    );
    let others = &[("./mod.rbin", LOGGING), ("./middle.rbin", middle)];
    assert_eq!(
        text(run_main(&main, others)),
        "2 lines, 21, nothing: middle line 0,middle line 1"
    );
    let inner = "
        import { ask } from 'host:circle';
        export function nothing(): void {}
        export function main(): string {
          try {
            return String(ask());
          } catch (e) {
            return e instanceof Error ? `${e.name}: ${e.message}` : '?';
          }
        }";
    let circle = "
        import { Vm } from 'raya:vm';
        class Circle {
          readonly name = 'circle';
          vm: Vm | undefined;
          ask(): unknown {
            return this.vm?.runEntry('nothing');
          }
        }
        export async function main(): Promise<string> {
          const circle = new Circle();
          const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 3, capabilities: [circle] });
          circle.vm = vm;
          vm.loadRbin('./inner.rbin');
          return vm.runEntry<string>('main');
        }";
    assert_eq!(
        text(run_main(circle, &[("./inner.rbin", inner)])),
        "TypeError: a promise can't leave its context"
    );
}

const LOUD: &str = r#"
import { fails, refuses, says } from "host:loud";

export function main(n: number): number {
  let caught = 0;
  for (let i = 0; i < n; i++) {
    try {
      fails("a text that says what went wrong");
    } catch (e) {
      caught++;
    }
  }
  return caught;
}
export function numbers(n: number): number {
  let caught = 0;
  for (let i = 0; i < n; i++) {
    try {
      refuses(i);
    } catch (e) {
      caught++;
    }
  }
  return caught;
}
export function texts(n: number): number {
  let units = 0;
  for (let i = 0; i < n; i++) units += says(i).length;
  return units / 100;
}
"#;

const LOUD_DECLARED: &str = r#"
declare module "host:loud" {
  export function fails(why: string): void;
  export function refuses(n: number): number;
  export function says(n: number): string;
}
"#;

/// What gives texts and errors, and counts how often it is called.
fn loud(panics: bool, called: &Arc<AtomicU64>) -> Capability {
    let counts = [(); 3].map(|()| called.clone());
    let [fails, refuses, says] = counts;
    Capability::new("loud")
        .function("fails", move |_: &Call, why: &str| {
            fails.fetch_add(1, Ordering::Relaxed);
            assert!(!panics, "it panics");
            Err::<(), _>(why.to_owned())
        })
        .function("refuses", move |_: &Call, n: f64| {
            refuses.fetch_add(1, Ordering::Relaxed);
            assert!(!panics, "it panics");
            Err::<f64, _>(format!("{n} is refused"))
        })
        .function("says", move |_: &Call, n: f64| {
            says.fetch_add(1, Ordering::Relaxed);
            format!("{n:0100}")
        })
}

#[test]
fn what_answers_inline_is_called_once_and_what_it_gives_is_collected() {
    for (panics, name) in [false, true]
        .into_iter()
        .flat_map(|panics| ["main", "numbers", "texts"].map(|name| (panics, name)))
    {
        let called = Arc::new(AtomicU64::new(0));
        let mut runtime = Runtime::with_threads(1);
        runtime.register(loud(panics, &called)).expect("is new");
        let options = VmOptions {
            max_heap_bytes: 20_000,
            capabilities: vec!["loud".into()],
            ..VmOptions::default()
        };
        let id = runtime.create(options).expect("is valid");
        let rbin = compiled(&[("main.ts", LOUD), ("loud.d.ts", LOUD_DECLARED)]);
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_rbin_bytes(&rbin).expect("is granted");
        let given = vm.call(name, vec![Value::Number(1000.0)]);
        assert_eq!(given, Ok(Value::Number(1000.0)), "{name}");
        assert!(vm.stats().collections > 1, "what is given is garbage");
        assert_eq!(vm.grants_used()[0].calls, 1000);
        assert_eq!(called.load(Ordering::Relaxed), 1000, "{name}");
    }
}
