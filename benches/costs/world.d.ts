// What the cases are granted.
declare module "host:world" {
  export function begin(): void;
  export function note(text: string): void;
  export function look(value: unknown): void;
  export function take(value: unknown): void;
  export function later(x: number): Promise<number>;
  export function give(n: number): string;
  export function program(): Uint8Array;
}
