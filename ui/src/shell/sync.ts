/** The status line's sentence. It says no more than is proven: »synkroniseret« only when nothing is missing on either side. */
import type { Missing } from '$generated/Missing';
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

/** Two stories about the same thing: a person must look, whatever else happens. */
const GRAVE = new Set(['fork', 'log_differs', 'membership_fork', 'snapshot_differs']);
/** Worth knowing beside, and taking nothing from the proof. */
const NOTES = new Set(['clock', 'refused_change', 'set_aside', 'unverified_snapshot']);
/** What the state says already. */
const ROUTINE = new Set(['unreachable', 'waiting', 'behind']);

/** The state as it may be said: proven in sync and yet something open is not in sync. */
export function stateSaid(status: SyncStatus): SyncState {
  const { state, missing, waiting, synced_at } = status;
  if (state === 'alone' || state === 'revoked') return state;
  if (missing.some(({ code }) => GRAVE.has(code))) return 'alarm';
  const open = waiting > 0 || !synced_at || missing.some(({ code }) => !NOTES.has(code));
  return state === 'synced' && open ? 'incomplete' : state;
}

/** What is worth saying of what is missing: without a network it is no news that something waits. */
export function missingSaid(status: SyncStatus): Missing[] {
  const { missing } = status;
  if (['alarm', 'revoked', 'incomplete'].includes(stateSaid(status)))
    return [...missing].sort((a, b) => Number(GRAVE.has(b.code)) - Number(GRAVE.has(a.code)));
  return missing.filter(({ code }) => !ROUTINE.has(code));
}

/** A moment beside today: the time of day, and the day too when it is another one. */
export function momentWord(iso: string, today: string): string {
  return fmtDate(iso) === fmtDate(today) ? fmtTime(iso) : fmtDateTime(iso);
}

function heads(key: 'incomplete' | 'revoked' | 'alarm', waiting: number): string {
  return waiting > 0 ? tn(`sync.${key}`, waiting) : t(`sync.${key}`);
}

/** What is missing first, and how much more there is. */
function why(status: SyncStatus): string {
  const [first, ...rest] = missingSaid(status);
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
      // A log-in page or a wrong clock stands in the way: that is what can be done something about.
      const more = why(status) || (status.waiting > 0 ? `${since} ${t('sync.since.send')}` : since);
      return { head: waits, more, look: false };
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
      return { head: t('sync.synced', { when }), more: why(status), look: false };
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
      return { head: heads('alarm', status.waiting), more: why(status), look: true };
  }
}
