// `raya:vm`: inner VMs. A `Vm` is a handle; the context behind it lives in the runtime's tables.

declare function __vmNew(
  maxHeapBytes: number, maxTasks: number, maxStepBudget: number, stepsPerTick: number, weight: number,
  name: string, capabilities: unknown[],
): number;
declare function __vmLoad(handle: number, path: string): void;
declare function __vmRun(handle: number, name: string, args: unknown[]): Promise<unknown>;
declare function __vmStats(handle: number): number[];
declare function __vmAlive(handle: number): boolean;
declare function __vmTerminate(handle: number): void;
declare function __vmRevoke(handle: number, capability: string): void;
declare function __vmGrants(handle: number): unknown[][];

/** What `runEntry` returns. */
export type Task<T> = Promise<T>;

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
}

function __listed(capabilities: (string | Named | Attenuated)[]): unknown[] {
  const list: unknown[] = [];
  for (const capability of capabilities) list.push(capability);
  return list;
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
      __listed(options.capabilities ?? []),
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
