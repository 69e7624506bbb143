// UTF-16 units, surrogate pairs and code points.
const smile = "a😀b";
console.log(smile.length, [...smile].length, smile.charCodeAt(1), smile.codePointAt(1), smile.codePointAt(2));
for (const c of smile) console.log(c, c.length);
console.log(smile.slice(0, 3), smile.indexOf("b"), smile.split("").length);
console.log(String.fromCodePoint(128512, 65), String.fromCharCode(0xd83d, 0xde00), String.fromCharCode(65, 66, 67));
console.log([..."日本語"].reverse().join(""), "日本語".length, "日本語".charCodeAt(0).toString(16));
console.log(Array.from("héllo"), Array.from("😀😁").map((c) => c.codePointAt(0)));
console.log("é" === "\u00e9", "\u{1F600}" === "😀", "\x41\t|", "a\\b", 'single "double"', "it's");
console.log(["it's", 'say "hi"', `both ' and "`, "new\nline", "tab\t", "back\\slash", "\u0001"]);
const joined = smile[1] + smile[2];
console.log(joined === "😀", joined.length, "😀" < "z", "😀" < "\uffff");
console.log("ß".toUpperCase(), "İ".toLowerCase().length, "ﬁ".toUpperCase());

let reversed = "";
for (const c of "añ😀z") reversed = c + reversed;
console.log(reversed, reversed.length);
