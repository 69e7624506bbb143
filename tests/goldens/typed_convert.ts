// What numbers become as elements: wrapping, clamping, rounding.

const values = [
  0, -0, 1, -1, 0.5, 1.5, 2.5, 254.5, 255.5, -0.5, -1.5, 127, 128, 129, 255, 256, 257, -128, -129, 32767, 32768, 65535,
  65536, -32769, 2147483647, 2147483648, 4294967295, 4294967296, -2147483649, 1e10, 1e20, -1e20, 1e300, 1e-320,
  3.4028235677973366e38, 16777217, 0.1, Infinity, -Infinity, NaN,
];

function show(name: string, array: number[]): void {
  const texts: string[] = [];
  for (const x of array) texts.push(Object.is(x, -0) ? "-0" : String(x));
  console.log(name + ": " + texts.join(" "));
}

show("i8", [...new Int8Array(values)]);
show("u8", [...new Uint8Array(values)]);
show("u8c", [...new Uint8ClampedArray(values)]);
show("i16", [...new Int16Array(values)]);
show("u16", [...new Uint16Array(values)]);
show("i32", [...new Int32Array(values)]);
show("u32", [...new Uint32Array(values)]);
show("f32", [...new Float32Array(values)]);
show("f64", [...new Float64Array(values)]);

// One element at a time, with an index that is an int and one that isn't known to be.
function one(values: number[], at: number): void {
  const i8 = new Int8Array(3);
  const u8 = new Uint8Array(3);
  const c8 = new Uint8ClampedArray(3);
  const i16 = new Int16Array(3);
  const u16 = new Uint16Array(3);
  const i32 = new Int32Array(3);
  const u32 = new Uint32Array(3);
  const f32 = new Float32Array(3);
  const f64 = new Float64Array(3);
  for (const v of values) {
    i8[at] = v;
    u8[at] = v;
    c8[at] = v;
    i16[at] = v;
    u16[at] = v;
    i32[at] = v;
    u32[at] = v;
    f32[at] = v;
    f64[at] = v;
    i8[1] = u8[1] = c8[1] = i16[1] = u16[1] = i32[1] = u32[1] = f32[1] = f64[1] = v;
    show(String(v), [i8[at], u8[at], c8[at], i16[at], u16[at], i32[at], u32[at], f32[at], f64[at]]);
    show(String(v), [i8[1], u8[1], c8[1], i16[1], u16[1], i32[1], u32[1], f32[1], f64[1]]);
  }
  console.log(i8[0], u8[0], c8[0], i16[0], u16[0], i32[0], u32[0], f32[0], f64[0]);
}
one(values, 2);

// An assignment's value is what was assigned, not what the element became.
const u8 = new Uint8Array(2);
const given = (u8[0] = 300);
console.log(given, u8[0]);
console.log(u8[1]++, ++u8[1], u8[1]--, (u8[1] -= 5), u8[1], (u8[1] += 0.75), u8[1]);
u8[0] |= 0x1f0;
u8[1] <<= 2;
u8[1] **= 2;
console.log(u8);

// Between kinds.
console.log(new Int8Array(new Uint8Array([127, 128, 255])), new Uint8Array(new Float64Array([1.9, -1, 256, NaN])));
console.log(new Uint8ClampedArray(new Int16Array([-5, 5, 500])), new Float32Array(new Float64Array([0.1, 1e40])));
console.log(new Uint32Array(new Int32Array([-1])), new Int32Array(new Uint32Array([4294967295])));
const bits = new Uint32Array([0xdeadbeef]);
console.log(bits[0] >>> 16, bits[0] & 0xff, bits[0] / 2, bits[0] % 7);
