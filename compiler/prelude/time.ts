// `raya:time`: virtual time, which passes only as the runtime lets it.

/** Milliseconds of virtual time since this context began. */
export declare function now(): number;

/** A promise that is fulfilled after so many milliseconds of virtual time. */
export function sleep(milliseconds: number): Promise<void> {
  return __sleep(milliseconds > 0 ? milliseconds : 0);
}
