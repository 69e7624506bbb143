// try, catch and finally in every order.
const log: string[] = [];
function attempt(mode: string): string {
  try {
    log.push("try");
    if (mode === "throw") throw new Error("boom");
    if (mode === "return") return "from try";
    log.push("after");
  } catch (e) {
    log.push("catch " + (e as Error).message);
    return "from catch";
  } finally {
    log.push("finally");
  }
  return "from end";
}
for (const mode of ["ok", "throw", "return"]) {
  console.log(mode, attempt(mode), log.join(", "));
  log.length = 0;
}
function overrides(): string {
  try {
    return "try";
  } finally {
    return "finally";
  }
}
function swallows(): number {
  for (let i = 0; i < 5; i++) {
    try {
      if (i === 1) continue;
      if (i === 3) break;
      log.push("body " + i);
    } finally {
      log.push("end " + i);
    }
  }
  return log.length;
}
console.log(overrides(), swallows(), log.join(", "));
log.length = 0;
function nestedThrow(): void {
  try {
    try {
      throw new Error("inner");
    } finally {
      log.push("cleanup 1");
    }
  } catch (e) {
    log.push("caught " + (e as Error).message);
    throw new Error("outer");
  } finally {
    log.push("cleanup 2");
  }
}
try {
  nestedThrow();
} catch (e) {
  log.push((e as Error).message);
}
console.log(log.join(", "));
function valueBeforeFinally(): number {
  let n = 1;
  try {
    return n;
  } finally {
    n = 99;
  }
}
function countdown(n: number): string {
  try {
    return n === 0 ? "zero" : countdown(n - 1);
  } finally {
    log.push("f" + n);
  }
}
log.length = 0;
console.log(valueBeforeFinally(), countdown(3), log.join());
function rethrow(): string {
  try {
    try {
      throw "a";
    } catch (e) {
      throw (e as string) + "b";
    } finally {
      log.push("between");
    }
  } catch (e) {
    return (e as string) + "c";
  }
}
console.log(rethrow());
