// An argument is changed while the host has not looked at it yet.
// returns: 1,2,3
import { later } from "host:world";

export async function main(): Promise<string> {
  const list = [1, 2, 3];
  const answer = later(list);
  list.push(4);
  list[0] = 99;
  return await answer;
}
