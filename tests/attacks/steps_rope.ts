// A text of many parts is compared with a short one for ever, which has to be put together each time.
// fails: step budget exceeded
export function main(): number {
  let text = "";
  for (let i = 0; i < 10_000; i++) text = text + "ab";
  let less = 0;
  while (true) if (text < "b") less++;
  return less;
}
