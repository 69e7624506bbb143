// Timers are due when there are no steps left to do anything about them.
// fails: step budget exceeded
export function main(): void {
  for (let i = 1; i <= 20; i++) setTimeout(() => {}, i);
  while (true) {}
}
