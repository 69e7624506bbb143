// Takes typical values, and gives them back.
export interface Item {
  id: number;
  name: string;
  x: number;
  y: number;
  hp: number;
  alive: boolean;
  kind: string;
  level: number;
}
export interface Stack {
  count: number;
  name: string;
  price: number;
}
export interface Inventory {
  owner: string;
  gold: number;
  items: Stack[];
}

export function nothing(): void {}
export function takeRecord(item: Item): void {}
export function giveRecord(item: Item): Item {
  return item;
}
export function takeNumbers(numbers: number[]): void {}
export function giveNumbers(numbers: number[]): number[] {
  return numbers;
}
export function takeInventory(inventory: Inventory): void {}
export function giveInventory(inventory: Inventory): Inventory {
  return inventory;
}
