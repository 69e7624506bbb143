// Promises follow each other deeper than any stack, and in a ring.
// returns: 1 TypeError
export async function main(): Promise<string> {
  let last = Promise.resolve(1);
  for (let i = 0; i < 3_000; i++) {
    const before = last;
    last = new Promise<number>((resolve) => {
      resolve(before);
    });
  }
  let follow: (promise: Promise<number>) => void = () => {};
  const ring: Promise<number> = new Promise<number>((resolve) => {
    follow = (promise) => {
      resolve(promise);
    };
  });
  follow(ring);
  try {
    await ring;
    return "settled";
  } catch (e) {
    return `${await last} ${e instanceof Error ? e.name : "?"}`;
  }
}
