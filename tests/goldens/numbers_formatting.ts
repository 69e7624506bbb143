// How numbers are written: integers, fractions, exponents, the edges of the format.
const samples: number[] = [
  0, -0, 1, -1, 0.1, 0.1 + 0.2, 1 / 3, 100, 1e21, 1e20, 123456789012345680000, 1e-6, 1e-7, 1.5e-10,
  5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity, 4.35, 1.005, 2 ** 53, 2 ** 53 + 1, -1e-7,
];
for (const n of samples) console.log(n, String(n), `${n}`, n + "");

console.log((255).toString(16), (255).toString(2), (-255).toString(36), (0.5).toString(2));
console.log((1.005).toFixed(2), (2.5).toFixed(0), (-1.5).toFixed(0), (1e21).toFixed(2), (0).toFixed(3));
console.log((0.000001234).toFixed(8), (123.456).toFixed(1), (-0.0001).toFixed(2));
console.log((123.456).toPrecision(4), (0.00001).toPrecision(1), (1234567).toPrecision(2), (15).toPrecision(5));
console.log((12345).toExponential(2), (0).toExponential(), (0.00015).toExponential(1));

const thousand = 1_000_000;
console.log(thousand, 0xff, 0b1010, 0o17, .5, 5., 1e3);
console.log([1.0, 2.5, -0, 0]);
