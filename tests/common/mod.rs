//! What the runtime's tests share: one hand-written program with an export for every way to behave or misbehave.

#![allow(dead_code, reason = "each test uses a part")]

use raya_bytecode::assemble::{FieldSpec, FunctionBuilder, FunctionSpec, ImageBuilder, ImportSpec};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::codec::encode;
use raya_bytecode::image::*;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_core::{
    Call, Capability, ContextId, Runtime, TaskId, TaskStatus, TickBudget, Value, VmOptions,
};

/// Types that the program's exports and imports use.
struct Descs {
    number: u32,
    string: u32,
    void: u32,
    promise: u32,
}

struct Source {
    image: ImageBuilder,
    descs: Descs,
    error: u16,
}

const NUMBER: &[Slot] = &[Slot::F64];

impl Source {
    fn new() -> Source {
        let mut image = ImageBuilder::new();
        let number = image.desc(DESC_NUMBER, 0, &[]);
        let string = image.desc(DESC_STRING, 0, &[]);
        let void = image.desc(DESC_VOID, 0, &[]);
        let promise = image.desc(DESC_PROMISE, 0, &[number]);
        let error = image.declare_class("Error", CLASS_ERROR, None);
        let text = |image: &mut ImageBuilder, name: &str| FieldSpec {
            name: image.string(name),
            member: None,
            slot: Slot::STR,
            flags: 0,
            desc: Some(string),
        };
        let fields = [
            text(&mut image, "name"),
            text(&mut image, "message"),
            text(&mut image, "stack"),
        ];
        image.set_fields(error, &fields);
        image.file("mod.ts");
        Source {
            image,
            descs: Descs {
                number,
                string,
                void,
                promise,
            },
            error,
        }
    }

    fn define(
        &mut self,
        id: u32,
        name: &str,
        (params, ret): (&[Slot], Slot),
        (nums, refs): (&[Slot], &[Slot]),
        flags: u16,
        write: impl FnOnce(&mut FunctionBuilder),
    ) {
        let mut f = FunctionBuilder::new();
        f.line(id + 1, 1);
        write(&mut f);
        let body = f
            .finish(nums.len() as u16, refs.len() as u16)
            .expect("assembles");
        let spec = FunctionSpec {
            name,
            params,
            ret,
            num_locals: nums,
            ref_locals: refs,
            receiver: None,
            flags,
        };
        self.image.define_function(id, &spec, body);
    }

    /// Defines and exports a function of numbers; gives its id.
    fn export(
        &mut self,
        name: &str,
        params: usize,
        ret: Slot,
        locals: (&[Slot], &[Slot]),
        write: impl FnOnce(&mut FunctionBuilder, u32),
    ) -> u32 {
        let id = self.image.declare_function();
        let slots = vec![Slot::F64; params];
        self.define(id, name, (&slots, ret), locals, 0, |f| write(f, id));
        let Descs {
            number,
            string,
            void,
            promise,
        } = self.descs;
        let result = match ret {
            Slot::F64 => number,
            Slot::STR => string,
            Slot::PROMISE => promise,
            _ => void,
        };
        let mut children = vec![number; params];
        children.push(result);
        let desc = self.image.desc(DESC_FUNCTION, 0, &children);
        self.image.export(name, EXPORT_FUNCTION, id, desc);
        id
    }

    fn import(&mut self, module: &str, name: &str, ret: Slot, line: u32) -> u16 {
        let Descs {
            number, promise, ..
        } = self.descs;
        let result = if ret == Slot::PROMISE {
            promise
        } else {
            number
        };
        let desc = self.image.desc(DESC_FUNCTION, 0, &[number, result]);
        let spec = ImportSpec {
            module,
            name,
            params: NUMBER,
            ret,
            desc,
            line,
        };
        self.image.import(&spec) as u16
    }
}

/// `export function twice(x: number): number { return name(x) }` for an import of `world`.
fn forward(source: &mut Source, name: &str, ret: Slot, line: u32) {
    let import = source.import("world", name, ret, line);
    let refs: &[Slot] = if ret == Slot::PROMISE {
        &[Slot::PROMISE]
    } else {
        &[]
    };
    source.export(name, 1, ret, (&[Slot::F64], refs), |f, _| {
        f.emit(Op::MovN, 1, 0, 0);
        f.call(Op::CallHost, [0, 0, import], None, 1, 0);
        if ret == Slot::PROMISE {
            f.emit(Op::RetRef, 0, 0, 0)
        } else {
            f.emit(Op::RetF, 0, 0, 0)
        }
    });
}

/// The program. `with_host`: it imports `twice`, `slow` and `later` from `host:world`.
pub fn program(with_host: bool) -> Vec<u8> {
    let mut s = Source::new();
    let globals = s.image.declare_class("globals", CLASS_GLOBALS, None);
    let name = s.image.string("count");
    let field = FieldSpec {
        name,
        member: None,
        slot: Slot::F64,
        flags: 0,
        desc: Some(s.descs.number),
    };
    s.image.set_fields(globals, &[field]);
    let init = s.image.declare_function();
    s.define(
        init,
        "init",
        (&[], Slot::VOID),
        (&[Slot::F64], &[]),
        FUNCTION_ASYNC,
        |f| {
            f.emit_i32(Op::ConstFI, 0, 100);
            f.emit(Op::SetGlobalN, 1, 0, 0);
            f.emit(Op::Ret, 0, 0, 0);
        },
    );
    well_behaved(&mut s);
    misbehaving(&mut s);
    waiting(&mut s);
    if with_host {
        forward(&mut s, "twice", Slot::F64, 3);
        forward(&mut s, "slow", Slot::F64, 4);
        forward(&mut s, "later", Slot::PROMISE, 5);
    }
    let entry = Entry {
        error: u32::from(s.error),
        ..Entry::of(init, u32::from(globals))
    };
    encode(&s.image.finish(entry).expect("assembles"))
}

fn well_behaved(s: &mut Source) {
    s.export("main", 0, Slot::F64, (&[Slot::F64], &[]), |f, _| {
        f.emit_i32(Op::ConstFI, 0, 42);
        f.emit(Op::RetF, 0, 0, 0);
    });
    s.export(
        "add",
        2,
        Slot::F64,
        (&[Slot::F64, Slot::F64], &[]),
        |f, _| {
            f.emit(Op::AddF, 0, 0, 1);
            f.emit(Op::RetF, 0, 0, 0);
        },
    );
    // Counts calls in a global, from 100 on.
    s.export("count", 0, Slot::F64, (&[Slot::F64], &[]), |f, _| {
        f.emit(Op::GlobalN, 0, 1, 0);
        f.emit(Op::AddFI, 0, 0, 1);
        f.emit(Op::SetGlobalN, 1, 0, 0);
        f.emit(Op::RetF, 0, 0, 0);
    });
    // Adds up the numbers below n.
    s.export(
        "sum",
        1,
        Slot::F64,
        (&[Slot::F64, Slot::F64, Slot::F64], &[]),
        |f, _| {
            let end = f.label();
            let top = f.here();
            f.branch(Op::JNLtF, 1, 0, end);
            f.emit(Op::AddF, 2, 2, 1);
            f.emit(Op::AddFI, 1, 1, 1);
            f.jump(top);
            f.bind(end);
            f.emit(Op::RetF, 2, 0, 0);
        },
    );
    // Makes garbage for n rounds: 1,000 elements each.
    s.export(
        "churn",
        1,
        Slot::F64,
        (&[Slot::F64, Slot::F64, Slot::I32], &[Slot::ARR_F64]),
        |f, _| {
            f.emit_i32(Op::ConstI, 2, 1000);
            let top = f.here();
            f.emit(Op::NewArr, 0, Slot::ARR_F64.0, 2);
            f.emit(Op::AddFI, 1, 1, 1);
            f.branch(Op::JLtF, 1, 0, top);
            f.emit(Op::RetF, 1, 0, 0);
        },
    );
    // The next of `Math.random`, n times.
    s.export("random", 0, Slot::F64, (&[Slot::F64], &[]), |f, _| {
        f.call(
            Op::CallBuiltin,
            [0, 0, Builtin::MathRandom as u16],
            None,
            0,
            0,
        );
        f.emit(Op::RetF, 0, 0, 0);
    });
}

fn misbehaving(s: &mut Source) {
    s.export("spin", 0, Slot::VOID, (&[], &[]), |f, _| {
        let top = f.here();
        f.jump(top);
    });
    s.export("recurse", 0, Slot::VOID, (&[], &[]), |f, id| {
        f.call(Op::Call, [0, 0, id as u16], None, 0, 0);
        f.emit(Op::Ret, 0, 0, 0);
    });
    s.export(
        "grow",
        0,
        Slot::VOID,
        (&[Slot::F64, Slot::I32], &[Slot::ARR_F64]),
        |f, _| {
            f.emit(Op::NewArr, 0, Slot::ARR_F64.0, 1);
            let top = f.here();
            f.emit(Op::PushF, 0, 0, 0);
            f.jump(top);
        },
    );
    let (text, count) = (s.image.string("x"), s.image.number(1e15));
    s.export("repeat", 0, Slot::STR, (&[], &[Slot::STR]), |f, _| {
        f.emit(Op::ConstF, 0, count as u16, 0);
        f.emit(Op::ConstS, 1, text as u16, 0);
        f.call(
            Op::CallBuiltin,
            [0, 0, Builtin::StrRepeat as u16],
            None,
            1,
            1,
        );
        f.emit(Op::RetRef, 0, 0, 0);
    });
    s.export(
        "throws",
        0,
        Slot::VOID,
        (&[Slot::F64], &[Slot::ANY]),
        |f, _| {
            f.emit_i32(Op::ConstFI, 0, 7);
            f.emit(Op::Tag, 0, 2, 0);
            f.emit(Op::Throw, 0, 0, 0);
        },
    );
    s.export(
        "traps",
        0,
        Slot::F64,
        (&[Slot::F64, Slot::I32], &[Slot::ARR_F64]),
        |f, _| {
            f.emit(Op::NewArr, 0, Slot::ARR_F64.0, 1);
            f.emit_i32(Op::ConstI, 1, 5);
            f.emit(Op::ElemF, 0, 0, 1);
            f.emit(Op::RetF, 0, 0, 0);
        },
    );
    // Tries to catch its own endless recursion.
    let recurse = s.image.declare_function();
    s.define(recurse, "deeper", (&[], Slot::VOID), (&[], &[]), 0, |f| {
        f.call(Op::Call, [0, 0, recurse as u16], None, 0, 0);
        f.emit(Op::Ret, 0, 0, 0);
    });
    s.export(
        "stubborn",
        0,
        Slot::F64,
        (&[Slot::F64], &[Slot::ANY]),
        |f, _| {
            let (end, target) = (f.label(), f.label());
            let start = f.here();
            f.call(Op::Call, [0, 0, recurse as u16], None, 0, 0);
            f.bind(end);
            f.emit(Op::RetF, 0, 0, 0);
            f.bind(target);
            f.emit(Op::Catch, 0, 0, 0);
            f.emit(Op::RetF, 0, 0, 0);
            f.handler(start, end, target);
        },
    );
}

fn waiting(s: &mut Source) {
    let stuck = s.image.declare_function();
    let locals = (&[Slot::F64, Slot::F64][..], &[Slot::PROMISE, Slot::ANY][..]);
    s.define(
        stuck,
        "stuck",
        (&[], Slot::VOID),
        locals,
        FUNCTION_ASYNC,
        |f| {
            f.call(
                Op::CallBuiltin,
                [0, 0, Builtin::PromiseNew as u16],
                None,
                0,
                0,
            );
            f.emit_ext(Op::Await, [1, 1, 0], [0, 0, 0]);
            f.emit(Op::Ret, 0, 0, 0);
        },
    );
    // Starts n tasks that wait for ever.
    s.export(
        "flood",
        1,
        Slot::F64,
        (&[Slot::F64, Slot::F64], &[Slot::PROMISE]),
        |f, _| {
            let top = f.here();
            f.call(Op::Spawn, [0, 0, stuck as u16], None, 0, 0);
            f.emit(Op::AddFI, 1, 1, 1);
            f.branch(Op::JLtF, 1, 0, top);
            f.emit(Op::RetF, 1, 0, 0);
        },
    );
    let nap = s.image.declare_function();
    s.define(
        nap,
        "nap$body",
        (NUMBER, Slot::F64),
        locals,
        FUNCTION_ASYNC,
        |f| {
            f.emit(Op::MovN, 2, 0, 0);
            f.call(Op::CallBuiltin, [0, 0, Builtin::Sleep as u16], None, 1, 0);
            f.emit_ext(Op::Await, [1, 1, 0], [1, 0, 0]);
            f.call(Op::CallBuiltin, [1, 0, Builtin::Now as u16], None, 0, 0);
            f.emit(Op::RetF, 1, 0, 0);
        },
    );
    // Sleeps for n milliseconds and gives the time then.
    s.export(
        "nap",
        1,
        Slot::PROMISE,
        (&[Slot::F64], &[Slot::PROMISE]),
        |f, _| {
            f.emit(Op::MovN, 1, 0, 0);
            f.call(Op::Spawn, [0, 0, nap as u16], None, 1, 0);
            f.emit(Op::RetRef, 0, 0, 0);
        },
    );
}

/// The capability that the program imports when it is made `with_host`.
pub fn world() -> Capability {
    let mut served = 0.0;
    Capability::new("world")
        .function("twice", |_: &Call, x: f64| x * 2.0)
        .blocking("slow", move |_: &Call, x: f64| {
            served += 1.0;
            x + served
        })
        .deferred("later", |_: &Call, x: f64| {
            if x < 0.0 {
                Err("negative")
            } else {
                Ok(x + 0.5)
            }
        })
}

/// A runtime with `world`.
pub fn runtime(threads: usize) -> Runtime {
    let mut runtime = Runtime::with_threads(threads);
    runtime.register(world()).expect("is new");
    runtime
}

/// A context with the program loaded.
pub fn context(runtime: &mut Runtime, options: VmOptions) -> ContextId {
    let with_host = options
        .capabilities
        .iter()
        .any(|grant| grant.name() == "world");
    let id = runtime.create(options).expect("options are valid");
    let mut vm = runtime.vm(id).expect("it is live");
    vm.load_rbin_bytes(&program(with_host))
        .unwrap_or_else(|e| panic!("{e}"));
    id
}

/// Starts an entry.
pub fn start(runtime: &mut Runtime, id: ContextId, name: &str, args: &[f64]) -> TaskId {
    let args = args.iter().map(|&n| Value::Number(n)).collect();
    runtime
        .vm(id)
        .expect("it is live")
        .run_entry(name, args)
        .unwrap_or_else(|e| panic!("{e}"))
}

/// Ticks so often with so much fuel.
pub fn ticks(runtime: &mut Runtime, count: u32, fuel: u64) {
    for _ in 0..count {
        runtime.tick(TickBudget::fuel(fuel));
    }
}

/// A task that returned a number.
pub fn number(runtime: &Runtime, task: TaskId) -> f64 {
    match runtime.task(task) {
        Ok(TaskStatus::Returned(Value::Number(n))) => n,
        other => panic!("{other:?}"),
    }
}

/// `world` granted.
pub fn with_world() -> VmOptions {
    VmOptions {
        capabilities: vec!["world".into()],
        ..VmOptions::default()
    }
}
