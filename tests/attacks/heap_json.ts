// Few objects that share their parts are a text without end; so is a text that is escaped.
// fails: heap limit exceeded
export function main(): string {
  let shared: unknown = "\u0001".repeat(1_000);
  for (let i = 0; i < 60; i++) {
    const twice: unknown[] = [shared, shared];
    shared = twice;
  }
  return JSON.stringify(shared);
}
