// Text: greedy wrapping, justification, columns, word frequencies, edit distance.
const text = "The quick brown fox jumps over the lazy dog. It was not the first time; the dog had long stopped caring about foxes, quick or otherwise.";
function wrap(s: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of s.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}
function justify(line: string, width: number): string {
  const words = line.split(" ");
  if (words.length === 1) return line.padEnd(width);
  const gaps = words.length - 1;
  const spaces = width - words.reduce((n, w) => n + w.length, 0);
  return words.reduce((out, word, i) => out + " ".repeat(Math.floor(spaces / gaps) + (i <= spaces % gaps ? 1 : 0)) + word);
}
for (const line of wrap(text, 28)) console.log(`|${line.padEnd(28)}|${justify(line, 28)}|`);
const center = (s: string, width: number): string => s.padStart(Math.floor((width + s.length) / 2), "*").padEnd(width, "*");
console.log(center("title", 20), center("even", 10), center("toolong", 3));

const frequency = new Map<string, number>();
for (const raw of text.toLowerCase().split(" ")) {
  let word = "";
  for (const c of raw) if (c >= "a" && c <= "z") word += c;
  frequency.set(word, (frequency.get(word) ?? 0) + 1);
}
const top = [...frequency].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
for (const [word, count] of top) console.log(word.padEnd(8), "#".repeat(count), count);

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
console.log(distance("kitten", "sitting"), distance("", "abc"), distance("flaw", "lawn"), distance("same", "same"));
function runLength(s: string): string {
  let out = "";
  for (let i = 0; i < s.length; ) {
    let j = i;
    while (j < s.length && s[j] === s[i]) j++;
    out += (j - i > 1 ? String(j - i) : "") + s[i];
    i = j;
  }
  return out;
}
console.log(runLength("aaabccddddd"), runLength(""), runLength("abc"));
const roman: [number, string][] = [[1000, "M"], [900, "CM"], [500, "D"], [400, "CD"], [100, "C"], [90, "XC"], [50, "L"], [40, "XL"], [10, "X"], [9, "IX"], [5, "V"], [4, "IV"], [1, "I"]];
const toRoman = (n: number): string => roman.reduce(([out, rest], [value, sign]): [string, number] => [out + sign.repeat(Math.floor(rest / value)), rest % value], ["", n] as [string, number])[0];
console.log([1, 4, 9, 14, 40, 90, 400, 1994, 2026].map(toRoman).join(" "));
