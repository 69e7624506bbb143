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

const HOLDER: &str = r#"
    import { Remote, attenuate } from "raya:remote";
    import { Vm } from "raya:vm";
    function told(e: unknown): string {
      return e instanceof Error ? `${e.name}: ${e.message.split("\n")[0]}` : "?";
    }
    const kept: Remote[] = [];
    export function keep(given: Remote): void {
      kept.push(given);
    }
    export async function use(at: number): Promise<string> {
      try {
        return String(await kept[at].call("add", [1]));
      } catch (e) {
        return told(e);
      }
    }
    export function home(at: number): Remote {
      return kept[at];
    }
    export async function fewer(): Promise<string> {
      const closed = attenuate(kept[0], { pass: false });
      const token = attenuate(kept[0], { call: false });
      const again = attenuate(token, { call: true });
      const vm = new Vm({ maxHeapBytes: 200000, maxTasks: 5, capabilities: ["raya:vm"] });
      vm.loadRbin("./holder.rbin");
      const said: string[] = [String(closed === kept[0]), String(await closed.call("add", [1]))];
      for (const handle of [kept[0], closed, token, again]) {
        try {
          await vm.runEntry("keep", [handle]);
          said.push("kept");
        } catch (e) {
          said.push(told(e));
        }
      }
      try {
        await again.call("add", [1]);
      } catch (e) {
        said.push(told(e));
      }
      said.push(await vm.runEntry<string>("use", [0]), await vm.runEntry<string>("use", [1]));
      return said.join("; ");
    }"#;

const OWNER: &str = r#"
    import { Vm } from "raya:vm";
    import { Remote, attenuate, lend, revoke } from "raya:remote";
    class Counter {
      count = 0;
      add(n: number): number {
        this.count += n;
        return this.count;
      }
    }
    function told(e: unknown): string {
      return e instanceof Error ? `${e.name}: ${e.message.split("\n")[0]}` : "?";
    }
    function make(): Vm {
      const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 50, capabilities: ["raya:vm"] });
      vm.loadRbin("./holder.rbin");
      return vm;
    }
    export async function revokes(): Promise<string> {
      const vm = make();
      const counter = new Counter();
      const one = lend(counter);
      const other = lend(counter);
      for (const given of [counter, one, other]) await vm.runEntry("keep", [given]);
      const use = (at: number): Promise<string> => vm.runEntry<string>("use", [at]);
      const said = [await use(0), await use(1), await use(2)];
      revoke(one);
      revoke(one);
      said.push(await use(0), await use(1), await use(2));
      revoke(counter);
      said.push(await use(0), await use(2));
      await vm.runEntry("keep", [counter]);
      said.push(await use(3), await use(0));
      try {
        await vm.runEntry("keep", [one]);
        said.push(await use(4));
      } catch (e) {
        said.push(told(e));
      }
      return said.join("; ");
    }
    export async function narrows(): Promise<string> {
      const vm = make();
      const counter = new Counter();
      await vm.runEntry("keep", [counter]);
      return await vm.runEntry<string>("fewer");
    }
    export async function lends(): Promise<string> {
      const vm = make();
      const counter = new Counter();
      const said: string[] = [];
      const token = lend(counter, { call: false });
      await vm.runEntry("keep", [token]);
      said.push(await vm.runEntry<string>("use", [0]));
      const back = await vm.runEntry<Counter>("home", [0]);
      said.push(String(back === counter));
      const self = lend((n: number): number => n * 2);
      said.push(String(await self.apply([21])), String(token === lend(counter, { call: false })));
      const wrong: (() => unknown)[] = [
        () => lend([1]), () => revoke("text"), () => attenuate(counter, {}), () => lend(lend(counter, { pass: false }), {}),
      ];
      for (const f of wrong) {
        try {
          f();
          said.push("done");
        } catch (e) {
          said.push(told(e));
        }
      }
      return said.join("; ");
    }"#;

/// What an export of `OWNER` says, the same with dumps and loads.
fn owner(name: &str) -> String {
    let said = [false, true].map(|reload| {
        let mut world = runtime(&[("./holder.rbin", HOLDER)]);
        let id = context(&mut world, OWNER);
        let vm = world.vm(id).expect("is live").run_entry(name, vec![]);
        let task = vm.expect("starts");
        for _ in 0..200 {
            world.tick(TickBudget::fuel(3_000));
            if reload {
                let bytes = world.dump();
                world.load(&bytes).unwrap_or_else(|e| panic!("{e}"));
            }
        }
        text(result(&world, task))
    });
    assert_eq!(said[0], said[1], "with dumps and loads");
    said[0].clone()
}

#[test]
fn an_owner_takes_back_what_it_gave_and_single_handles_that_it_lent() {
    assert_eq!(
        owner("revokes"),
        "1; 2; 3; 4; HandleRevoked: this Remote was revoked; 5; \
         HandleRevoked: this Remote was revoked; HandleRevoked: this Remote was revoked; 6; \
         HandleRevoked: this Remote was revoked; HandleRevoked: this Remote was revoked"
    );
}

#[test]
fn a_holder_passes_on_a_handle_with_fewer_rights() {
    assert_eq!(
        owner("narrows"),
        "false; 1; kept; Error: TypeError: this Remote may not be passed on; kept; kept; \
         HandleRights: this Remote may not be called; 2; HandleRights: this Remote may not be called"
    );
}

#[test]
fn what_is_lent_has_the_rights_that_its_owner_says_and_comes_home() {
    assert_eq!(
        owner("lends"),
        "HandleRights: this Remote may not be called; true; 42; false; \
         TypeError: only instances of classes and functions can be lent; \
         TypeError: only instances of classes and functions are given as handles; \
         TypeError: this is of this context: lend it instead; done"
    );
}

const KEEPER: &str = r#"
    import { spawn, item, secret, Entity } from "host:world";
    import { attenuate } from "raya:remote";
    import { Vm } from "raya:vm";
    let kept: Entity | undefined;
    export function main(): void {
      kept = spawn(5);
    }
    export function take(given: Entity): void {
      kept = given;
    }
    export function read(): string {
      try {
        return kept === undefined ? "none" : String(kept.x());
      } catch (e) {
        return e instanceof Error ? `${e.name}: ${e.message}` : "?";
      }
    }
    export function move(): string {
      try {
        kept?.moveTo(9);
        return "moved";
      } catch (e) {
        return e instanceof Error ? `${e.name}: ${e.message}` : "?";
      }
    }
    export function again(): string {
      const same = kept?.self() === kept;
      kept = kept?.self();
      return `${same} ${kept?.x()}`;
    }
    export function fewer(): string {
      if (kept === undefined) return "none";
      const token = attenuate(kept, { call: false });
      try {
        token.moveTo(1);
        return "moved";
      } catch (e) {
        return e instanceof Error ? `${e.name}: ${e.message} ${token === kept}` : "?";
      }
    }"#;

fn call(world: &mut Runtime, id: ContextId, name: &str) -> String {
    text(world.vm(id).expect("is live").call(name, vec![]))
}

#[test]
fn the_host_revokes_single_handles_and_all_to_an_object() {
    let mut world = runtime(&[]);
    let [a, b] = [(); 2].map(|()| context(&mut world, KEEPER));
    let entity = |id| {
        let value = Object::<Entity>::new(id);
        vec![raya_core::Ret::into_result(value).expect("is a value")]
    };
    let mut vm = world.vm(a).expect("is live");
    vm.call("main", vec![]).expect("returns");
    let held = vm.handles();
    assert_eq!(
        (held.len(), held[0].object, &*held[0].kind),
        (1, 1, "Entity")
    );
    assert!(held[0].may_call && held[0].may_pass && held[0].owner.is_none());
    world
        .vm(b)
        .expect("is live")
        .call("take", entity(1))
        .expect("returns");
    assert_eq!(
        call(&mut world, b, "fewer"),
        "HandleRights: this Entity may not be called false"
    );
    // One handle of one context.
    let mut vm = world.vm(a).expect("is live");
    assert_eq!(vm.revoke_handle(held[0].id), Ok(()));
    assert!(matches!(
        vm.revoke_handle(held[0].id),
        Err(VmError::InvalidOption(_))
    ));
    assert!(vm.handles()[0].is_revoked);
    assert_eq!(
        call(&mut world, a, "move"),
        "HandleRevoked: this Entity was revoked"
    );
    assert!(call(&mut world, a, "read").ends_with("this Entity was revoked"));
    assert_eq!(call(&mut world, b, "move"), "moved");
    // What is given again is another handle.
    world
        .vm(a)
        .expect("is live")
        .call("take", entity(1))
        .expect("returns");
    assert_eq!(call(&mut world, a, "again"), "true 9");
    // All to one object, those on their way among them.
    let mut vm = world.vm(b).expect("is live");
    vm.pause();
    let late = vm.run_entry("take", entity(1)).expect("starts");
    assert_eq!(world.revoke_object::<Entity>(1), 2);
    let bytes = world.dump();
    world.load(&bytes).unwrap_or_else(|e| panic!("{e}"));
    world.vm(b).expect("is live").resume();
    world.tick(TickBudget::fuel(10_000));
    let refused = result(&world, late).expect_err("is refused").to_string();
    assert!(refused.contains("this Entity was revoked"), "{refused}");
    for id in [a, b] {
        assert_eq!(
            call(&mut world, id, "move"),
            "HandleRevoked: this Entity was revoked"
        );
    }
    assert!(!world.vm(a).expect("is live").revoke_object::<Entity>(1));
    assert!(!world.vm(a).expect("is live").revoke_object::<Item>(1));
}

#[test]
fn spec_t2_3_how_many_handles_a_context_may_hold_is_an_option() {
    let main = r#"
        import { spawn, Entity } from "host:world";
        import { Vm, VmLimits } from "raya:vm";
        let kept: Entity[] = [];
        export function fill(): string {
          try {
            while (true) kept.push(spawn(1));
          } catch (e) {
            return `${kept.length} ${e instanceof Error ? e.message : "?"}`;
          }
        }
        export function drop(): void {
          kept = [];
        }
        export function inner(): string {
          const vm = new Vm({ maxHeapBytes: 100000, maxTasks: 5 });
          const said = [`${vm.getStats().handles} of ${vm.getStats().maxHandles}`];
          for (const maxHandles of [3, 21, 1.5]) {
            try {
              vm.setLimits({ maxHandles });
              said.push(String(vm.getStats().maxHandles));
            } catch (e) {
              said.push(e instanceof Error ? e.message : "?");
            }
          }
          try {
            new Vm({ maxHeapBytes: 100000, maxTasks: 5, maxHandles: 21 });
          } catch (e) {
            said.push(e instanceof Error ? e.message : "?");
          }
          return said.join("; ");
        }"#;
    let mut world = runtime(&[]);
    let id = context(&mut world, main);
    let mut vm = world.vm(id).expect("is live");
    let set = |vm: &mut raya_core::Vm<'_>, max_handles| {
        let limits = vm.limits();
        vm.set_limits(raya_core::VmLimits {
            max_handles,
            ..limits
        })
    };
    assert_eq!(vm.limits().max_handles, 1000);
    assert_eq!(set(&mut vm, 5), Ok(()));
    assert_eq!(
        text(vm.call("fill", vec![])),
        "5 handle limit exceeded: 5 handles"
    );
    assert_eq!(set(&mut vm, 20), Ok(()));
    assert_eq!(
        text(vm.call("fill", vec![])),
        "20 handle limit exceeded: 20 handles"
    );
    assert_eq!((vm.stats().handles, vm.stats().max_handles), (20, 20));
    let refused = set(&mut vm, 19).expect_err("is refused").to_string();
    assert!(
        refused.contains("19 is less than what is in use or lent (20)"),
        "{refused}"
    );
    vm.call("drop", vec![]).expect("returns");
    assert_eq!(
        text(vm.call("inner", vec![])),
        "0 of 20; 3; invalid option `maxHandles`: 21 is more than the parent's (20); \
         invalid option `maxHandles`: 1.5 is no whole number of 0 or more; \
         invalid option `maxHandles`: 21 is more than the parent's (20)"
    );
    // A child has more than that.
    assert!(set(&mut vm, 2).is_err());
    let child = vm.children()[0];
    world.vm(child).expect("is live").terminate();
    let other = world.vm(id).expect("is live").children()[0..].to_vec();
    other
        .into_iter()
        .for_each(|id| world.vm(id).expect("is live").terminate());
    let mut vm = world.vm(id).expect("is live");
    assert_eq!(set(&mut vm, 0), Ok(()));
    assert_eq!(
        text(vm.call("fill", vec![])),
        "0 handle limit exceeded: 0 handles"
    );
    let bytes = world.dump();
    world.load(&bytes).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(world.vm(id).expect("is live").limits().max_handles, 0);
    let given = VmOptions {
        max_handles: 7,
        ..VmOptions::default()
    };
    let given = world.create(given).expect("is made");
    assert_eq!(world.vm(given).expect("is live").limits().max_handles, 7);
}

#[test]
fn what_the_host_throws_is_caught_at_any_stop() {
    let main = r#"
        import { spawn, Entity } from "host:world";
        import { revoke } from "raya:remote";
        export function main(): string {
          let caught = "";
          for (let i = 0; i < 3; i++) {
            try {
              revoke("nothing" + i);
            } catch (e) {
              caught += e instanceof Error ? e.name + i : "?";
            } finally {
              caught += ";";
            }
          }
          return caught;
        }"#;
    for fuel in 1..40 {
        let mut world = runtime(&[]);
        let id = context(&mut world, main);
        let mut vm = world.vm(id).expect("is live");
        let task = vm.run_entry("main", vec![]).expect("starts");
        while world.tick(TickBudget::fuel(fuel)).runnable > 0 {
            let bytes = world.dump();
            world.load(&bytes).unwrap_or_else(|e| panic!("{fuel}: {e}"));
        }
        assert_eq!(
            text(result(&world, task)),
            "TypeError0;TypeError1;TypeError2;"
        );
    }
}

#[test]
fn objects_that_nobody_can_name_any_more_make_room_for_others() {
    const OUTER: &str = r#"
import { Vm } from "raya:vm";
class Thing {
  constructor(private readonly n: number) {}
  value(): number {
    return this.n;
  }
}
export async function main(keep: boolean): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 1_000_000 });
  vm.loadRbin("./inner.rbin");
  let sum = 0;
  for (let i = 0; i < 3000; i++) {
    try {
      sum += await vm.runEntry<number>("look", [new Thing(1), keep]);
    } catch (e) {
      return `${sum} ${e instanceof Error ? e.message : "?"}`;
    }
  }
  return `${sum}`;
}
"#;
    const INNER: &str = r#"
import { Remote } from "raya:remote";
const kept: Remote[] = [];
export async function look(thing: Remote, keep: boolean): Promise<number> {
  if (keep) kept.push(thing);
  const garbage = new Array<number>(1000);
  return Number(await thing.call("value")) + garbage[0];
}
"#;
    const PROGRAMS: script::Programs = &[("./outer.rbin", OUTER), ("./inner.rbin", INNER)];
    for way in [(1, false), (2, false)] {
        let run = |keep| script::run(PROGRAMS, "main", vec![Value::Bool(keep)], way);
        assert_eq!(script::text(run(false)), "3000");
        assert_eq!(
            script::text(run(true)),
            "1000 handle limit exceeded: 1000 handles (at [0])"
        );
    }
}
