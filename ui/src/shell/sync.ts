/** The status line's sentence. It says no more than is proven: »synkroniseret« only when nothing is missing on either side. */
import type { SyncState } from '$generated/SyncState';
import type { SyncStatus } from '$generated/SyncStatus';
import { fmtDate, fmtDateTime, fmtTime, t, tn } from '$lib/i18n';
import { missingDo, missingText } from '$lib/missing';

export interface SyncSentence {
  /** In bold: the truth in a few words. */
  head: string;
  /** Beside it: since when, or why. */
  more: string;
  /** A person must look at it. */
  look: boolean;
}

/** The state as it may be said: proven in sync and yet something open is not in sync. */
export function stateSaid(status: SyncStatus): SyncState {
  const open = status.waiting > 0 || status.missing.length > 0 || !status.synced_at;
  return status.state === 'synced' && open ? 'incomplete' : status.state;
}

/** A moment beside today: the time of day, and the day too when it is another one. */
export function momentWord(iso: string, today: string): string {
  return fmtDate(iso) === fmtDate(today) ? fmtTime(iso) : fmtDateTime(iso);
}

function heads(key: 'incomplete' | 'revoked', waiting: number): string {
  return waiting > 0 ? tn(`sync.${key}`, waiting) : t(`sync.${key}`);
}

/** What is missing first, and how much more there is. */
function why(status: SyncStatus): string {
  const [first, ...rest] = status.missing;
  if (!first) return '';
  return rest.length > 0 ? `${missingText(first)} (${tn('sync.more', rest.length)})` : missingText(first);
}

/** `saved` is when the newest change was saved here, `today` the day in Copenhagen. */
export function syncSentence(status: SyncStatus | null, saved: string | null, today: string): SyncSentence {
  const local = saved ? t('sync.alone.when', { when: momentWord(saved, today) }) : '';
  if (!status) return { head: t('sync.alone'), more: local, look: false };
  const waits = status.relay && status.waiting > 0 ? tn('sync.waiting', status.waiting) : t('sync.alone');
  switch (stateSaid(status)) {
    case 'alone':
      return { head: waits, more: local, look: false };
    case 'offline': {
      const { connected_at } = status;
      const since = connected_at ? t('sync.since', { when: momentWord(connected_at, today) }) : t('sync.since.never');
      return { head: waits, more: status.waiting > 0 ? `${since} ${t('sync.since.send')}` : since, look: false };
    }
    case 'connecting':
      return { head: waits, more: t('sync.connecting'), look: false };
    case 'syncing': {
      const { done, total } = status;
      return { head: total > 0 ? t('sync.syncing', { done, total }) : t('sync.syncing.begins'), more: '', look: false };
    }
    case 'synced': {
      const at = status.synced_at ?? '';
      // The time alone, as the eye looks for it there many times a day.
      const when = fmtDate(at) === fmtDate(today) ? fmtDateTime(at).replace(/^.* /, '') : fmtDateTime(at);
      return { head: t('sync.synced', { when }), more: '', look: false };
    }
    case 'incomplete':
      return { head: heads('incomplete', status.waiting), more: why(status), look: false };
    case 'revoked': {
      // That the access is gone stands in the head; beside it stands what to do.
      const [first] = status.missing;
      const more = first?.code === 'revoked' ? missingDo(first) : why(status);
      return { head: heads('revoked', status.waiting), more, look: true };
    }
    case 'alarm':
      return { head: t('sync.alarm'), more: why(status), look: true };
  }
}
