import { heal } from "host:world";

let patients = 0;

export function tick(hp: number): number {
  patients++;
  return heal(hp);
}
