// A traffic light and a vending machine as enum state machines.
enum Light {
  Green = "green",
  Yellow = "yellow",
  Red = "red",
}
const durations = new Map<Light, number>([[Light.Green, 3], [Light.Yellow, 1], [Light.Red, 2]]);
function next(light: Light): Light {
  switch (light) {
    case Light.Green:
      return Light.Yellow;
    case Light.Yellow:
      return Light.Red;
    case Light.Red:
      return Light.Green;
  }
}
let light = Light.Red;
let left = durations.get(light) ?? 0;
const timeline: string[] = [];
for (let t = 0; t < 10; t++) {
  timeline.push(light[0]);
  if (--left === 0) {
    light = next(light);
    left = durations.get(light) ?? 0;
  }
}
console.log(timeline.join(""), light);

enum State {
  Idle,
  HasCoins,
  Vending,
}
enum Event2 {
  Coin,
  Select,
  Refund,
}
class Machine {
  state: State = State.Idle;
  coins = 0;
  readonly out: string[] = [];
  handle(event: Event2, value = 0): State {
    if (event === Event2.Coin) {
      this.coins += value;
      this.state = State.HasCoins;
    } else if (event === Event2.Refund || this.state === State.Idle) {
      this.out.push(`refund ${this.coins}`);
      this.coins = 0;
      this.state = State.Idle;
    } else if (this.coins >= value) {
      this.state = State.Vending;
      this.coins -= value;
      this.out.push(`item for ${value}`);
      this.state = this.coins > 0 ? State.HasCoins : State.Idle;
    }
    return this.state;
  }
}
const machine = new Machine();
const states = [
  machine.handle(Event2.Coin, 2),
  machine.handle(Event2.Select, 3),
  machine.handle(Event2.Coin, 2),
  machine.handle(Event2.Select, 3),
  machine.handle(Event2.Refund),
  machine.handle(Event2.Select, 1),
];
console.log(states, machine.out, machine.state === State.Idle);
console.log(machine);
