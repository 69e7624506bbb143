// What a Raya program may use, for `tsc --strict` and editors: put it beside the program or name it in `types`.
// Beyond this, `lib.es2023` declares more than the subset has; `raya check` refuses the rest by name.

/** A 32-bit integer: checked in Raya (overflow traps), a plain number elsewhere. */
type int = number;

interface Timeout {
  readonly __timeout: never;
}

declare function setTimeout(f: () => void, milliseconds?: number): Timeout;
declare function setInterval(f: () => void, milliseconds?: number): Timeout;
declare function clearTimeout(timer: Timeout | undefined): void;
declare function clearInterval(timer: Timeout | undefined): void;
declare function queueMicrotask(f: () => void): void;

declare namespace console {
  function log(...args: unknown[]): void;
  function info(...args: unknown[]): void;
  function debug(...args: unknown[]): void;
  function warn(...args: unknown[]): void;
  function error(...args: unknown[]): void;
}

declare module "raya:vm" {
  interface Task<T> extends Promise<T> {
    cancel(): boolean;
  }
  type VmState = "new" | "running" | "paused" | "failed" | "terminated";
  type VmEventKind = "finished" | "failed" | "unhandledRejection" | "pressure" | "limit" | "paused" | "ended";
  type VmResource = "" | "heap" | "tasks" | "steps" | "stack";
  type OnLimit = "fail" | "suspend" | "terminate";

  interface VmLimits {
    maxHeapBytes?: number;
    maxTasks?: number;
    maxStepBudget?: number;
    maxStepsPerTick?: number;
    maxStackFrames?: number;
    maxHandles?: number;
    softHeapBytes?: number;
    softSteps?: number;
    onLimit?: OnLimit;
  }

  type Priority = "background" | "normal" | "high";

  interface VmOptions extends VmLimits {
    weight?: number;
    priority?: Priority;
    name?: string;
    seed?: number;
    capabilities?: (string | Named | Attenuated)[];
  }

  interface Named {
    readonly name: string;
  }

  interface Attenuated {
    capability: string | Named;
    callsPerTick?: number;
    calls?: number;
    argumentBytes?: number;
  }

  interface GrantUse {
    capability: string;
    calls: number;
    refusals: number;
    revoked: boolean;
  }

  interface VmStats {
    heapBytesUsed: number;
    maxHeapBytes: number;
    tasks: number;
    maxTasks: number;
    stepsExecuted: number;
    maxStepBudget: number;
    heapBytesPeak: number;
    stepsLastTick: number;
    collections: number;
    callsIn: number;
    callsOut: number;
    grantCalls: number;
    grantRefusals: number;
    handles: number;
    maxHandles: number;
    programBytes: number;
    subtree: SubtreeStats;
  }

  interface SubtreeStats {
    contexts: number;
    heapBytesUsed: number;
    tasks: number;
    stepsExecuted: number;
    stepsLastTick: number;
  }

  interface VmEvent {
    kind: VmEventKind;
    resource: VmResource;
    count: number;
    used: number;
    max: number;
    message: string;
  }

  interface VmExport {
    name: string;
    signature: string;
  }

  class Vm {
    constructor(options?: VmOptions);
    static children(): Vm[];
    loadRbin(program: string | Uint8Array): void;
    runEntry<T = unknown>(name: string, args?: unknown[]): Task<T>;
    exports(): VmExport[];
    getStats(): VmStats;
    getLimits(): VmLimits;
    get weight(): number;
    get priority(): Priority;
    get name(): string;
    get state(): VmState;
    get isAlive(): boolean;
    setLimits(limits: VmLimits): void;
    refillSteps(steps: number): void;
    setWeight(weight: number): void;
    setPriority(priority: Priority): void;
    pause(): void;
    resume(): void;
    runSteps(steps: number): void;
    nextEvent(): Promise<VmEvent>;
    revoke(capability: string): void;
    grantsUsed(): GrantUse[];
    terminate(): void;
  }
}

declare module "raya:remote" {
  /** An object or a function of another context: what crosses between contexts as an instance of a class or a function. */
  class Remote {
    private readonly __remote: never;
    private constructor();
    call(method: string, args?: unknown[]): Promise<unknown>;
    apply(args?: unknown[]): Promise<unknown>;
  }

  interface HandleRights {
    call?: boolean;
    pass?: boolean;
  }

  function lend(object: unknown, rights?: HandleRights): Remote;
  function attenuate<T>(handle: T, rights: HandleRights): T;
  function revoke(given: unknown): void;
}

declare module "raya:time" {
  function now(): number;
  function sleep(milliseconds: number): Promise<void>;
}

declare module "raya:sync" {
  class Mutex {
    get isLocked(): boolean;
    lock(): Promise<void>;
    tryLock(): boolean;
    unlock(): void;
    withLock<T>(fn: () => T | Promise<T>): Promise<T>;
  }

  class Semaphore {
    constructor(permits: number);
    readonly permits: number;
    get available(): number;
    acquire(): Promise<void>;
    tryAcquire(): boolean;
    release(): void;
    withPermit<T>(fn: () => T | Promise<T>): Promise<T>;
  }

  class Channel<T> {
    constructor(capacity?: number);
    readonly capacity: number;
    get length(): number;
    get isClosed(): boolean;
    send(value: T): Promise<void>;
    trySend(value: T): boolean;
    receive(): Promise<T | undefined>;
    tryReceive(): T | undefined;
    close(): void;
  }
}
