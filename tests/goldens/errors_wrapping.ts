// Causes, rethrowing, error codes in unions, collecting errors.
class AppError extends Error {
  readonly code: number;
  constructor(message: string, code: number, cause?: unknown) {
    super(message, { cause });
    this.name = "AppError";
    this.code = code;
  }
  static wrap(e: unknown, code: number): AppError {
    const text = e instanceof Error ? e.message : String(e);
    return new AppError(`wrapped: ${text}`, code, e);
  }
  chain(): string[] {
    const out: string[] = [];
    let at: unknown = this;
    while (at instanceof Error) {
      out.push(`${at.name}(${at.message})`);
      at = at.cause;
    }
    return out;
  }
}
function low(n: number): number {
  if (n > 2) throw new RangeError("n is " + n);
  if (n === 2) throw "just text";
  return n * 2;
}
function mid(n: number): number {
  try {
    return low(n);
  } catch (e) {
    throw AppError.wrap(e, 10 + n);
  }
}
function high(n: number): number | AppError {
  try {
    return mid(n);
  } catch (e) {
    if (e instanceof AppError && e.code === 12) return e;
    throw new AppError("high failed", 1, e);
  }
}
for (const n of [1, 2, 3]) {
  try {
    const r = high(n);
    console.log(typeof r === "number" ? r : `${r.code} ${r.message} ${r.cause}`);
  } catch (e) {
    if (e instanceof AppError) console.log(e.code, e.chain());
  }
}
type Outcome = { ok: number } | { error: string };
const outcomes = [1, 2, 3].map((n): Outcome => {
  try {
    return { ok: mid(n) };
  } catch (e) {
    return { error: (e as Error).message };
  }
});
console.log(outcomes);
const failures = outcomes.filter((o) => "error" in o);
console.log(failures.length);
