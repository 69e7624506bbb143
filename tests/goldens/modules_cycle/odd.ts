import { isEven } from "./even.js";
export function isOdd(n: number): boolean {
  return n === 0 ? false : isEven(n - 1);
}
console.log("odd ready");
