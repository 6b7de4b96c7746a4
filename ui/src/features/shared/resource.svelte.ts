import { fail } from '$lib/session.svelte';

/**
 * What a page shows: asked for again when something changed, and what is on the screen stays until the new has come. An
 * answer that arrives after a newer question is dropped.
 */
export class Resource<T> {
  /** The newest answer. */
  data = $state.raw<T>();
  /** Nothing is shown yet and more than 300 ms have passed. */
  slow = $state(false);
  /** The last question failed; the alert above the content says why. */
  failed = $state(false);
  #turn = 0;

  /** Asks. Answers what came, or nothing when it failed or was overtaken. */
  async load(ask: () => Promise<T>): Promise<T | undefined> {
    this.#turn += 1;
    const turn = this.#turn;
    const timer = setTimeout(() => {
      if (this.data === undefined) this.slow = true;
    }, 300);
    try {
      const data = await ask();
      if (turn !== this.#turn) return undefined;
      this.data = data;
      this.failed = false;
      return data;
    } catch (error) {
      if (turn !== this.#turn) return undefined;
      this.failed = true;
      fail(error);
      return undefined;
    } finally {
      clearTimeout(timer);
      if (turn === this.#turn) this.slow = false;
    }
  }

  /** Forgets what was shown, for another thing of the same kind. */
  clear(): void {
    this.#turn += 1;
    this.data = undefined;
    this.slow = false;
    this.failed = false;
  }
}
