//! Locks, permits and channels between tasks of a context, in programs as users write them; each also with a dump and load after
//! every tick, so that holders and waiters are in them.

#[path = "common/script.rs"]
mod script;

use raya_core::{ContextId, Runtime, TaskId, TaskStatus, TickBudget, Value, VmError, VmOptions};

const PROGRAM: script::Programs = &[(
    "./main.rbin",
    r#"
import { Channel, Mutex, Semaphore } from "raya:sync";
import { sleep } from "raya:time";

const log: string[] = [];

export async function exclusion(): Promise<string> {
  const mutex = new Mutex();
  let inside = 0;
  const work = async (name: string): Promise<void> => {
    await mutex.lock();
    inside++;
    log.push(name + inside);
    await sleep(40);
    inside--;
    mutex.unlock();
  };
  const all = ["a", "b", "c", "d"].map((name) => work(name));
  log.push(mutex.isLocked ? "locked" : "free");
  log.push(mutex.tryLock() ? "got" : "not");
  await Promise.all(all);
  log.push(mutex.isLocked ? "locked" : "free");
  log.push(mutex.tryLock() ? "got" : "not");
  mutex.unlock();
  return log.join(" ");
}

export async function released(): Promise<string> {
  const mutex = new Mutex();
  const failing = mutex.withLock(async () => {
    await sleep(40);
    throw new Error("inside");
  });
  const after = mutex.withLock(() => "after");
  try {
    await failing;
  } catch (e) {
    log.push(e instanceof Error ? e.message : "?");
  }
  log.push(await after);
  log.push(String(await mutex.withLock(async () => 7)));
  log.push(mutex.isLocked ? "locked" : "free");
  try {
    mutex.unlock();
  } catch (e) {
    log.push(e instanceof Error ? e.message : "?");
  }
  return log.join(", ");
}

export async function permits(): Promise<string> {
  const semaphore = new Semaphore(3);
  let now = 0;
  let most = 0;
  const done: number[] = [];
  const work = (i: number): Promise<void> => semaphore.withPermit(async () => {
    now++;
    if (now > most) most = now;
    await sleep(20 + i);
    now--;
    done.push(i);
  });
  const all: Promise<void>[] = [];
  for (let i = 0; i < 10; i++) all.push(work(i));
  log.push("free " + semaphore.available);
  await Promise.all(all);
  log.push("most " + most, done.join(""), "free " + semaphore.available);
  for (const wrong of [0, -1, 1.5, NaN]) {
    try {
      new Semaphore(wrong);
    } catch (e) {
      if (e instanceof RangeError) log.push("refused");
    }
  }
  try {
    semaphore.release();
  } catch (e) {
    log.push(e instanceof Error ? e.message : "?");
  }
  return log.join(", ");
}

export async function pressure(capacity: number): Promise<string> {
  const channel = new Channel<number>(capacity);
  const produce = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      await channel.send(i);
      log.push("s" + i);
    }
    channel.close();
  };
  const consume = async (): Promise<void> => {
    while (true) {
      await sleep(30);
      const value = await channel.receive();
      if (value === undefined) break;
      log.push("r" + value);
    }
  };
  await Promise.all([produce(), consume()]);
  return log.join(" ");
}

export async function closing(): Promise<string> {
  const channel = new Channel<string>(1);
  const waits = channel.receive();
  log.push(channel.trySend("to the waiter") ? "sent" : "full");
  log.push(channel.trySend("kept") ? "sent" : "full");
  log.push(channel.trySend("too much") ? "sent" : "full");
  const late = channel.send("late");
  await sleep(40);
  log.push(String(channel.length), (await waits) ?? "nothing");
  channel.close();
  try {
    await late;
  } catch (e) {
    log.push(e instanceof Error ? e.message : "?");
  }
  try {
    await channel.send("never");
  } catch (e) {
    log.push(e instanceof Error ? e.message : "?");
  }
  log.push(channel.tryReceive() ?? "nothing", channel.tryReceive() ?? "nothing");
  log.push((await channel.receive()) ?? "nothing", channel.isClosed ? "closed" : "open");
  const other = new Channel<string>();
  const ends = other.receive();
  other.close();
  log.push((await ends) ?? "nothing");
  return log.join(", ");
}

const shared = new Mutex();
const letters = new Channel<string>();

export async function hold(name: string, ms: number): Promise<string> {
  return await shared.withLock(async () => {
    log.push(name);
    await sleep(ms);
    return name;
  });
}

export async function take(name: string): Promise<string> {
  return name + ((await letters.receive()) ?? "nothing");
}

export async function give(text: string): Promise<void> {
  await letters.send(text);
}

export function state(): string {
  return log.join("") + (shared.isLocked ? " locked" : " free");
}

/** Many wait for one lock, in turn, for as long as it takes. */
export async function crowd(count: number): Promise<number> {
  const mutex = new Mutex();
  let order = 0;
  let wrong = 0;
  const work = (i: number): Promise<void> => mutex.withLock(async () => {
    if (order++ !== i) wrong++;
    await sleep(1);
  });
  const all: Promise<void>[] = [];
  for (let i = 0; i < count; i++) all.push(work(i));
  await Promise.all(all);
  return wrong * 1000 + order;
}
"#,
)];

/// What an export gives, the same on two threads and with a dump and load after every tick.
fn run(name: &str, args: &[f64]) -> Result<Value, VmError> {
    let run = |setting| {
        let args = args.iter().map(|&n| Value::Number(n)).collect();
        script::run(PROGRAM, name, args, setting)
    };
    let result = run((1, false));
    assert_eq!(run((2, false)), result, "{name} on two threads");
    assert_eq!(run((1, true)), result, "{name} with dumps and loads");
    result
}

fn text(name: &str, args: &[f64]) -> String {
    script::text(run(name, args))
}

#[test]
fn a_mutex_is_held_by_one_first_come_first_served() {
    assert_eq!(text("exclusion", &[]), "locked not a1 b1 c1 d1 free got");
}

#[test]
fn with_lock_unlocks_however_its_function_ends() {
    assert_eq!(
        text("released", &[]),
        "inside, after, 7, free, unlock of a Mutex that is not locked"
    );
}

#[test]
fn a_semaphore_lets_so_many_in() {
    assert_eq!(
        text("permits", &[]),
        "free 0, most 3, 0123456789, free 3, refused, refused, refused, refused, release of a permit that nobody holds"
    );
}

#[test]
fn a_channel_holds_senders_back() {
    assert_eq!(
        text("pressure", &[2.0]),
        "s0 s1 s2 r0 s3 r1 s4 r2 s5 r3 r4 r5"
    );
    assert_eq!(
        text("pressure", &[0.0]),
        "s0 r0 s1 r1 s2 r2 s3 r3 s4 r4 s5 r5"
    );
}

#[test]
fn a_channel_that_closes_tells_all_who_wait() {
    assert_eq!(
        text("closing", &[]),
        "sent, sent, full, 1, to the waiter, the Channel was closed, send to a closed Channel, kept, nothing, nothing, closed, nothing"
    );
}

#[test]
fn spec_t9_5_a_crowd_keeps_its_order() {
    assert_eq!(run("crowd", &[100.0]), Ok(Value::Number(100.0)));
}

fn start(runtime: &mut Runtime, id: ContextId, name: &str, args: Vec<Value>) -> TaskId {
    let mut vm = runtime.vm(id).expect("is live");
    vm.run_entry(name, args).expect("starts")
}

fn returned(runtime: &Runtime, task: TaskId) -> String {
    match runtime.task(task) {
        Ok(TaskStatus::Returned(Value::String(text))) => text,
        other => panic!("{other:?}"),
    }
}

/// Ticks with a dump and load after each.
fn ticks(runtime: &mut Runtime, count: u32) {
    for _ in 0..count {
        runtime.tick(TickBudget::fuel(100_000));
        let bytes = runtime.dump();
        runtime.load(&bytes).expect("loads");
    }
}

#[test]
fn who_is_cancelled_leaves_the_queue_and_holders_release() {
    let mut runtime = script::runtime(1, PROGRAM);
    let id = script::context(&mut runtime, PROGRAM, script::outer());
    let hold = |runtime: &mut Runtime, name: &str| {
        let args = vec![Value::String(name.into()), Value::Number(100.0)];
        start(runtime, id, "hold", args)
    };
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| hold(&mut runtime, name));
    ticks(&mut runtime, 1);
    // One that waits, and the one that holds.
    assert_eq!(runtime.cancel(b), Ok(true));
    assert_eq!(runtime.cancel(a), Ok(true));
    ticks(&mut runtime, 30);
    assert!(matches!(runtime.task(b), Ok(TaskStatus::Failed(..))));
    assert_eq!(
        (returned(&runtime, c), returned(&runtime, d)),
        ("c".into(), "d".into())
    );
    let mut vm = runtime.vm(id).expect("is live");
    assert_eq!(
        vm.call("state", vec![]),
        Ok(Value::String("acd free".into()))
    );
}

#[test]
fn what_is_sent_passes_over_a_receiver_that_was_cancelled() {
    let mut runtime = script::runtime(1, PROGRAM);
    let id = script::context(&mut runtime, PROGRAM, script::outer());
    let text = |text: &str| vec![Value::String(text.into())];
    let [a, b] = ["a", "b"].map(|name| start(&mut runtime, id, "take", text(name)));
    ticks(&mut runtime, 1);
    assert_eq!(runtime.cancel(a), Ok(true));
    ticks(&mut runtime, 1);
    start(&mut runtime, id, "give", text("1"));
    ticks(&mut runtime, 2);
    assert_eq!(returned(&runtime, b), "b1");
    // A sender that was cancelled takes its value along.
    let gone = start(&mut runtime, id, "give", text("2"));
    start(&mut runtime, id, "give", text("3"));
    ticks(&mut runtime, 1);
    assert_eq!(runtime.cancel(gone), Ok(true));
    ticks(&mut runtime, 1);
    let c = start(&mut runtime, id, "take", text("c"));
    ticks(&mut runtime, 2);
    assert_eq!(returned(&runtime, c), "c3");
}

const LOCKED: script::Programs = &[(
    "./main.rbin",
    r#"
import { Channel, Mutex, Semaphore } from "raya:sync";

const mutex = new Mutex();
const semaphore = new Semaphore(1);
const channel = new Channel<string>();
let inside = 0;
let done = "";

/** As users write it who don't know `withLock`. */
export async function lock(name: string): Promise<void> {
  await mutex.lock();
  try {
    inside++;
    await Promise.resolve();
    if (inside > 1) done += "!";
    await Promise.resolve();
    done += name;
  } finally {
    inside--;
    mutex.unlock();
  }
}

export async function withLock(name: string): Promise<void> {
  await mutex.withLock(async () => {
    await Promise.resolve();
    done += name;
  });
}

export async function permit(name: string): Promise<void> {
  await semaphore.acquire();
  try {
    await Promise.resolve();
    done += name;
  } finally {
    semaphore.release();
  }
}

/** What was received is put down, or sent back. */
export async function receive(name: string): Promise<void> {
  const value = await channel.receive();
  let isDone = false;
  try {
    await Promise.resolve();
    done += value;
    isDone = true;
  } finally {
    if (!isDone && value !== undefined) back.push(value);
  }
}

const back: string[] = [];

export async function send(name: string): Promise<void> {
  await channel.send(name);
}

export function state(): string {
  return `${done} ${mutex.isLocked || semaphore.available === 0 ? "held" : "free"} ${back.join("")}`;
}
"#,
)];

/// What is said after three tasks, of which the one at `which` is cancelled after so many steps. True: it was still there.
fn cancelled_after(rbin: &[u8], names: [&str; 3], which: usize, ticks: u32) -> (String, bool) {
    let mut runtime = Runtime::with_threads(1);
    let id = runtime.create(VmOptions::default()).expect("is made");
    let mut vm = runtime.vm(id).expect("is live");
    vm.load_rbin_bytes(rbin).expect("is valid");
    vm.call("state", vec![]).expect("its modules run");
    let letter = |at: usize| vec![Value::String(["a", "b", "c"][at].into())];
    let tasks = [0, 1, 2].map(|at| start(&mut runtime, id, names[at], letter(at)));
    for _ in 0..ticks {
        runtime.tick(TickBudget::fuel(1));
    }
    let was_there = runtime.cancel(tasks[which]) == Ok(true);
    runtime.run_until_idle();
    let said = runtime.vm(id).expect("is live").call("state", vec![]);
    (script::text(said), was_there)
}

/// Cancels one of three at every stop there is, with the other two going on.
fn cancelled_anywhere(names: [&str; 3], which: usize, check: impl Fn(&str)) {
    let (rbin, mut ticks) = (script::compiled(LOCKED[0].1), 0);
    loop {
        let (said, was_there) = cancelled_after(&rbin, names, which, ticks);
        check(&said);
        if !was_there {
            break;
        }
        ticks += 1;
    }
    assert!(ticks > 20, "it was cancelled at many stops, {ticks}");
}

#[test]
fn a_lock_that_was_given_to_one_who_is_cancelled_goes_on_to_the_next() {
    for name in ["lock", "withLock", "permit"] {
        for which in 0..3 {
            let others = ["bc", "ac", "ab"][which];
            cancelled_anywhere([name; 3], which, |said| {
                let both = [format!("{others} free "), "abc free ".into()];
                assert!(both.iter().any(|s| *s == *said), "{name}, {which}: {said}");
            });
        }
    }
}

#[test]
fn a_value_that_was_given_to_one_who_is_cancelled_is_not_lost() {
    cancelled_anywhere(["receive", "send", "send"], 0, |said| {
        // Received and put down, received and put back, or never taken.
        let all = ["b free ", " free b", " free "];
        assert!(all.contains(&said), "{said}");
    });
}
