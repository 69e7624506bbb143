// Generic functions whose values come out of promises: each kind of value goes on to a callback as what it is.

async function told<T>(result: Promise<T>, show: (value: T) => string): Promise<string> {
  try {
    return show(await result);
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}

async function given<T>(value: T): Promise<T> {
  await null;
  return value;
}

async function pair<A, B>(a: Promise<A>, b: Promise<B>, join: (a: A, b: B) => string): Promise<string> {
  return join(await a, await b);
}

async function main(): Promise<void> {
  console.log(await told(given(true), (v) => (v ? "yes" : "no")));
  console.log(await told(given(false), (v) => typeof v + String(!v)));
  console.log(await told(given(2.5), (v) => String(v * 2)));
  console.log(await told(given("s"), (v) => v.toUpperCase()));
  console.log(await told(given([true, false]), (v) => v.map((x) => (x ? 1 : 0)).join()));
  console.log(await told(given<boolean | null>(null), String), await told(given<number | boolean>(true), String));
  console.log(await told(given(new Uint8Array([1, 2])), (v) => v.join()));
  console.log(await pair(given(true), given(1), (a, b) => `${a} ${b}`), await pair(given("x"), given(false), (a, b) => `${a} ${b}`));
}
main();
