/**
 * Asks again until the answer passes, so that a spec waits for a state and never for a time.
 * @param check throws (an `expect`) or returns; what it returns is handed back
 * @throws what `check` threw last, when `withinMs` are over
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
