// A market: traders with stocks of goods put orders in a book, which is matched every tick.
import { log } from "host:arena";
import { Random } from "../shared/random.js";

type Good = "wood" | "iron" | "grain" | "cloth";
const GOODS: readonly Good[] = ["wood", "iron", "grain", "cloth"];

interface Order {
  readonly trader: Trader;
  readonly good: Good;
  readonly price: number;
  amount: number;
}

class Trader {
  gold = 200;
  readonly stock = new Map<Good, number>();
  private readonly beliefs = new Map<Good, number>();

  constructor(readonly name: string, readonly makes: Good, readonly needs: Good, random: Random) {
    for (const good of GOODS) {
      this.stock.set(good, 5);
      this.beliefs.set(good, random.between(5, 15));
    }
  }

  has(good: Good): number {
    return this.stock.get(good) ?? 0;
  }

  change(good: Good, by: number): void {
    this.stock.set(good, this.has(good) + by);
  }

  believe(good: Good, factor: number): void {
    this.beliefs.set(good, Math.min(100, Math.max(0.5, this.price(good) * factor)));
  }

  price(good: Good): number {
    return this.beliefs.get(good) ?? 10;
  }

  live(): void {
    this.change(this.makes, 2);
    if (this.has(this.needs) > 0) this.change(this.needs, -1);
  }

  bid(): Order | null {
    const wanted = 6 - this.has(this.needs);
    const price = this.price(this.needs) * (wanted > 4 ? 1.3 : 1);
    const amount = Math.min(wanted, Math.floor(this.gold / price));
    return amount > 0 ? { trader: this, good: this.needs, price, amount } : null;
  }

  offer(): Order | null {
    const amount = this.has(this.makes) - 2;
    return amount > 0 ? { trader: this, good: this.makes, price: this.price(this.makes) * 0.9, amount } : null;
  }
}

class Book {
  readonly bids: Order[] = [];
  readonly offers: Order[] = [];

  add(order: Order | null, isBid: boolean): void {
    if (order !== null) (isBid ? this.bids : this.offers).push(order);
  }

  match(): number {
    this.bids.sort((a, b) => b.price - a.price);
    this.offers.sort((a, b) => a.price - b.price);
    let traded = 0;
    for (const bid of this.bids) {
      for (const offer of this.offers) {
        if (bid.amount === 0 || offer.price > bid.price) break;
        const amount = Math.min(bid.amount, offer.amount);
        if (amount === 0 || offer.trader === bid.trader) continue;
        const cost = (amount * (bid.price + offer.price)) / 2;
        bid.trader.gold -= cost;
        offer.trader.gold += cost;
        bid.trader.change(bid.good, amount);
        offer.trader.change(bid.good, -amount);
        bid.amount -= amount;
        offer.amount -= amount;
        traded += amount;
      }
    }
    for (const bid of this.bids) bid.trader.believe(bid.good, bid.amount > 0 ? 1.06 : 0.97);
    for (const offer of this.offers) offer.trader.believe(offer.good, offer.amount > 0 ? 0.95 : 1.02);
    return traded;
  }
}

let traders: Trader[] = [];
let volume = 0;

export function init(seed: number): void {
  const random = new Random(seed);
  for (let i = 0; i < 12; i++) {
    traders.push(new Trader(`trader${i}`, GOODS[i % 4], GOODS[(i + 1 + (i >> 2)) % 4], random));
  }
}

export function tick(n: number): number {
  const books = new Map<Good, Book>();
  for (const good of GOODS) books.set(good, new Book());
  for (const trader of traders) {
    trader.live();
    books.get(trader.needs)?.add(trader.bid(), true);
    books.get(trader.makes)?.add(trader.offer(), false);
  }
  for (const book of books.values()) volume += book.match();
  if (n % 200 === 199) {
    const richest = traders.reduce((a, b) => (b.gold > a.gold ? b : a));
    log(`${richest.name} leads with ${richest.gold.toFixed(2)} gold`);
  }
  return volume / 10;
}
