// Two methods call each other through an interface.
// fails: stack limit exceeded
interface Turn {
  next(other: Turn): number;
}

class Ping implements Turn {
  next(other: Turn): number {
    return other.next(this) + 1;
  }
}

export function main(): number {
  return new Ping().next(new Ping());
}
