// What an inner VM runs: called by its parent, and calling an object of its parent.
import { twice } from "host:parent";

export function add(a: number, b: number): number {
  return a + b;
}

export function callParent(times: number): number {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += twice(i);
  return sum;
}
