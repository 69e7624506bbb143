// Data nests deeper than what writes it goes.
// returns: Maximum call stack size exceeded, Maximum call stack size exceeded, circular
class Ring {
  next: Ring = this;
}

function message(act: () => string): string {
  try {
    return act();
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}

export function main(): string {
  let deep: unknown = 1;
  for (let i = 0; i < 5_000; i++) {
    const around: unknown[] = [deep];
    deep = around;
  }
  const ring = message(() => JSON.stringify(new Ring()));
  const text = message(() => String(deep));
  return `${message(() => JSON.stringify(deep))}, ${text}, ${ring.includes("circular") ? "circular" : ring}`;
}
