/** The backend of this page, chosen at its first call. */
import type { Backend } from './backend';
import { httpBackend } from './http';
import { inWindow, tauriBackend } from './tauri';

export type { Backend, Calls, Laptop } from './backend';
export { DoorError } from './backend';

let chosen: Promise<Backend> | null = null;

async function choose(): Promise<Backend> {
  // Vite takes this branch out of the product: the mode is a constant when it builds.
  if (import.meta.env.MODE === 'fixture') return (await import('./fixture/index')).fixtureBackend();
  return inWindow() ? tauriBackend() : httpBackend();
}

/** Puts a backend in place of the one that would be chosen; for tests. */
export function useBackend(backend: Backend): void {
  chosen = Promise.resolve(backend);
}

/** The same use cases on the network's data: its members, its conflicts. */
export const network: Backend = {
  call: (name, args) => backend.call(`network.${name}` as typeof name, args)
};

export const backend: Backend = {
  async call(name, args) {
    chosen ??= choose();
    return (await chosen).call(name, args);
  }
};
