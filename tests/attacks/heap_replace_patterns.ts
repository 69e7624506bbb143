// A short replacement names what stands before it again and again.
// fails: heap limit exceeded
export function main(): number {
  const text = "a".repeat(100_000) + "b";
  return text.replace("b", "$`".repeat(100_000)).length;
}
