// Bit operations work on 32 bits, whatever goes in.
console.log(5 & 3, 5 | 3, 5 ^ 3, ~5, ~-1, ~0);
console.log(1 << 31, 1 << 32, 1 << 33, -1 >> 1, -1 >>> 1, -1 >>> 0, 2 ** 31 >> 0);
console.log(2147483647 + 1 | 0, 4294967295 | 0, 4294967296 | 0, 1e10 | 0, -1e10 | 0);
console.log(1.9 | 0, -1.9 | 0, NaN | 0, Infinity | 0, -0 | 0, 1e300 | 0);
console.log(~~3.7, ~~-3.7, 3.7 >>> 0, -3.7 >>> 0);
console.log(Math.imul(0xffffffff, 5), Math.imul(65536, 65536), Math.imul(123456789, 987654321));
console.log(Math.clz32(1), Math.clz32(0), Math.clz32(0x80000000), Math.clz32(255));

function popCount(bits: number): number {
  let count = 0;
  let rest = bits >>> 0;
  while (rest !== 0) {
    count += rest & 1;
    rest >>>= 1;
  }
  return count;
}
console.log(popCount(0), popCount(255), popCount(-1), popCount(0x12345678));

function xorshift(seed: number): number[] {
  let state = seed | 0;
  const out: number[] = [];
  for (let k = 0; k < 5; k++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out.push(state >>> 0);
  }
  return out;
}
console.log(xorshift(2463534242).join(" "));

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) {
    hash ^= text.charCodeAt(k);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
console.log(fnv1a(""), fnv1a("a"), fnv1a("foobar").toString(16));

let flags = 0;
flags |= 1 << 3;
flags |= 1 << 0;
flags &= ~(1 << 3);
console.log(flags, (flags & 1) !== 0, (flags & 8) !== 0);
