// Errors that built-ins raise, and going on after them.
function attempt(label: string, f: () => unknown): void {
  try {
    console.log(label, "gave", f());
  } catch (e) {
    if (e instanceof Error) console.log(label, "threw", e.name + ":", e.message);
    else console.log(label, "threw", e);
  }
}
attempt("toFixed", () => (1).toFixed(101));
attempt("radix", () => (10).toString(1));
attempt("repeat", () => "x".repeat(-1));
attempt("length", () => {
  const xs = [1];
  xs.length = 2 ** 32;
  return xs;
});
attempt("new Array", () => new Array<number>(-1));
attempt("code point", () => String.fromCodePoint(1114112));
attempt("reduce", () => ([] as number[]).reduce((a, b) => a + b));
attempt("precision", () => (1.5).toPrecision(0));
attempt("fine", () => (255).toString(16).repeat(2));
attempt("custom", () => {
  throw new Error("custom");
});
attempt("null", () => {
  throw null;
});

function parse(text: string): number {
  const n = parseInt(text);
  if (isNaN(n)) throw new TypeError(`cannot parse ${JSON.stringify(text)}`);
  return n;
}
function sum(texts: string[]): [number, string[]] {
  let total = 0;
  const problems: string[] = [];
  for (const text of texts) {
    try {
      total += parse(text);
    } catch (e) {
      problems.push((e as TypeError).message);
    }
  }
  return [total, problems];
}
console.log(sum(["1", "two", "3", ""]));
