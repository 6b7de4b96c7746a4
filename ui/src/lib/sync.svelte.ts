/**
 * Where this laptop stands with the others, as it is asked for beside the pages: soon again while something happens, now
 * and then else, and never while nobody looks.
 */
import type { SyncStatus } from '$generated/SyncStatus';
import { backend } from './backend';

/** Between two questions while the relay is being reached or changes are on their way. */
export const BUSY_MS = 3_000;
/** Between two questions else. */
export const CALM_MS = 10_000;

/** Null until the first answer, and when the question failed: what is not known is not said. */
export const sync = $state<{ status: SyncStatus | null }>({ status: null });

/** Whether this person may write; a reader in a shared municipality may not. What is not known yet is not refused. */
export function mayWrite(): boolean {
  return sync.status?.role !== 'reader' || sync.status.relay === '';
}

/** A newer question makes an older one's answer worthless. */
let turn = 0;

/** Asks. Whatever goes wrong is no error of the user's: the status line says less until it goes well again. */
export async function askSync(): Promise<void> {
  turn += 1;
  const mine = turn;
  const status = await backend.call('sync_status', {}).catch(() => null);
  if (mine === turn) sync.status = status;
}

/** Synchronises now. Throws what the door throws; the one who asked says it, and no alert does. */
export async function syncNow(): Promise<SyncStatus> {
  const status = await backend.call('sync_now', {});
  turn += 1;
  sync.status = status;
  return status;
}

/** How long to wait before the next question. */
export function pauseMs(status: SyncStatus | null): number {
  return status?.state === 'connecting' || status?.state === 'syncing' ? BUSY_MS : CALM_MS;
}

/** Asks again and again until the answer is called. A page that is not looked at asks nothing. */
export function watchSync(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  async function next(): Promise<void> {
    clearTimeout(timer);
    if (document.visibilityState !== 'hidden') await askSync();
    if (!over) timer = setTimeout(() => void next(), pauseMs(sync.status));
  }
  function seen(): void {
    if (document.visibilityState !== 'hidden') void next();
  }
  document.addEventListener('visibilitychange', seen);
  void next();
  return () => {
    over = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}
