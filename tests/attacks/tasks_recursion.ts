// A task spawns itself before anything else.
// fails: limit exceeded
async function fork(): Promise<void> {
  void fork();
  await fork();
}

export async function main(): Promise<void> {
  await fork();
}
