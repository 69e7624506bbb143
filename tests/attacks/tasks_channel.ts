// A channel is sent to and never read.
// waits: waits
import { Channel } from "raya:sync";

export async function main(): Promise<void> {
  const channel = new Channel<number>(4);
  for (let i = 0; ; i++) await channel.send(i);
}
