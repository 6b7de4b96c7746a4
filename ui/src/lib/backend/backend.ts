/** The one door to the use cases. The window and the browser have one implementation each; tests have a third. */
import type { AppError } from '$generated/AppError';
import type { Commands } from '$generated/commands';
import type { Laptop } from '$generated/Laptop';

export type { Laptop };

/** The generated table of use cases. */
export type Calls = Commands;

export interface Backend {
  call<K extends keyof Calls>(name: K, args: Calls[K]['args']): Promise<Calls[K]['result']>;
}

/** Codes of the door itself, beside those of the use cases. */
export type DoorCode = AppError['code'] | 'locked' | 'unreachable';

/** What a use case answers when it did not do what it was asked. The sentence is the catalogue's `error.<code>`. */
export class DoorError extends Error {
  constructor(
    readonly code: DoorCode,
    readonly where: string = '',
    readonly detail: string = ''
  ) {
    super(`${code} ${where} ${detail}`.trim());
    this.name = 'DoorError';
  }

  /** From whatever was thrown or answered. */
  static from(error: unknown): DoorError {
    if (error instanceof DoorError) return error;
    if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
      const { code, where, detail } = error as Partial<AppError>;
      return new DoorError(code ?? 'internal', where ?? '', detail ?? '');
    }
    return new DoorError('internal', '', error instanceof Error ? error.message : String(error));
  }
}
