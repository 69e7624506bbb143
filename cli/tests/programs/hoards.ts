const kept: string[] = [];
while (true) {
  kept.push(`string ${kept.length}`);
}
