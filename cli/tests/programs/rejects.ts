async function later(): Promise<void> {
  await Promise.resolve();
  throw new RangeError("nobody looks");
}

export function main(): void {
  later();
  console.log("before");
  setTimeout(() => console.log("never"), 1000);
}
