// Deep data is compared, printed and dropped.
// returns: deep
interface Deep {
  inner: Deep | undefined;
}

export function main(): string {
  let deep: Deep = { inner: undefined };
  for (let i = 0; i < 8_000; i++) deep = { inner: deep };
  let depth = 0;
  for (let at: Deep | undefined = deep; at !== undefined; at = at.inner) depth++;
  return `deep ${depth}`;
}
