// What the cases have in inner VMs.
import { note } from "host:world";
import { Vm } from "raya:vm";

let hoarded: number[] = [];

export function nothing(): number { return 1; }

export function brood(): void {
  for (let i = 0; i < 900; i++) new Vm({ maxHeapBytes: 10000, maxTasks: 1, capabilities: ["world"] });
}

export function swallow(a: number[]): number { return 1; }

export function hoard(): void {
  hoarded = new Array<number>(3000000).fill(1);
}

export function uses(): void {
  note(`${hoarded.length}`);
}
