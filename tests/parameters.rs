//! Every type that a host function may take or give, there and back from a program in Raya, in each of the three ways to be called.

use raya_compiler::load::MemoryFiles;
use raya_core::{Call, Capability, Runtime, TaskStatus, Value, VmOptions};

const WORLD: &str = r#"declare module "host:now" {
  export function number(x: number): number;
  export function int(x: int): int;
  export function flag(x: boolean): boolean;
  export function text(x: string): string;
  export function sum(x: int, y: boolean): number;
  export function half(x: number): number;
  export function nothing(x: number): void;
}
declare module "host:then" {
  export function int(x: int): int;
  export function flag(x: boolean): boolean;
  export function list(x: string[]): string[];
  export function maybe(x: string | undefined): string | undefined;
}
declare module "host:later" {
  export function flags(x: boolean[]): Promise<boolean[]>;
  export function fixed(): Promise<string>;
}
"#;

const MOD: &str = r#"
import { number, int, flag, text, sum, half, nothing } from "host:now";
import { int as slowInt, flag as slowFlag, list, maybe } from "host:then";
import { flags, fixed } from "host:later";

function refused(f: () => void): string {
  try {
    f();
    return "nothing";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}

export async function main(): Promise<string> {
  const six: int = 6;
  const now = [number(0.5), int(six), flag(true), flag(false), text("a"), sum(six, true), half(3)].join();
  nothing(1);
  const then = [slowInt(six), slowFlag(false), list(["x", "y"]).join("+"), maybe("z"), maybe(undefined) === undefined].join();
  const later = [(await flags([true, false])).join("+"), await fixed()].join();
  return [now, then, later, refused(() => { half(-1); })].join(" | ");
}
"#;

fn capabilities() -> [Capability; 3] {
    let now = Capability::new("now")
        .function("number", |_: &Call, x: f64| x + 1.0)
        .function("int", |_: &Call, x: i32| -x)
        .function("flag", |_: &Call, x: bool| !x)
        .function("text", |_: &Call, x: &str| x.repeat(2))
        .function("sum", |_: &Call, x: i32, y: bool| {
            f64::from(x) + f64::from(u8::from(y))
        })
        .function("half", |_: &Call, x: f64| {
            if x < 0.0 {
                Err("negative")
            } else {
                Ok(x / 2.0)
            }
        })
        .function("nothing", |_: &Call, _: f64| ());
    let then = Capability::new("then")
        .blocking("int", |_: &Call, x: i32| x * 7)
        .blocking("flag", |_: &Call, x: bool| !x)
        .blocking("list", |_: &Call, mut x: Vec<String>| {
            x.reverse();
            x
        })
        .blocking("maybe", |_: &Call, x: Option<String>| x.map(|x| x + "!"));
    let later = Capability::new("later")
        .deferred("flags", |_: &Call, x: Vec<bool>| {
            x.into_iter().map(|x| !x).collect::<Vec<_>>()
        })
        .deferred("fixed", |_: &Call| "as it is");
    [now, then, later]
}

#[test]
fn values_of_every_type_get_there_and_back() {
    let files = MemoryFiles::new([("main.ts", MOD), ("world.d.ts", WORLD)]);
    let image =
        raya_compiler::compile("main.ts", &files).unwrap_or_else(|e| panic!("{:?}", e.sorted()));
    let mut runtime = Runtime::with_threads(1);
    for capability in capabilities() {
        runtime.register(capability).expect("is new");
    }
    let options = VmOptions {
        capabilities: vec!["now".into(), "then".into(), "later".into()],
        ..VmOptions::default()
    };
    let id = runtime.create(options).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    let loaded = vm.load_rbin_bytes(&raya_bytecode::codec::encode(&image));
    loaded.unwrap_or_else(|e| panic!("{e}"));
    let task = vm.run_entry("main", vec![]).expect("starts");
    runtime.run_until_idle();
    let expected =
        "1.5,-6,false,true,aa,7,1.5 | 42,true,y+x,z!,true | false+true,as it is | negative";
    let said = runtime.task(task).expect("is kept");
    assert_eq!(said, TaskStatus::Returned(Value::String(expected.into())));
}
