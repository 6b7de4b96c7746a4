/** The window's door: Tauri's own message channel. */
import { DoorError, type Backend } from './backend';

interface Internals {
  invoke(command: string, args: Record<string, unknown>): Promise<unknown>;
}

declare global {
  interface Window {
    __TAURI_INTERNALS__?: Internals;
    /** The answer to `opening`: the window asks for it before this script is fetched (`src-tauri/src/window.rs`). */
    __TOVHOLDER_OPENING__?: Promise<unknown>;
  }
}

export function inWindow(): boolean {
  return typeof window !== 'undefined' && window.__TAURI_INTERNALS__ !== undefined;
}

export function tauriBackend(): Backend {
  return {
    async call(name, args) {
      const internals = window.__TAURI_INTERNALS__;
      if (!internals) throw new DoorError('unreachable');
      try {
        const asked = name === 'opening' ? window.__TOVHOLDER_OPENING__ : undefined;
        delete window.__TOVHOLDER_OPENING__;
        if (asked) return (await asked) as never;
        // The table of commands is generated from the same Rust source as the answer.
        return (await internals.invoke('call', { name, args })) as never;
      } catch (error) {
        throw DoorError.from(error);
      }
    }
  };
}
