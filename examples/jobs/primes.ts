// Much computing, no asking.
export function main(text: string): string {
  const limit = 5_000 * text.length;
  const composite = new Array<boolean>(limit);
  let count = 0;
  for (let i = 2; i < limit; i++) {
    if (composite[i]) continue;
    count++;
    for (let j = i * 2; j < limit; j += i) composite[j] = true;
  }
  return `${count} primes below ${limit}`;
}
