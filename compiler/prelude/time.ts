// `raya:time`: virtual time, which passes only as the runtime lets it.

declare function __tick(): number;

/** Milliseconds of virtual time since this context began. */
export declare function now(): number;

/** The number of the runtime's tick. */
export function tick(): number {
  return __tick();
}

/** A promise that is fulfilled after so many milliseconds of virtual time. */
export function sleep(milliseconds: number): Promise<void> {
  return __sleep(milliseconds > 0 ? milliseconds : 0);
}
