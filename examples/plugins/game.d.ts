// What the game gives its plug-ins. Creatures stay the game's: a plug-in holds handles.
declare module "host:game" {
  export class Creature {
    name(): string;
    health(): number;
    hurt(points: number): void;
    heal(points: number): void;
  }
  export function nearby(): Creature[];
  export function announce(text: string): void;
}
