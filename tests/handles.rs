//! Foreign handles: objects of the host and of other contexts that programs hold and call but never have.

#[path = "common/script.rs"]
mod script;

use raya_compiler::load::MemoryFiles;
use raya_core::{
    Call, Capability, ContextId, Object, ObjectKind, Runtime, TickBudget, Value, VmError, VmOptions,
};
use script::{result, text};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

struct Entity;

impl ObjectKind for Entity {
    const NAME: &'static str = "Entity";
}

struct Item;

impl ObjectKind for Item {
    const NAME: &'static str = "Item";
}

const WORLD: &str = r#"
declare module "host:world" {
  export class Entity {
    x(): number;
    moveTo(x: number): void;
    nearest(): Promise<Entity | undefined>;
    self(): Entity;
  }
  export class Item {
    weight(): number;
  }
  export function spawn(x: number): Entity;
  export function secret(x: number): Entity;
  export function item(): Item;
  export function distance(a: Entity, b: Entity): number;
}
"#;

/// An engine's entities: their places by number.
fn world() -> Capability {
    let places: Arc<Mutex<BTreeMap<u64, f64>>> = Arc::default();
    let [spawned, secret, read, moved, near, far] = std::array::from_fn(|_| places.clone());
    let spawn = |places: &Mutex<BTreeMap<u64, f64>>, x| {
        let mut places = places.lock().expect("no panic");
        let id = places.len() as u64 + 1;
        places.insert(id, x);
        Object::<Entity>::new(id)
    };
    Capability::new("world")
        .blocking("spawn", move |_: &Call, x: f64| spawn(&spawned, x))
        .blocking("secret", move |_: &Call, x: f64| spawn(&secret, x).bound())
        .blocking("item", |_: &Call| Object::<Item>::new(1))
        .function(
            "distance",
            move |_: &Call, a: Object<Entity>, b: Object<Entity>| {
                let places = far.lock().expect("no panic");
                (places[&a.id()] - places[&b.id()]).abs()
            },
        )
        .object::<Item>(|o| o.function("weight", |_: &Call, _: Object<Item>| 3.0))
        .object::<Entity>(|o| {
            o.function("x", move |_: &Call, e: Object<Entity>| {
                let places = read.lock().expect("no panic");
                places.get(&e.id()).copied().ok_or("no such entity")
            })
            .blocking("moveTo", move |_: &Call, e: Object<Entity>, x: f64| {
                moved.lock().expect("no panic").insert(e.id(), x);
            })
            .blocking("self", |_: &Call, e: Object<Entity>| e)
            .deferred("nearest", move |_: &Call, e: Object<Entity>| {
                let places = near.lock().expect("no panic");
                let x = places[&e.id()];
                let others = places.iter().filter(|(id, _)| **id != e.id());
                let nearest = others.min_by(|a, b| (a.1 - x).abs().total_cmp(&(b.1 - x).abs()));
                nearest.map(|(id, _)| Object::<Entity>::new(*id))
            })
        })
}

fn compiled(source: &str) -> Vec<u8> {
    let files = MemoryFiles::new([("main.ts", source), ("world.d.ts", WORLD)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    raya_bytecode::codec::encode(&image)
}

fn runtime(others: &[(&'static str, &'static str)]) -> Runtime {
    let mut runtime = Runtime::with_threads(1);
    runtime.register(world()).expect("is new");
    let programs: Vec<(&str, Vec<u8>)> = others
        .iter()
        .map(|(path, source)| (*path, compiled(source)))
        .collect();
    runtime.set_program_loader(Box::new(move |path, _| {
        let found = programs.iter().find(|p| p.0 == path);
        found
            .map(|p| p.1.clone())
            .ok_or_else(|| format!("{path}: no such program"))
    }));
    runtime
}

fn context(runtime: &mut Runtime, source: &str) -> ContextId {
    let options = VmOptions {
        capabilities: vec!["world".into(), "raya:vm".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is made");
    let loaded = runtime
        .vm(id)
        .expect("is live")
        .load_rbin_bytes(&compiled(source));
    loaded.unwrap_or_else(|e| panic!("{e}"));
    id
}

/// Runs `main`, with a dump and load after every tick if asked for; what it returns.
fn run(
    source: &str,
    others: &[(&'static str, &'static str)],
    reload: bool,
) -> Result<Value, VmError> {
    let mut world = runtime(others);
    let id = context(&mut world, source);
    let task = world.vm(id)?.run_entry("main", vec![])?;
    loop {
        let report = world.tick(TickBudget::fuel(3_000));
        if reload {
            // The same capabilities, so that the host's own state goes on.
            let bytes = world.dump();
            world.load(&bytes).unwrap_or_else(|e| panic!("{e}"));
            assert!(
                world.dump() == bytes,
                "a dump of what was loaded is the same"
            );
        }
        if report.runnable == 0 {
            break;
        }
    }
    result(&world, task)
}

#[test]
fn spec_t6_3_entities_of_the_host_are_handles_with_methods() {
    let main = r#"
        import { spawn, distance, Entity } from "host:world";
        const all: Entity[] = [];
        export async function main(): Promise<string> {
          for (let i = 0; i < 3; i++) all.push(spawn(i * i));
          all[1].moveTo(10);
          const near = await all[0].nearest();
          const same = near === all[2] && all[0].self() === all[0];
          const places = new Map<Entity, number>();
          for (const e of all) places.set(e, e.x());
          const found = places.get(all[1]);
          return `${found} ${distance(all[0], all[2])} ${same} ${typeof all[0]}`;
        }"#;
    for reload in [false, true] {
        assert_eq!(text(run(main, &[], reload)), "10 4 true object");
    }
}

#[test]
fn what_is_stale_or_of_another_kind_is_a_named_error() {
    let main = r#"
        import { spawn, item, Entity } from "host:world";
        let kept: Entity | undefined;
        function told(e: unknown): string {
          return e instanceof Error ? `${e.name}: ${e.message}` : "?";
        }
        export function main(): void {
          kept = spawn(5);
        }
        export function read(): string {
          try {
            return kept === undefined ? "none" : String(kept.x());
          } catch (e) {
            return told(e);
          }
        }
        export function move(): string {
          try {
            kept?.moveTo(1);
            return "moved";
          } catch (e) {
            return told(e);
          }
        }
        export function wrong(): string {
          const unknown: unknown = item();
          try {
            const e = unknown as Entity;
            return String(e.x());
          } catch (e) {
            return told(e);
          }
        }"#;
    let mut runtime = runtime(&[]);
    let id = context(&mut runtime, main);
    let mut vm = runtime.vm(id).expect("is live");
    vm.call("main", vec![]).expect("returns");
    assert_eq!(text(vm.call("read", vec![])), "5");
    assert_eq!(
        text(vm.call("wrong", vec![])),
        "Error: argument 1 is no Entity"
    );
    runtime.forget_object::<Entity>(1);
    let mut vm = runtime.vm(id).expect("is live");
    assert!(text(vm.call("read", vec![])).ends_with("this Entity is no more"));
    assert_eq!(
        text(vm.call("move", vec![])),
        "HandleStale: this Entity is no more"
    );
}

#[test]
fn numbers_and_records_are_no_handles() {
    let refused = [
        "import { Entity } from 'host:world'; export const e: Entity = 1;",
        "import { Entity } from 'host:world'; export const e: Entity = { x() { return 1; } };",
        "import { Entity } from 'host:world'; export const e = new Entity();",
    ];
    for source in refused {
        let files = MemoryFiles::new([("main.ts", source), ("world.d.ts", WORLD)]);
        assert!(
            raya_compiler::compile("main.ts", &files).is_err(),
            "{source}"
        );
    }
    let cast = r#"
        import { Entity } from "host:world";
        export function main(): string {
          const forged: unknown = { handle: 1 };
          try {
            return String((forged as Entity).x());
          } catch (e) {
            return e instanceof Error ? e.name : "?";
          }
        }"#;
    assert_eq!(text(run(cast, &[], false)), "TypeError");
}

#[test]
fn handles_nobody_holds_are_released_and_their_number_is_limited() {
    let main = r#"
        import { spawn, Entity } from "host:world";
        const kept: Entity[] = [];
        export function drop(n: number): number {
          let sum = 0;
          for (let i = 0; i < n; i++) sum += spawn(1).x();
          return sum;
        }
        export function main(): string {
          drop(3000);
          try {
            while (true) kept.push(spawn(1));
          } catch (e) {
            return `${kept.length} ${e instanceof Error ? e.message : "?"}`;
          }
        }"#;
    assert_eq!(
        text(run(main, &[], false)),
        "1000 handle limit exceeded: 1000 handles"
    );
}

const SHOP: &str = r#"
    import { Remote } from "raya:remote";
    function told(e: unknown): string {
      return e instanceof Error ? `${e.name}: ${e.message}` : "?";
    }
    let kept: Remote | undefined;
    export async function visit(counter: Remote, log: Remote): Promise<string> {
      kept = counter;
      const first = await counter.call("add", [2]);
      const second = await counter.call("add", [3]);
      await log.apply([`now ${String(second)}`]);
      let caught = "";
      for (const name of ["secret", "missing", "fails"]) {
        try {
          await counter.call(name);
        } catch (e) {
          caught += told(e) + "; ";
        }
      }
      return `${String(first)} ${String(second)} ${caught}`;
    }
    export async function later(): Promise<string> {
      try {
        return String(await kept?.call("add", [1]));
      } catch (e) {
        return told(e);
      }
    }
    export function back(): Remote | undefined {
      return kept;
    }"#;

#[test]
fn objects_and_functions_of_another_context_are_called_by_awaited_messages() {
    let main = r#"
        import { Vm } from "raya:vm";
        class Counter {
          count = 0;
          add(n: number): number {
            this.count += n;
            return this.count;
          }
          fails(): void {
            throw new RangeError("on purpose");
          }
          private secret(): number {
            return this.count;
          }
        }
        export async function main(): Promise<string> {
          const vm = new Vm({ maxHeapBytes: 1000000 });
          vm.loadRbin("./shop.rbin");
          const counter = new Counter();
          const lines: string[] = [];
          const said = await vm.runEntry<string>("visit", [counter, (line: string) => { lines.push(line); }]);
          const later = await vm.runEntry<string>("later");
          const back = await vm.runEntry<Counter>("back");
          return `${said}${lines.join()} ${later} ${back === counter} ${counter.count}`;
        }"#;
    for reload in [false, true] {
        assert_eq!(
            text(run(main, &[("./shop.rbin", SHOP)], reload)),
            "2 5 TypeError: this Remote has no public method `secret`; \
             TypeError: this Remote has no public method `missing`; RangeError: on purpose; \
             now 5 6 true 6"
        );
    }
}

#[test]
fn what_may_not_be_passed_on_is_not_and_owners_that_are_gone_are_named() {
    let inner = r#"
        import { Entity } from "host:world";
        import { Remote } from "raya:remote";
        class Tool {
          use(): number {
            return 7;
          }
        }
        export function read(e: Entity): number {
          return e.x();
        }
        export function tool(): Tool {
          return new Tool();
        }"#;
    let main = r#"
        import { Vm } from "raya:vm";
        import { Remote } from "raya:remote";
        import { spawn, secret } from "host:world";
        function told(e: unknown): string {
          return e instanceof Error ? e.message.split("\n")[0] : "?";
        }
        export async function main(): Promise<string> {
          const vm = new Vm({ maxHeapBytes: 1000000, capabilities: ["world"] });
          vm.loadRbin("./inner.rbin");
          const open = await vm.runEntry<number>("read", [spawn(4)]);
          let refused = "passed on";
          try {
            await vm.runEntry("read", [secret(5)]);
          } catch (e) {
            refused = told(e);
          }
          const tool = await vm.runEntry<Remote>("tool");
          const used = await tool.call("use");
          vm.terminate();
          let gone = "there";
          try {
            await tool.call("use");
          } catch (e) {
            gone = told(e);
          }
          return `${open} ${refused} ${String(used)} ${gone}`;
        }"#;
    let said = text(run(main, &[("./inner.rbin", inner)], false));
    assert_eq!(
        said,
        "4 TypeError: this Entity may not be passed on 7 the object is no more, or its context ended"
    );
}
