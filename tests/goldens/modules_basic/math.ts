console.log("math is initialised");
export const PI = 3.14159;
export let counter = 0;
export function increment(): void {
  counter++;
}
export function add(a: number, b: number): number {
  return a + b;
}
