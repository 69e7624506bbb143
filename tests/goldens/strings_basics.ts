// Indexing, slicing and searching.
const text = "Hello, World";
console.log(text.length, text[0], text[text.length - 1], text.charAt(4), text.charAt(99) === "");
console.log(text.at(-1), text.at(0), text.at(50), text.charCodeAt(1), text.charCodeAt(99));
console.log(text.slice(7), text.slice(-5), text.slice(-5, -1), text.slice(3, 1) === "", text.slice(2, 100));
console.log(text.substring(7, 3), text.substring(-3, 2), text.substring(8));
console.log(text.indexOf("o"), text.indexOf("o", 5), text.indexOf("z"), text.lastIndexOf("o"), text.lastIndexOf("o", 7));
console.log(text.indexOf(""), text.indexOf("", 5), text.indexOf("", 99), text.lastIndexOf(""));
console.log(text.includes("World"), text.includes("world"), text.startsWith("Hell"), text.startsWith("World", 7));
console.log(text.endsWith("World"), text.endsWith("Hello", 5), text.includes(""));
console.log(text.toUpperCase(), text.toLowerCase(), "straße".toUpperCase(), "ÀÉ".toLowerCase());
console.log("abc" < "abd", "abc" < "ab", "Z" < "a", "10" < "9", "a" === "a", "a" + 1 + 2, 1 + 2 + "a");

let built = "";
for (let i = 0; i < 5; i++) built += String.fromCharCode(97 + i) + i;
console.log(built, built.length);
for (const letter of "añb") console.log(letter);

function isPalindrome(s: string): boolean {
  for (let i = 0, j = s.length - 1; i < j; i++, j--) {
    if (s[i] !== s[j]) return false;
  }
  return true;
}
console.log(isPalindrome("racecar"), isPalindrome("ab"), isPalindrome(""));
console.log("%", "100%", "a%sb", "x" + undefined + null + true);
