/** Everybody, read once per state of the data, for choosing a person anywhere. */
import type { PersonRow } from '$generated/PersonRow';
import { backend } from './backend';
import { session } from './session.svelte';

class People {
  list = $state.raw<PersonRow[]>([]);
  #cursor = -1;

  async load(): Promise<void> {
    if (this.#cursor === session.cursor && this.list.length > 0) return;
    const cursor = session.cursor;
    const { persons } = await backend.call('people', {});
    this.#cursor = cursor;
    this.list = persons;
  }
}

export const people = new People();
