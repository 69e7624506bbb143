// Vectors of two numbers, changed in place where it is hot.
export class Vector {
  constructor(public x: number, public y: number) {}

  get length(): number {
    return Math.sqrt(this.x * this.x + this.y * this.y);
  }

  add(other: Vector, scale = 1): this {
    this.x += other.x * scale;
    this.y += other.y * scale;
    return this;
  }

  limit(max: number): this {
    const length = this.length;
    if (length > max) {
      this.x *= max / length;
      this.y *= max / length;
    }
    return this;
  }

  minus(other: Vector): Vector {
    return new Vector(this.x - other.x, this.y - other.y);
  }

  distance(other: Vector): number {
    return this.minus(other).length;
  }
}
