// A result contains itself.
// fails: contains itself
interface Ring {
  next: Ring | undefined;
}

export function main(): Ring {
  const ring: Ring = { next: undefined };
  ring.next = ring;
  return ring;
}
