// What is thrown is no error, and contains itself.
// fails: an object
interface Ring {
  next: Ring | undefined;
}

export function main(): void {
  const ring: Ring = { next: undefined };
  ring.next = ring;
  throw ring;
}
