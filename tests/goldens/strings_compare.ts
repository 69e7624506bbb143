// Ordering strings: by unit, by locale, and as switch subjects and map keys.
const words = ["banana", "Apple", "cherry", "apple", "Banana", "10", "9", "ä", "z", ""];
console.log([...words].sort());
console.log([...words].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
console.log(["b", "a", "C", "A", "c", "B"].sort((a, b) => a.localeCompare(b)));
console.log("a".localeCompare("b"), "b".localeCompare("a"), "a".localeCompare("a"), "a".localeCompare("A"), "A".localeCompare("b"));

function describe(word: string): string {
  switch (word) {
    case "apple":
    case "Apple":
      return "fruit";
    case "":
      return "nothing";
    default:
      return word.length > 5 ? "long" : "short";
  }
}
for (const word of words) console.log(JSON.stringify(word), describe(word));

const prefix = "ban";
const key = prefix + "ana";
console.log(key === "banana", words.indexOf(key), words.includes(prefix + "ana"), describe("ap" + "ple"));
function longest(list: string[]): string {
  return list.reduce((best, word) => (word.length > best.length ? word : best), "");
}
console.log(longest(words), longest([]) === "");
