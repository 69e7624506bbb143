// `raya:vm`: inner VMs. A `Vm` is a handle; the context behind it lives in the runtime's tables.

declare function __vmNew(
  maxHeapBytes: number, maxTasks: number, maxStepBudget: number, stepsPerTick: number, weight: number,
  name: string, capabilities: string[],
): number;
declare function __vmLoad(handle: number, path: string): void;
declare function __vmRun(handle: number, name: string, args: unknown[]): Promise<unknown>;
declare function __vmStats(handle: number): number[];
declare function __vmAlive(handle: number): boolean;
declare function __vmTerminate(handle: number): void;

/** What `runEntry` returns. */
export type Task<T> = Promise<T>;

/** The limits of an inner VM; what is left out has the runtime's default. All are drawn from the parent's. */
export interface VmOptions {
  /** Bytes that its heap may hold. */
  maxHeapBytes?: number;
  /** Tasks that may exist at once. */
  maxTasks?: number;
  /** Steps it may take in its whole life. */
  maxStepBudget?: number;
  /** Steps it may take in one tick. */
  stepsPerTick?: number;
  /** Its share of the steps, beside its siblings' weights. */
  weight?: number;
  /** Its name in reports. */
  name?: string;
  /** Capabilities passed on; only those that this context holds itself. */
  capabilities?: string[];
}

/** What a VM uses; a limit of -1 is none. */
export interface VmStats {
  heapBytesUsed: number;
  maxHeapBytes: number;
  tasks: number;
  maxTasks: number;
  stepsExecuted: number;
  maxStepBudget: number;
}

/** A context inside this one, with a heap and limits of its own. */
export class Vm {
  __handle: number;

  constructor(options: VmOptions = {}) {
    this.__handle = __vmNew(
      options.maxHeapBytes ?? -1,
      options.maxTasks ?? -1,
      options.maxStepBudget ?? -1,
      options.stepsPerTick ?? -1,
      options.weight ?? -1,
      options.name ?? "",
      options.capabilities ?? [],
    );
  }

  /** Loads a program; throws if it isn't valid or asks for a capability that wasn't passed on. */
  loadRbin(path: string): void {
    __vmLoad(this.__handle, path);
  }

  /** Calls an exported function; what it returns is copied over, and checked to be a `T`. */
  async runEntry<T = unknown>(name: string, args: unknown[] = []): Promise<T> {
    const result = await __vmRun(this.__handle, name, args);
    return result as T;
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
    };
  }

  /** Whether it can still be used. */
  get isAlive(): boolean {
    return __vmAlive(this.__handle);
  }

  /** Ends it and frees all it holds. */
  terminate(): void {
    __vmTerminate(this.__handle);
  }
}
