/** Requests for what is asked at the moment. */
export class Asking {
  private controller = new AbortController();

  /** Something else is asked from here on: what is under way is aborted, and dropped should it come all the same. */
  giveUp(): void {
    this.controller.abort();
    this.controller = new AbortController();
  }

  async load<T>(
    ask: (signal: AbortSignal) => Promise<T>,
    take: (answer: T) => void,
    fail: (reason: Error) => void,
  ): Promise<void> {
    const { signal } = this.controller;
    try {
      const answer = await ask(signal);
      if (!signal.aborted) take(answer);
    } catch (reason) {
      if (!signal.aborted) fail(reason as Error);
    }
  }
}
