// Text to numbers: parseInt, parseFloat and Number.
const texts = ["42", "  42  ", "42px", "3.14", "-7", "+7", "0x1F", "1e3", "", "  ", "abc", ".5", "5.", "Infinity", "-Infinity", "1_000", "0b11", "12e", "--1"];
for (const text of texts) {
  console.log(`"${text}"`, parseInt(text), parseFloat(text), Number(text));
}
console.log(parseInt("101", 2), parseInt("ff", 16), parseInt("0xff", 16), parseInt("z", 36), parseInt("9", 8), parseInt("12", 1));
console.log(Number(true), Number(false), Number(null), Number(undefined));
console.log(Number.isInteger(5), Number.isInteger(5.5), Number.isInteger(NaN), Number.isInteger(Infinity));
console.log(Number.isSafeInteger(2 ** 53 - 1), Number.isSafeInteger(2 ** 53), Number.isFinite(1 / 0), Number.isNaN(0 / 0));
console.log(isNaN(NaN), isNaN(1), isFinite(1), isFinite(-Infinity));
console.log(Number.EPSILON > 0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE);
console.log(Boolean(0), Boolean(NaN), Boolean(""), Boolean("0"), Boolean(null), Boolean(-1));
console.log((1234567.891).toLocaleString(), (0).toLocaleString(), (-1234.5).toLocaleString(), (999).toLocaleString());
