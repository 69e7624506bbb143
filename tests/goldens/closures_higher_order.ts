// Functions that take and return functions.
const compose = <A, B, C>(f: (b: B) => C, g: (a: A) => B) => (a: A): C => f(g(a));
const curry = (f: (a: number, b: number) => number) => (a: number) => (b: number) => f(a, b);
const addOne = (n: number): number => n + 1;
const show = (n: number): string => `<${n}>`;
console.log(compose(show, addOne)(41), curry(Math.max)(3)(7), curry((a, b) => a ** b)(2)(10));

function memoize(f: (n: number) => number): (n: number) => number {
  const cache = new Map<number, number>();
  return (n) => {
    const known = cache.get(n);
    if (known !== undefined) return known;
    const value = f(n);
    cache.set(n, value);
    return value;
  };
}
let calls = 0;
const fib: (n: number) => number = memoize((n) => {
  calls++;
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
});
console.log(fib(50), calls, fib(50), calls);

function once<T>(f: () => T): () => T {
  let result: T | null = null;
  let done = false;
  return () => {
    if (!done) {
      done = true;
      result = f();
    }
    return result as T;
  };
}
let ran = 0;
const init = once(() => {
  ran++;
  return "ready";
});
console.log(init(), init(), ran);

type Middleware = (input: string, next: (input: string) => string) => string;
function chain(layers: Middleware[], last: (input: string) => string): (input: string) => string {
  return layers.reduceRight<(input: string) => string>((next, layer) => (input) => layer(input, next), last);
}
const app = chain(
  [
    (input, next) => `(${next(input.trim())})`,
    (input, next) => (input === "" ? "empty" : next(input.toUpperCase())),
  ],
  (input) => input + "!",
);
console.log(app("  hi "), app("   "));
const apply = (times: number, f: (x: number) => number, x: number): number => (times === 0 ? x : apply(times - 1, f, f(x)));
console.log(apply(10, (x) => x * 2, 1));
