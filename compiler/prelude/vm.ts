// `raya:vm`: inner VMs. A `Vm` is a handle; the context behind it lives in the runtime's tables.

declare function __vmNew(options: unknown, capabilities: unknown[]): number;
declare function __vmLoad(handle: number, program: string | Uint8Array): void;
declare function __vmRun(handle: number, name: string, args: unknown[], type: unknown): Promise<unknown>;
declare function __vmStats(handle: number): number[];
declare function __vmState(handle: number): string;
declare function __vmChildren(): number[];
declare function __vmExports(handle: number): string[];
declare function __vmSetLimits(handle: number, limits: unknown): void;
declare function __vmRefillSteps(handle: number, steps: number): void;
declare function __vmSetWeight(handle: number, weight: number): void;
declare function __vmSetPriority(handle: number, priority: string): void;
declare function __vmPause(handle: number): void;
declare function __vmResume(handle: number): void;
declare function __vmRunSteps(handle: number, steps: number): void;
declare function __vmNextEvent(handle: number): Promise<unknown>;
declare function __vmTerminate(handle: number): void;
declare function __promiseCancel(task: Promise<unknown>): boolean;
declare function __vmRevoke(handle: number, capability: string): void;
declare function __vmGrants(handle: number): unknown[][];
declare function __vmSettings(handle: number): unknown[];

/** What `runEntry` returns: a promise of the result, and a way to call the work off. */
export class Task<T> extends Promise<T> {
  /**
   * Cancels it: the entry's `await` throws, so that its `finally` blocks run, and this promise is rejected with an error named
   * `CancelledError`. What runs is cancelled at its next `await` that has to wait, or after 100,000 steps where it is. False: it
   * had ended before.
   */
  cancel(): boolean {
    return __promiseCancel(this);
  }
}

/** An object of a class that serves as a capability: `name` is the module, its public methods are the functions. */
export interface Named {
  readonly name: string;
}

/** A part of a capability. A call counts against this and against what the one who passes it on has itself. */
export interface Attenuated {
  capability: string | Named;
  /** Calls in one tick. */
  callsPerTick?: number;
  /** Calls in all. */
  calls?: number;
  /** Bytes of the arguments of one call. */
  argumentBytes?: number;
}

/** What a context did with a capability. */
export interface GrantUse {
  capability: string;
  calls: number;
  refusals: number;
  revoked: boolean;
}

/** What an inner VM is doing. */
export type VmState = "new" | "running" | "paused" | "failed" | "terminated";

/** What a limit does: the task fails that met it, the VM is paused (with more and resumed, it goes on as it was), or it ends. */
export type OnLimit = "fail" | "suspend" | "terminate";

/** What an inner VM may use, its own inner VMs included. All is drawn from its parent's. */
export interface VmLimits {
  /** Bytes that its heap and stacks may take. */
  maxHeapBytes?: number;
  /** Tasks that may exist at once. */
  maxTasks?: number;
  /** Steps it may take in its whole life; `Infinity` for no limit. */
  maxStepBudget?: number;
  /** Steps it may take in one tick; `Infinity` for its share. */
  maxStepsPerTick?: number;
  /** Frames of one stack. */
  maxStackFrames?: number;
  /** Handles to what lies elsewhere that it may hold, and objects of its own that others may hold handles to. */
  maxHandles?: number;
  /** Bytes of heap and stacks from which on there is a `pressure` event; `Infinity` for none. */
  softHeapBytes?: number;
  /** Steps from which on there is a `pressure` event; `Infinity` for none. */
  softSteps?: number;
  /** What a limit does. */
  onLimit?: OnLimit;
}

/** Whose turn comes first. */
export type Priority = "background" | "normal" | "high";

/** The options of an inner VM; what is left out has the runtime's default. */
export interface VmOptions extends VmLimits {
  /** Its share of the steps, beside its siblings' weights; also of its own tasks beside its inner VMs. */
  weight?: number;
  /** Whether it comes before its siblings where steps are short; those behind get a sixteenth at least, all together. */
  priority?: Priority;
  /** Its name in reports. */
  name?: string;
  /** Where its `Math.random` starts. */
  seed?: number;
  /** Capabilities that this context holds itself, by name, and objects of its own that serve as such. */
  capabilities?: (string | Named | Attenuated)[];
}

/** What a VM uses; a limit of -1 is none. */
export interface VmStats {
  heapBytesUsed: number;
  maxHeapBytes: number;
  tasks: number;
  maxTasks: number;
  stepsExecuted: number;
  maxStepBudget: number;
  heapBytesPeak: number;
  stepsLastTick: number;
  collections: number;
  /** Entries and calls from outside. */
  callsIn: number;
  /** Calls of functions outside of it. */
  callsOut: number;
  /** Calls that its grants let through, and those that they refused. */
  grantCalls: number;
  grantRefusals: number;
  /** Handles that it holds. */
  handles: number;
  maxHandles: number;
  /** What its program takes of `maxHeapBytes`: 0 but for one that was loaded from bytes. */
  programBytes: number;
  /** The VM and all inside it that are alive; reading it costs steps for each. */
  subtree: SubtreeStats;
}

/** What a VM and all inside it use together. */
export interface SubtreeStats {
  contexts: number;
  heapBytesUsed: number;
  tasks: number;
  stepsExecuted: number;
  stepsLastTick: number;
}

/** What happens to a VM. */
export type VmEventKind =
  "finished" | "failed" | "unhandledRejection" | "pressure" | "limit" | "paused" | "ended";

/** What pressure and limits are about. */
export type VmResource = "" | "heap" | "tasks" | "steps" | "stack";

/** Something that happened to a VM, perhaps several times since the last event of its kind was taken. */
export interface VmEvent {
  kind: VmEventKind;
  /** Of `pressure` and `limit`: which. */
  resource: VmResource;
  count: number;
  /** Of `pressure` and `limit`: what was in use, and the hard limit. */
  used: number;
  max: number;
  /** Of `failed` and `unhandledRejection`: the latest error, with its stack, as long as the VM keeps it. */
  message: string;
}

/** An exported function. */
export interface VmExport {
  name: string;
  signature: string;
}

class __Handle {
  constructor(readonly handle: number) {}
}

/** Names and objects as they are, parts as `[capability, calls, callsPerTick, argumentBytes]`. */
function __listed(capabilities: (string | Named | Attenuated)[]): unknown[] {
  const list: unknown[] = [];
  for (const given of capabilities) {
    if (typeof given !== "string" && "capability" in given) {
      const part: unknown[] = [given.capability, given.calls ?? -1, given.callsPerTick ?? -1, given.argumentBytes ?? -1];
      list.push(part);
    } else {
      list.push(given);
    }
  }
  return list;
}

/** A context inside this one, with a heap and limits of its own. */
export class Vm {
  __handle: number;

  constructor(options: VmOptions | __Handle = {}) {
    if (options instanceof __Handle) {
      this.__handle = options.handle;
    } else {
      this.__handle = __vmNew(options, __listed(options.capabilities ?? []));
    }
  }

  /** The inner VMs of this context. */
  static children(): Vm[] {
    return __vmChildren().map((handle: number): Vm => new Vm(new __Handle(handle)));
  }

  /**
   * Loads a program, by the path that the host knows it by or as the bytes of a `.rbin`; throws if it isn't valid or asks for a capability
   * that wasn't passed on. One from bytes counts against this VM's `maxHeapBytes` (`programBytes`).
   */
  loadRbin(program: string | Uint8Array): void {
    __vmLoad(this.__handle, program);
  }

  /** Calls an exported function; what it returns is copied over, and checked to be a `T`. */
  runEntry<T = unknown>(name: string, args: unknown[] = [], __type?: __Type<T>): Task<T> {
    return this.__run<T>(name, args, __type) as Task<T>;
  }

  async __run<T>(name: string, args: unknown[], type: unknown): Promise<T> {
    const result = await __vmRun(this.__handle, name, args, type);
    return result as T;
  }

  /** The functions that its program exports. */
  exports(): VmExport[] {
    const texts = __vmExports(this.__handle);
    const exported: VmExport[] = [];
    for (let i = 0; i < texts.length; i += 2) exported.push({ name: texts[i], signature: texts[i + 1] });
    return exported;
  }

  /** What it uses now. */
  getStats(): VmStats {
    const figures = __vmStats(this.__handle);
    return {
      heapBytesUsed: figures[0],
      maxHeapBytes: figures[1],
      tasks: figures[2],
      maxTasks: figures[3],
      stepsExecuted: figures[4],
      maxStepBudget: figures[5],
      heapBytesPeak: figures[6],
      stepsLastTick: figures[7],
      collections: figures[8],
      callsIn: figures[9],
      callsOut: figures[10],
      grantCalls: figures[11],
      grantRefusals: figures[12],
      handles: figures[18],
      maxHandles: figures[19],
      programBytes: figures[20],
      subtree: {
        contexts: figures[13],
        heapBytesUsed: figures[14],
        tasks: figures[15],
        stepsExecuted: figures[16],
        stepsLastTick: figures[17],
      },
    };
  }

  /** Its limits: all of them, with `Infinity` where there is none. */
  getLimits(): VmLimits {
    const [heap, tasks, budget, perTick, frames, handles, softHeap, softSteps, onLimit] = __vmSettings(this.__handle);
    return {
      maxHeapBytes: heap as number,
      maxTasks: tasks as number,
      maxStepBudget: budget as number,
      maxStepsPerTick: perTick as number,
      maxStackFrames: frames as number,
      maxHandles: handles as number,
      softHeapBytes: softHeap as number,
      softSteps: softSteps as number,
      onLimit: onLimit as OnLimit,
    };
  }

  /** Its share of the steps. */
  get weight(): number {
    return __vmSettings(this.__handle)[9] as number;
  }

  /** Whether it comes before its siblings. */
  get priority(): Priority {
    return __vmSettings(this.__handle)[10] as Priority;
  }

  /** Its name. */
  get name(): string {
    return __vmSettings(this.__handle)[11] as string;
  }

  /** What it is doing. */
  get state(): VmState {
    return __vmState(this.__handle) as VmState;
  }

  /** Whether it can still be used. */
  get isAlive(): boolean {
    return this.state !== "terminated";
  }

  /** Changes the limits that are given; throws, and changes nothing, where this context has not so much left or more is in use. */
  setLimits(limits: VmLimits): void {
    __vmSetLimits(this.__handle, limits);
  }

  /** Adds to its step budget and to its soft mark. */
  refillSteps(steps: number): void {
    __vmRefillSteps(this.__handle, steps);
  }

  /** Sets its share of the steps. */
  setWeight(weight: number): void {
    __vmSetWeight(this.__handle, weight);
  }

  /** Changes whose turn comes first. */
  setPriority(priority: Priority): void {
    __vmSetPriority(this.__handle, priority);
  }

  /** Holds it and what is inside it where they are. */
  pause(): void {
    __vmPause(this.__handle);
  }

  /** Lets it go on. */
  resume(): void {
    __vmResume(this.__handle);
  }

  /** Lets it go on for so many steps (up to the end of a basic block); then it is paused, and there is a `paused` event. */
  runSteps(steps: number): void {
    __vmRunSteps(this.__handle, steps);
  }

  /** The next event about it. Events of one kind that nobody took are one, with a count. */
  async nextEvent(): Promise<VmEvent> {
    const [kind, resource, count, used, max, message] = (await __vmNextEvent(this.__handle)) as unknown[];
    return {
      kind: kind as VmEventKind,
      resource: resource as VmResource,
      count: count as number,
      used: used as number,
      max: max as number,
      message: message as string,
    };
  }

  /** Takes a capability from it, and from those that it passed it on to, from the next call on. */
  revoke(capability: string): void {
    __vmRevoke(this.__handle, capability);
  }

  /** What it did with its capabilities, in the order they were given. */
  grantsUsed(): GrantUse[] {
    const used: GrantUse[] = [];
    for (const [capability, calls, refusals, revoked] of __vmGrants(this.__handle)) {
      used.push({
        capability: capability as string,
        calls: calls as number,
        refusals: refusals as number,
        revoked: revoked as boolean,
      });
    }
    return used;
  }

  /** Ends it and frees all it holds. */
  terminate(): void {
    __vmTerminate(this.__handle);
  }
}
