// What is thrown, by nobody waited for too, has a name and a message that take little until they are read.
// fails: xxx
function joined(): string {
  let text = "x".repeat(100);
  for (let i = 0; i < 12; i++) text = text + text;
  return text;
}

async function fails(text: string): Promise<void> {
  const error = new Error(text);
  error.name = text;
  throw error;
}

export async function main(): Promise<void> {
  const text = joined();
  for (let i = 0; i < 20; i++) fails(text);
  await fails(text);
}
