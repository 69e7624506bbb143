import type { Shape } from "./shapes.js";
export const version = "1.2";
export default function describe(s: Shape): string {
  return `a ${s.name}`;
}
