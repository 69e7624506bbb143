//! Programs come and go: from bytes that a script has, kept by the embedder, dropped with their last context.

#[path = "common/script.rs"]
mod script;

use raya_core::{
    ContextId, Runtime, TaskId, TaskStatus, TickBudget, TypedArray, Value, VmError, VmLimits,
    VmOptions,
};
use script::{Programs, compiled, finish, outer, text};

const OUTER: &str = r#"
import { Vm } from "raya:vm";

function message(e: unknown): string {
  return e instanceof Error ? e.message : "?";
}

/** Loads the bytes into a new VM and calls what they export. */
export async function run(bytes: Uint8Array): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 1_000_000, maxTasks: 2 });
  const before = vm.getStats();
  vm.loadRbin(bytes);
  const after = vm.getStats();
  const sum = await vm.runEntry<number>("add", [2, 3]);
  vm.terminate();
  return `${sum} ${before.programBytes} ${after.maxHeapBytes} ${after.programBytes > bytes.length}`;
}

/** What loading says, and that nothing is lost by it. */
export async function refused(bytes: Uint8Array, good: Uint8Array, heap: number): Promise<string> {
  const vm = new Vm({ maxHeapBytes: heap, maxTasks: 2 });
  try {
    vm.loadRbin(bytes);
    return "loaded";
  } catch (e) {
    const stats = vm.getStats();
    const told = `${message(e)}; ${vm.state} ${stats.programBytes} ${stats.maxHeapBytes === heap}`;
    vm.setLimits({ maxHeapBytes: 1_000_000 });
    vm.loadRbin(good);
    return `${told}; ${await vm.runEntry<number>("add", [2, 3])}`;
  } finally {
    vm.terminate();
  }
}

/** So many VMs that all have a program from bytes, all alive. */
export function many(bytes: Uint8Array, count: number): string {
  const vms: Vm[] = [];
  try {
    while (vms.length < count) {
      const vm = new Vm({ maxHeapBytes: 200_000, maxTasks: 1 });
      vm.loadRbin(bytes);
      vms.push(vm);
    }
    return "all";
  } catch (e) {
    return `${vms.length}: ${message(e)}`;
  } finally {
    for (const vm of vms) vm.terminate();
  }
}

/** What a program from bytes exports. */
export function exported(bytes: Uint8Array): string {
  const vm = new Vm({ maxHeapBytes: 4_000_000, maxTasks: 1 });
  vm.loadRbin(bytes);
  try {
    return vm.exports().map((e) => `${e.name}: ${e.signature}`).join("; ");
  } catch (e) {
    return message(e);
  } finally {
    vm.terminate();
  }
}

/** Lower limits than what is in use are refused; the marks of the rest stay where they are. */
export async function limits(bytes: Uint8Array): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 500_000, maxTasks: 2, softHeapBytes: 400_000 });
  vm.loadRbin(bytes);
  const taken = vm.getStats().programBytes;
  const texts: string[] = [];
  try {
    vm.setLimits({ maxHeapBytes: taken - 1, softHeapBytes: 10 });
  } catch (e) {
    texts.push(message(e).includes("less than what is in use") ? "too low" : message(e));
  }
  vm.setLimits({ maxHeapBytes: 600_000, softHeapBytes: 450_000 });
  const { maxHeapBytes, softHeapBytes } = vm.getLimits();
  texts.push(`${maxHeapBytes} ${softHeapBytes} ${vm.getStats().programBytes === taken}`);
  try {
    await vm.runEntry("fill", [Math.floor((600_000 - taken) / 8)]);
  } catch (e) {
    texts.push(message(e));
  }
  return texts.join("; ");
}
"#;

const MATH: &str = r#"
const seen = [1, 2, 3];
export function add(a: number, b: number): number { return a + b + seen.length - 3; }
export function fill(count: number): number { return new Array<number>(count).fill(1).length; }
"#;

const PROGRAMS: Programs = &[("./outer.rbin", OUTER), ("./math.rbin", MATH)];

fn typed(bytes: &[u8]) -> Value {
    TypedArray::of(bytes).into()
}

fn bytes(source: &str) -> Value {
    typed(&compiled(source))
}

/// What an export of the outer program gives, on either number of threads, dumped and loaded after each tick or not.
fn outer_gives(name: &str, args: &[Value]) -> String {
    let ways = [(1, false), (2, false), (1, true)];
    let all = ways.map(|way| text(script::run(PROGRAMS, name, args.to_vec(), way)));
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    all[0].clone()
}

#[test]
fn spec_t8_4_bytes_of_a_script_are_a_program() {
    assert_eq!(outer_gives("run", &[bytes(MATH)]), "5 0 1000000 true");
}

#[test]
fn spec_t8_6_what_is_no_program_is_refused_and_nothing_is_lost() {
    let good = compiled(MATH);
    let mut cut = good.clone();
    cut.truncate(good.len() - 1);
    let mut changed = good.clone();
    *changed.last_mut().expect("it is not empty") ^= 1;
    let needs = script::compiled_with(
        "import { beep } from \"host:horn\";\nexport function f(): void { beep(); }",
        "declare module \"host:horn\" { export function beep(): void; }",
    );
    let long = vec![0; (1 << 20) + 1];
    let cases: [(&[u8], &str); 8] = [
        (&long, "1048577 bytes, at most 1048576"),
        (&long[1..], "not a .rbin file"),
        (b"", "not a .rbin file"),
        (MATH.as_bytes(), "not a .rbin file"),
        (&cut, "cut short"),
        (&changed, "damaged"),
        (&needs, "horn"),
        (&good, "loaded"),
    ];
    for (bad, says) in cases {
        let args = [typed(bad), typed(&good), Value::Number(1_000_000.0)];
        let told = outer_gives("refused", &args);
        assert!(told.contains(says), "{told}");
        let is_whole = told == "loaded" || told.ends_with("; new 0 true; 5");
        assert!(is_whole, "{told}");
    }
}

#[test]
fn a_program_from_bytes_counts_against_the_heap_limit() {
    let good = bytes(MATH);
    let args = [good.clone(), good.clone(), Value::Number(5_000.0)];
    let told = outer_gives("refused", &args);
    assert!(told.starts_with("heap limit exceeded: "), "{told}");
    assert!(told.ends_with(" of 5000 bytes; new 0 true; 5"), "{told}");
    let told = outer_gives("limits", std::slice::from_ref(&good));
    let says = "too low; 600000 450000 true; Error: heap limit exceeded: ";
    assert!(told.starts_with(says), "{told}");
    // What they take is their parent's, whether or not they share it.
    let args = [good, Value::Number(1_000.0)];
    let told = outer_gives("many", &args);
    assert!(told.contains("more than the parent has left"), "{told}");
}

#[test]
fn exports_are_told_as_long_as_they_are_few() {
    assert_eq!(
        outer_gives("exported", &[bytes(MATH)]),
        "add: (a: number, b: number) => number; fill: (a: number) => number"
    );
    let fields: Vec<String> = (0..300).map(|i| format!("field{i}: number")).collect();
    let functions: Vec<String> = (0..400)
        .map(|i| format!("export function f{i}(all: All): void {{}}"))
        .collect();
    let source = format!(
        "interface All {{ {} }}\n{}",
        fields.join("; "),
        functions.join("\n")
    );
    assert_eq!(
        outer_gives("exported", &[bytes(&source)]),
        "the exports take more than 1048576 bytes"
    );
}

/// A context that loads others from bytes, and their programs.
fn runtime() -> (Runtime, ContextId) {
    let mut runtime = script::runtime(1, PROGRAMS);
    let id = script::context(&mut runtime, PROGRAMS, outer());
    (runtime, id)
}

fn start(runtime: &mut Runtime, id: ContextId, name: &str, bytes: Value) -> TaskId {
    let mut vm = runtime.vm(id).expect("is live");
    vm.run_entry(name, vec![bytes]).expect("is exported")
}

#[test]
fn programs_go_with_their_last_context() {
    let (mut runtime, id) = runtime();
    let before = runtime.program_ids();
    for round in 0..20 {
        let source = format!("{MATH} export const round = {round};");
        let task = start(&mut runtime, id, "run", bytes(&source));
        let told = text(finish(&mut runtime, PROGRAMS, task, false));
        assert!(told.starts_with("5 "), "{told}");
        assert_eq!(runtime.program_ids(), before);
    }

    // The embedder's likewise.
    let rbin = compiled("export function f(): number { return 1; }");
    let a = runtime.create(VmOptions::default()).expect("makes one");
    let b = runtime.create(VmOptions::default()).expect("makes one");
    for id in [a, b] {
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_rbin_bytes(&rbin).expect("is valid");
    }
    let program = runtime.vm(a).expect("is live").program();
    assert_eq!(runtime.vm(b).expect("is live").program(), program);
    for id in [a, b] {
        let mut vm = runtime.vm(id).expect("is live");
        assert_eq!(vm.call("f", []).ok(), Some(Value::Number(1.0)));
        vm.terminate();
    }
    assert_eq!(runtime.program_ids(), before);
}

#[test]
fn a_program_that_is_kept_stays_until_it_is_unloaded() {
    let mut runtime = Runtime::with_threads(1);
    let rbin = compiled("export function f(): number { return 1; }");
    let program = runtime.load_program(&rbin).expect("is valid");
    let context = |runtime: &mut Runtime| {
        let id = runtime.create(VmOptions::default()).expect("makes one");
        let mut vm = runtime.vm(id).expect("is live");
        vm.load_program(program).map(|()| id)
    };
    let first = context(&mut runtime).expect("is loaded");
    runtime.vm(first).expect("is live").terminate();
    let second = context(&mut runtime).expect("it was kept");
    let function = runtime.vm(second).expect("is live");
    let function = function.function::<(), f64>("f").expect("is of that type");
    runtime.unload_program(program);
    assert_eq!(function.call(&mut runtime, second, ()).ok(), Some(1.0));
    let third = context(&mut runtime).expect("another context has it");
    for id in [second, third] {
        runtime.vm(id).expect("is live").terminate();
    }
    assert!(matches!(
        context(&mut runtime),
        Err(VmError::InvalidBinary(_))
    ));
    runtime.unload_program(program);

    // The same bytes again have another id, which the function is not of.
    let again = runtime.load_program(&rbin).expect("is valid");
    assert_ne!(again, program);
    let id = runtime.create(VmOptions::default()).expect("makes one");
    runtime
        .vm(id)
        .expect("is live")
        .load_program(again)
        .expect("is loaded");
    assert!(matches!(
        function.call(&mut runtime, id, ()),
        Err(VmError::OtherProgram(_))
    ));
}

#[test]
fn whether_others_have_a_program_changes_nothing_for_a_context() {
    let run = |is_shared: bool| {
        let (mut runtime, id) = runtime();
        if is_shared {
            let program = runtime.load_program(&compiled(MATH)).expect("is valid");
            let other = runtime.create(VmOptions::default()).expect("makes one");
            let mut vm = runtime.vm(other).expect("is live");
            vm.load_program(program).expect("is loaded");
            vm.call("add", [Value::Number(1.0), Value::Number(2.0)])
                .expect("adds");
        }
        let task = start(&mut runtime, id, "run", bytes(MATH));
        let mut ticks = 0;
        while runtime.task(task) == Ok(TaskStatus::Running) {
            runtime.tick(TickBudget::fuel(5_000));
            ticks += 1;
        }
        let stats = runtime.vm(id).expect("is live").stats();
        (
            runtime.task(task),
            ticks,
            stats.steps_executed,
            stats.heap_bytes_peak,
        )
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn limits_that_were_changed_add_up_when_a_context_with_bytes_ends() {
    let (mut runtime, id) = runtime();
    let limits = |runtime: &mut Runtime| runtime.vm(id).expect("is live").limits();
    let before: VmLimits = limits(&mut runtime);
    for name in ["run", "limits"] {
        let task = start(&mut runtime, id, name, bytes(MATH));
        text(finish(&mut runtime, PROGRAMS, task, false));
        for child in runtime
            .context_ids()
            .into_iter()
            .filter(|child| *child != id)
        {
            runtime.vm(child).expect("is live").terminate();
        }
        assert_eq!(limits(&mut runtime), before);
    }
}
