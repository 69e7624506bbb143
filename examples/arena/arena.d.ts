// What the arena gives every mod.
declare module "host:arena" {
  /** A number from the arena's stream, in [0, 1). */
  export function random(): number;
  /** Writes a line to the arena's log. */
  export function log(message: string): void;
  /** The arena's clock, in milliseconds. */
  export function now(): number;
}
