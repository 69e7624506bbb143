await new Promise<void>(() => {});
