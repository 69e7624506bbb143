// The same as a result.
// fails: takes more than
export function main(): unknown {
  let laughs: unknown[] = ["ha"];
  for (let i = 0; i < 30; i++) laughs = [laughs, laughs];
  return laughs;
}
