// Immediately called functions, defaults that use earlier parameters, rest and optional parameters.
const settings = (() => {
  const secret = 42;
  return { reveal: () => secret, scale: (k: number) => secret * k };
})();
console.log(settings.reveal(), settings.scale(2));

function greet(name: string, greeting = "Hello", mark: string = name.length > 3 ? "!" : "."): string {
  return `${greeting}, ${name}${mark}`;
}
console.log(greet("Ann"), greet("Robert"), greet("Cy", "Bye"), greet("Dee", undefined, "?"));

let evaluations = 0;
function costly(): number {
  return ++evaluations;
}
function withDefault(n: number = costly()): number {
  return n;
}
console.log(withDefault(), withDefault(7), withDefault(undefined), evaluations);

function join(separator: string, ...parts: string[]): string {
  return parts.length + ":" + parts.join(separator);
}
console.log(join("-"), join("-", "a"), join("-", "a", "b", "c"), join("+", ...["x", "y"]), join("+", "w", ...["x", "y"], "z"));

function optional(a: number, b?: number): string {
  return b === undefined ? `only ${a}` : `${a} and ${b}`;
}
console.log(optional(1), optional(1, 2), optional(1, undefined), [1, 2, 3].map((n) => optional(n)).length);

const sum = function (...ns: number[]): number {
  return ns.reduce((a, b) => a + b, 0);
};
console.log(sum(), sum(1, 2, 3), sum(...[4, 5], ...[6]));
const factorial = function self(n: number): number {
  return n <= 1 ? 1 : n * self(n - 1);
};
console.log(factorial(10), factorial(20), factorial(25));
