// What attackers are granted.
declare module "host:world" {
  export class Entity {
    health(): number;
  }
  export function take(value: unknown): void;
  export function later(list: number[]): Promise<string>;
  export function note(text: string): void;
  export function panics(x: number): number;
  export function spawn(): Entity;
  export function despawn(): void;
}
declare module "host:metered" {
  export function note(text: string): void;
}
declare module "host:disk" {
  export function wipe(): void;
}
declare module "host:lies" {
  export function twice(text: string): string;
}
declare module "host:echo" {
  export function again(n: number): Promise<number>;
}
declare module "host:trap" {
  export function spring(): number;
}
