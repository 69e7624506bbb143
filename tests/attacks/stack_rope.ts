// Texts are joined from the left, from the right and with themselves, deeper than any stack.
// returns: 20000 20000 10000
export function main(): string {
  let [left, right, both] = ["", "", "a"];
  for (let i = 0; i < 10_000; i++) {
    left = left + "ab";
    right = "ab" + right;
    both = i % 2 === 0 ? both + "a" : "a" + both;
  }
  const units = [left, right, both].map((text) => text.charCodeAt(text.length - 1));
  return units.length === 3 ? `${left.length} ${right.length} ${both.length - 1}` : "?";
}
