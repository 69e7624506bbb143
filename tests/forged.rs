//! Forged handles: dumps whose rows of handles were changed are refused, or give nobody what he was not given.

#[path = "common/forge.rs"]
mod forge;

use forge::changed;
use raya_core::{
    Call, Capability, ContextId, Object, ObjectKind, Runtime, TaskStatus, Value, VmError, VmOptions,
};
use raya_storages::contexts::Contexts;
use raya_storages::handles::{Foreign, PinUse, REVOKED, RIGHT_PASS, RIGHTS_ALL};

struct Unit;

impl ObjectKind for Unit {
    const NAME: &'static str = "Unit";
}

const PROGRAM: &str = "
    import { unit, other, Unit } from 'host:world';
    import { Vm } from 'raya:vm';
    import { Remote, lend } from 'raya:remote';
    const kept: unknown[] = [];
    const given: unknown[] = [];
    class Box { read(): number { return 7; } }
    function told(e: unknown): string { return e instanceof Error ? e.name : '?'; }
    export function main(): void { kept.push(unit(), other()); }
    export function use(): string {
      try { return String((kept[0] as Unit).health()); } catch (e) { return told(e); }
    }
    export function take(r: Remote): void { kept.push(r); }
    export async function call(): Promise<string> {
      try { return String(await (kept[0] as Remote).call('read')); } catch (e) { return told(e); }
    }
    export async function outer(): Promise<string> {
      const vm = new Vm({ maxHeapBytes: 100000, maxTasks: 5, capabilities: ['world', 'raya:vm'] });
      vm.loadRbin('self');
      const box = lend(new Box(), { pass: false });
      given.push(box, lend(new Box()));
      await vm.runEntry('take', [box]);
      return await vm.runEntry<string>('call');
    }";
const WORLD: &str = "declare module 'host:world' {
    export class Unit { health(): number; }
    export function unit(): Unit;
    export function other(): Unit; }";

fn world() -> (Runtime, ContextId) {
    let files =
        raya_compiler::load::MemoryFiles::new([("main.ts", PROGRAM), ("world.d.ts", WORLD)]);
    let image = raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{e:?}"));
    let bytes = raya_bytecode::codec::encode(&image);
    let mut runtime = Runtime::with_threads(1);
    let world = Capability::new("world")
        .blocking("unit", |_: &Call| Object::<Unit>::new(1))
        .blocking("other", |_: &Call| Object::<Unit>::new(2))
        .object::<Unit>(|o| o.blocking("health", |_: &Call, u: Object<Unit>| u.id() as f64));
    runtime.register(world).expect("is new");
    let own = bytes.clone();
    runtime.set_program_loader(Box::new(move |_, _| Ok(own.clone())));
    let options = VmOptions {
        capabilities: vec!["world".into(), "raya:vm".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is made");
    let loaded = runtime.vm(id).expect("is live").load_rbin_bytes(&bytes);
    loaded.expect("is valid");
    (runtime, id)
}

/// What a program says after it ran `first`, was forged and loaded again, and ran `then` in the context that `at` names.
fn forged(
    first: &str,
    forge: impl Fn(&mut Contexts, ContextId),
    then: &str,
) -> Result<Value, VmError> {
    let (mut runtime, id) = world();
    let task = runtime.vm(id)?.run_entry(first, vec![])?;
    runtime.run_until_idle();
    assert!(matches!(runtime.task(task), Ok(TaskStatus::Returned(_))));
    let honest = runtime.dump();
    runtime.load(&honest).expect("what is honest loads");
    let bytes = changed(&honest, |contexts| forge(contexts, id));
    let (mut other, _) = world();
    other.load(&bytes)?;
    let id = other.context_ids().pop().expect("the one that holds");
    other.vm(id)?.call(then, vec![]).or_else(|_| {
        let task = other.vm(id)?.run_entry(then, vec![])?;
        other.run_until_idle();
        match other.task(task)? {
            TaskStatus::Returned(value) => Ok(value),
            failed => panic!("{failed:?}"),
        }
    })
}

fn foreign(contexts: &mut Contexts, context: ContextId) -> &mut Foreign {
    let foreign = contexts.heaps[context.index()].foreign.as_deref_mut();
    foreign.expect("it holds something")
}

/// The inner context of `outer`.
fn holder(contexts: &Contexts) -> ContextId {
    contexts.ids().last().expect("was made")
}

fn refused(forged: Result<Value, VmError>, why: &str) {
    let error = forged.expect_err("is refused");
    assert!(matches!(error, VmError::InvalidDump(_)), "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

fn is_harmless(forged: Result<Value, VmError>, name: &str) {
    assert_eq!(forged, Ok(Value::String(name.into())));
}

/// Changes the bits in the heap object of the context's first handle.
fn change_bits(contexts: &mut Contexts, id: ContextId, change: impl Fn(u64) -> u64) {
    let place = foreign(contexts, id).handles.places[0] as usize + 1;
    let word = &mut contexts.heaps[id.index()].words[place];
    *word = change(*word);
}

#[test]
fn an_honest_dump_of_handles_loads() {
    is_harmless(forged("main", |_, _| {}, "use"), "1");
    is_harmless(forged("outer", |_, _| {}, "call"), "7");
}

#[test]
fn a_handle_that_names_another_row_is_refused() {
    let why = "a handle is one that the context holds";
    refused(
        forged("main", |r, id| change_bits(r, id, |bits| bits + 1), "use"),
        why,
    );
    refused(
        forged(
            "main",
            |r, id| change_bits(r, id, |_| 77 << 32 | 900),
            "use",
        ),
        why,
    );
}

#[test]
fn a_handle_of_another_generation_is_refused() {
    let older = |r: &mut Contexts, id| change_bits(r, id, |bits| bits + (2 << 32));
    refused(
        forged("main", older, "use"),
        "a handle is one that the context holds",
    );
}

#[test]
fn a_row_that_names_another_owner_is_refused_or_harmless() {
    // Said to be the host's, or a context's.
    let host = |r: &mut Contexts, _| foreign(r, holder(r)).handles.owners[0] = 0;
    refused(
        forged("outer", host, "call"),
        "what lies in a context is a Remote",
    );
    let context = |r: &mut Contexts, id: ContextId| foreign(r, id).handles.owners[0] = id.to_bits();
    refused(
        forged("main", context, "use"),
        "what lies in a context is a Remote",
    );
    // Of a context that is not, and of itself, which gave nothing.
    let nobody = |r: &mut Contexts, _| foreign(r, holder(r)).handles.owners[0] = 99 << 32 | 70;
    is_harmless(forged("outer", nobody, "call"), "HandleStale");
    let itself = |r: &mut Contexts, _| {
        let holder = holder(r);
        foreign(r, holder).handles.owners[0] = holder.to_bits();
    };
    is_harmless(forged("outer", itself, "call"), "HandleRevoked");
    // Objects that a context would name as another.
    let another = |r: &mut Contexts, id: ContextId| foreign(r, id).context = holder(r).to_bits();
    refused(
        forged("outer", another, "call"),
        "what is named is a context's own",
    );
}

#[test]
fn a_row_that_names_another_object_is_harmless() {
    let older = |r: &mut Contexts, _| foreign(r, holder(r)).handles.objects[0] += 2 << 32;
    is_harmless(forged("outer", older, "call"), "HandleRevoked");
    let none = |r: &mut Contexts, _| foreign(r, holder(r)).handles.objects[0] = 5 << 32 | 999;
    is_harmless(forged("outer", none, "call"), "HandleRevoked");
}

#[test]
fn rights_that_were_not_given_are_refused() {
    let more = |r: &mut Contexts, _| foreign(r, holder(r)).handles.rights[0] |= RIGHT_PASS;
    refused(
        forged("outer", more, "call"),
        "nobody has more rights than were given",
    );
    let unknown = |r: &mut Contexts, id| foreign(r, id).handles.rights[0] = 8;
    refused(forged("main", unknown, "use"), "rights are known");
    let both = |r: &mut Contexts, id| foreign(r, id).handles.rights[0] |= REVOKED;
    refused(forged("main", both, "use"), "rights are known");
    let of_pin = |r: &mut Contexts, id: ContextId| {
        let pins = &mut foreign(r, id).pins;
        pins.uses.fill(PinUse::Given);
    };
    refused(
        forged("outer", of_pin, "call"),
        "only what is lent has fewer rights",
    );
}

#[test]
fn an_object_that_two_pins_give_is_refused() {
    let twice = |r: &mut Contexts, id: ContextId| {
        let pins = &mut foreign(r, id).pins;
        let object = pins.objects[0];
        pins.objects.fill(object);
        pins.uses.fill(PinUse::Given);
        pins.rights.fill(RIGHTS_ALL);
    };
    refused(
        forged("outer", twice, "call"),
        "an object is given by one pin",
    );
}
