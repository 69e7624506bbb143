// Padding, repeating, trimming, splitting, joining and replacing.
console.log("5".padStart(3, "0"), "abc".padEnd(6, "12345"), "abc".padStart(2), "x".padStart(4), "[" + "y".padEnd(3) + "]");
console.log("ab".repeat(3), "ab".repeat(0) === "", "-".repeat(20));
console.log("[" + "  a b \t\n".trim() + "]", "[" + "  a ".trimStart() + "]", "[" + "  a ".trimEnd() + "]");
console.log("a,b,,c".split(","), "abc".split(""), "abc".split("x"), "".split(","), "".split(""));
console.log("a--b--c".split("--"), "a,b,c".split(",", 2), ",a,".split(","));
console.log(["x", "y", "z"].join("-"), ["x"].join(), [1, 2, 3].join(", "), [].join("x") === "");
console.log("a.b.c".replace(".", "/"), "a.b.c".replaceAll(".", "/"), "aaa".replaceAll("a", "bb"), "abc".replace("x", "y"));
console.log("price: 5".replace("5", "$$5"), "abc".replace("b", "[$&]"), "abc".replaceAll("", "-"));
console.log("John Smith".replace("John", (match: string) => match.toUpperCase()));
console.log("a".concat("b", "c"), "x".concat());

function capitalize(word: string): string {
  return word.length === 0 ? word : word[0].toUpperCase() + word.slice(1).toLowerCase();
}
function titleCase(sentence: string): string {
  return sentence.split(" ").map(capitalize).join(" ");
}
function countWords(sentence: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of sentence.toLowerCase().split(" ")) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
console.log(titleCase("the qUICK brown fOX"));
console.log(countWords("the cat and the dog and the bird"));

function caesar(text: string, shift: number): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) out += String.fromCharCode(((code - 97 + shift + 26) % 26) + 97);
    else out += text[i];
  }
  return out;
}
console.log(caesar("hello, world", 3), caesar(caesar("hello, world", 3), -3));
