// A small domain model: accounts, transactions, rules, reports; interfaces and inheritance together.
type Cents = number;
interface Transaction {
  readonly kind: "deposit" | "withdraw" | "transfer";
  readonly amount: Cents;
  readonly memo?: string;
}
class InsufficientFunds extends Error {
  constructor(readonly needed: Cents, readonly available: Cents) {
    super(`needs ${needed} but has ${available}`);
    this.name = "InsufficientFunds";
  }
}
abstract class Account {
  private static nextId = 1;
  readonly id = `ACC${String(Account.nextId++).padStart(3, "0")}`;
  protected readonly history: Transaction[] = [];
  constructor(readonly owner: string, protected balance: Cents = 0) {}
  abstract get limit(): Cents;
  get total(): Cents {
    return this.balance;
  }
  deposit(amount: Cents, memo?: string): this {
    if (amount <= 0 || !Number.isInteger(amount)) throw new RangeError(`bad amount ${amount}`);
    this.balance += amount;
    this.history.push(memo === undefined ? { kind: "deposit", amount } : { kind: "deposit", amount, memo });
    return this;
  }
  withdraw(amount: Cents): this {
    if (this.balance + this.limit < amount) throw new InsufficientFunds(amount, this.balance + this.limit);
    this.balance -= amount;
    this.history.push({ kind: "withdraw", amount });
    return this;
  }
  report(): string {
    const sums = new Map<string, Cents>();
    for (const { kind, amount } of this.history) sums.set(kind, (sums.get(kind) ?? 0) + amount);
    const parts = [...sums].map(([kind, sum]) => `${kind} ${money(sum)}`);
    return `${this.id} ${this.owner}: ${money(this.balance)} (${parts.join(", ") || "nothing"})`;
  }
}
class Checking extends Account {
  get limit(): Cents {
    return 10_000;
  }
}
class Savings extends Account {
  constructor(owner: string, private rate: number) {
    super(owner);
  }
  get limit(): Cents {
    return 0;
  }
  addInterest(): void {
    const interest = Math.round(this.balance * this.rate);
    if (interest > 0) this.deposit(interest, "interest");
  }
}
function money(cents: Cents): string {
  const sign = cents < 0 ? "-" : "";
  const size = Math.abs(cents);
  return `${sign}$${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`;
}
function transfer(from: Account, to: Account, amount: Cents): string {
  try {
    from.withdraw(amount);
    to.deposit(amount, `from ${from.id}`);
    return "ok";
  } catch (e) {
    if (e instanceof InsufficientFunds) return `${e.name}: short by ${money(e.needed - e.available)}`;
    throw e;
  }
}
const ann = new Checking("Ann").deposit(50_00);
const bob = new Savings("Bob", 0.025);
console.log(transfer(ann, bob, 120_50), transfer(ann, bob, 100_00), transfer(bob, ann, 999_99));
bob.addInterest();
for (const account of [ann, bob, new Checking("Cid")]) console.log(account.report());
console.log(bob);
try {
  ann.deposit(0.5);
} catch (e) {
  console.log(e instanceof RangeError, (e as Error).message);
}
const accounts: Account[] = [ann, bob];
console.log(money(accounts.reduce((sum, a) => sum + a.total, 0)), accounts.map((a) => a.limit));
