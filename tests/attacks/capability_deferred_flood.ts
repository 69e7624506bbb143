// Requests are made for ever and none is awaited.
// fails: limit exceeded
import { later } from "host:world";

export function main(): void {
  const kept: Promise<string>[] = [];
  while (true) kept.push(later([1]));
}
