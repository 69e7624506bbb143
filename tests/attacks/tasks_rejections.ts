// Rejections that nobody awaits are made for ever.
// fails: step budget exceeded
async function fail(): Promise<void> {
  throw new Error("nobody cares");
}

export function main(): void {
  while (true) void fail();
}
