// Microtasks beget microtasks.
// fails: step budget exceeded
export async function main(): Promise<void> {
  while (true) await Promise.resolve(0);
}
