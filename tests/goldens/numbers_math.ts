// The Math object: rounding, signs and variadic functions at their edges.
const values = [1.5, 2.5, -1.5, -2.5, 0.5, -0.5, 1.4999999999999998, -0.2, 4503599627370497.5];
for (const v of values) {
  console.log(v, Math.round(v), Math.floor(v), Math.ceil(v), Math.trunc(v), Math.sign(v));
}
console.log(Math.max(), Math.min(), Math.max(3), Math.max(1, 5, 3), Math.min(4, 2, 8, 6));
console.log(Math.max(1, NaN), Math.min(0, -0), Math.max(-0, 0), Math.max(NaN, NaN));
const spread = [4, 9, 2, 7];
console.log(Math.max(...spread), Math.min(...spread), Math.max(0, ...spread, 100));
console.log(Math.sqrt(2), Math.sqrt(-1), Math.cbrt(27), Math.hypot(3, 4), Math.hypot(), Math.hypot(1, 2, 3));
console.log(Math.abs(-7.25), Math.abs(-0), Math.abs(-Infinity));
console.log(Math.pow(2, 0.5), Math.pow(-8, 1 / 3), Math.exp(1), Math.log(10), Math.log2(8), Math.log10(1000));
console.log(Math.sin(0), Math.cos(0), Math.atan2(1, 1), Math.atan2(-0, -1), Math.atan2(0, 1));
console.log(Math.sin(1).toFixed(12), Math.cos(2).toFixed(12), Math.tan(0.5).toFixed(12));
console.log(Math.fround(5.5), Math.fround(5.05), Math.fround(1e40));
console.log(Math.PI, Math.E, Math.SQRT2, Math.LN2);

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
console.log(clamp(5, 0, 3), clamp(-2, 0, 3), clamp(1.5, 0, 3), lerp(10, 20, 0.25));
const random = Math.random();
console.log(random >= 0 && random < 1);
