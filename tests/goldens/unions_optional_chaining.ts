// ?. and ?? through objects, arrays, calls; logical assignment.
interface Config {
  server?: { host?: string; ports?: number[]; onStart?: (port: number) => string };
  name: string | null;
}
const configs: Config[] = [
  { name: "full", server: { host: "h", ports: [80, 443], onStart: (p) => `started ${p}` } },
  { name: null, server: {} },
  { name: "none" },
];
for (const c of configs) {
  console.log(c.server?.host ?? "no host", c.server?.ports?.[1] ?? -1, c.server?.ports?.length, c.server?.onStart?.(8080), c.name?.length);
  console.log(c.server?.host?.toUpperCase().length, c.server?.ports?.map((p) => p + 1).join() ?? "no ports");
}
let calls = 0;
function next(): number {
  return ++calls;
}
const nothing: { items: number[] } | undefined = configs.length > 100 ? { items: [] } : undefined;
console.log(nothing?.items[next()], calls);
const zero: number | null = configs.length - 3;
const blank: string | undefined = "";
console.log(zero ?? 5, zero || 5, blank ?? "d", blank || "d", zero && 1, nothing ?? (zero ? 1 : 0));

let a: number | null = null;
a ??= 3;
a ??= 4;
let b: string = "";
b ||= "filled";
b &&= b + "!";
const options: { depth?: number; log?: string[] } = {};
options.depth ??= 7;
(options.log ??= []).push("x");
(options.log ??= []).push("y");
console.log(a, b, options);
const count = (list: string[] | null): number => list?.length ?? 0;
console.log(count(["q"]), count(null), count([]));
console.log(typeof undefined, typeof null, configs[5]?.name);
