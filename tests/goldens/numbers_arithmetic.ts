// IEEE arithmetic where it surprises.
console.log(7 % 3, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, -1 % 1, 0 % 5);
console.log(1 / 0, -1 / 0, 0 / 0, 1 / -0);
console.log(2 ** 10, 2 ** -1, (-2) ** 3, 2 ** 0.5, NaN ** 0, 1 ** Infinity, 0 ** 0);
console.log(10 / 4, 10 / 3, -7 / 2, Math.trunc(-7 / 2), Math.floor(-7 / 2));
console.log(0.1 * 3, 0.7 + 0.1, 0.2 + 0.7, 1.1 * 1.1);
console.log(9007199254740992 + 1, 9007199254740992 + 2, 1e308 * 10, -1e308 * 10);

let x = 5;
x += 2; console.log(x);
x -= 10; console.log(x);
x *= -4; console.log(x);
x /= 8; console.log(x);
x **= 3; console.log(x);
x %= 1; console.log(x);

let i = 3;
console.log(i++, i, ++i, i--, --i, i);
const negative = -i;
console.log(negative, -negative, +negative, -(-(-negative)));

function compare(a: number, b: number): string {
  return `${a} ${b}: ${a < b} ${a <= b} ${a > b} ${a >= b} ${a === b} ${a !== b}`;
}
console.log(compare(1, 2));
console.log(compare(0, -0));
console.log(compare(NaN, NaN));
console.log(compare(NaN, 1));
console.log(compare(Infinity, 1e308));
console.log(Object.is(0, -0), Object.is(NaN, NaN), Object.is(1, 1));
