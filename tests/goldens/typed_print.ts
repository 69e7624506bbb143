// As console.log, JSON.stringify and String show typed arrays.

console.log(new Int8Array(0), new Uint8Array(1), new Uint8ClampedArray(2), new Int16Array(3), new Uint16Array(4));
console.log(new Int32Array([-1, 2147483647]), new Uint32Array([4294967295]), new Float32Array([0.5, -0]), new Float64Array([NaN]));
console.log(new Float64Array([0.1, 1 / 3, 1e21, -1e-7, Infinity]));
console.log(new Uint8Array(7), new Uint8Array(27), new Uint8Array(101), new Uint8Array(250));
console.log(new Float64Array([1.5, 22.25, 333.125, 4444, 5, 6, 7, 8.75, 9, 10]));
console.log({ a: new Uint8Array([1, 2]), b: { c: { d: new Uint8Array([1]), e: { f: new Int8Array(2) } } } });
console.log([new Uint8Array([1, 2, 3]), new Float32Array(2)], [[[[new Uint8Array(3)]]]]);
console.log(new Map([["k", new Int16Array([1, 2])]]), new Set([new Uint8Array(2)]));
console.log({ long: new Float64Array([123456.789, 234567.891, 345678.912, 456789.123, 567891.234, 678912.345]) });
console.log("%s %o", "text", 5, new Uint8Array([1]));

console.log(JSON.stringify(new Uint8Array([1, 2])), JSON.stringify(new Float64Array([NaN, 0.5, -0])), JSON.stringify(new Int8Array()));
console.log(JSON.stringify({ a: new Int8Array([-1]), b: [new Uint8Array(2)] }));
console.log(JSON.stringify(new Int16Array([1, 2]), null, 2));
console.log(JSON.stringify({ empty: new Uint8Array(0), x: new Float32Array([1.1]) }, null, "--"));

class Image {
  readonly width: number;
  pixels: Uint8ClampedArray;

  constructor(width: number, height: number) {
    this.width = width;
    this.pixels = new Uint8ClampedArray(width * height * 4);
  }
}
console.log(new Image(1, 1), JSON.stringify(new Image(1, 1)));
console.log(String([new Uint8Array([1, 2]), new Int8Array([3])]), `${new Float32Array([0.1, 1])}`);
console.log(Number(new Uint8Array([5])), Number(new Uint8Array([5, 6])), Number(new Uint8Array(0)), !new Uint8Array(0));
