function fail(message: string): void {
  throw new RangeError(message);
}

export function main(): void {
  fail("too far");
}
