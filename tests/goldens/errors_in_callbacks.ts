// Errors through callbacks, constructors, getters, sort and map; state afterwards.
class Resource {
  static open = 0;
  constructor(readonly name: string, fail = false) {
    Resource.open++;
    if (fail) {
      Resource.open--;
      throw new Error(`cannot open ${name}`);
    }
  }
  close(): void {
    Resource.open--;
  }
}
function use<T>(name: string, body: (r: Resource) => T): T {
  const resource = new Resource(name, name === "bad");
  try {
    return body(resource);
  } finally {
    resource.close();
  }
}
const results: string[] = [];
for (const name of ["good", "bad", "throws"]) {
  try {
    results.push(use(name, (r) => {
      if (r.name === "throws") throw new Error("body failed");
      return "used " + r.name;
    }));
  } catch (e) {
    results.push((e as Error).message);
  }
}
console.log(results, Resource.open);

const numbers = [3, 1, 2];
try {
  numbers.sort((a, b) => {
    if (a === 2 || b === 2) throw new Error("no twos");
    return a - b;
  });
} catch (e) {
  console.log((e as Error).message, numbers.length);
}
const visited: number[] = [];
try {
  numbers.forEach((n) => {
    if (visited.length === 2) throw new Error("stop");
    visited.push(n);
  });
} catch (e) {
  console.log((e as Error).message, visited.length);
}
class Lazy {
  private reads = 0;
  get value(): number {
    if (++this.reads < 3) throw new Error("not ready " + this.reads);
    return this.reads;
  }
}
const lazy = new Lazy();
for (let i = 0; i < 4; i++) {
  try {
    console.log("value", lazy.value);
  } catch (e) {
    console.log((e as Error).message);
  }
}
function retry<T>(times: number, f: (attempt: number) => T): T | null {
  for (let i = 1; i <= times; i++) {
    try {
      return f(i);
    } catch {
      continue;
    }
  }
  return null;
}
const flaky = (need: number) => (attempt: number): string => {
  if (attempt < need) throw new Error("flaky");
  return `worked at ${attempt}`;
};
console.log(retry(3, flaky(2)), retry(3, flaky(5)));
