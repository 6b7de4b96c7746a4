/** Who shares, in words: the access log's sentences, groups of a key, what may be chosen. */
import type { AccessRow } from '$generated/AccessRow';
import type { MemberRole } from '$generated/MemberRole';
import type { MemberRow } from '$generated/MemberRow';
import { has, t } from '$lib/i18n';

export const ROLES: readonly MemberRole[] = ['reader', 'editor', 'admin'];

/** A recovery key in its groups; one that came without any is cut in fours, as it is read aloud and typed. */
export function groupsOf(key: string): string[] {
  const groups = key.split(/[\s-]+/).filter(Boolean);
  return groups.length > 1 ? groups : (key.trim().match(/.{1,4}/g) ?? []);
}

/** An SVG as an image's address. As an image it runs no script and loads nothing, whatever stands in it. */
export function imageOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The beginning of a device's key: enough to tell two of one member apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** A member's name, or that it is not known yet. */
export function nameOf(member: Pick<MemberRow, 'name'>): string {
  return member.name || t('deling.member.unnamed');
}

/** A role of the catalogue's, for a sentence; nothing when the detail is none. */
function roleIn(detail: string): string {
  const key = `access.as.${detail}`;
  return has(key) ? t(key) : '';
}

/** A line of the access log as a sentence. What is not known is left out of it, never shown as a gap. */
export function accessSentence(row: AccessRow): string {
  const by = row.by || t('access.somebody');
  const role = roleIn(row.detail);
  switch (row.kind) {
    case 'founded':
    case 'withdrawn':
    case 'recovery_key':
      return t(`access.${row.kind}`, { by });
    case 'invited':
      return role ? t('access.invited.role', { by, role }) : t('access.invited', { by });
    case 'joined': {
      const who = row.whom || by;
      return role ? t('access.joined.role', { who, role }) : t('access.joined', { who });
    }
    case 'device_added':
    case 'recovered':
      return t(`access.${row.kind}`, { who: row.whom || by });
    case 'role':
      return t('access.role', { by, whom: row.whom || t('access.somebody.object'), role: role || row.detail });
    case 'revoked': {
      const whom = row.whom || t('access.somebody.object');
      return t(row.detail ? 'access.revoked.device' : 'access.revoked', { by, whom });
    }
    case 'exported':
      return has(`access.exported.${row.detail}`)
        ? t(`access.exported.${row.detail}`, { by })
        : t('access.exported', { by });
    default:
      return t('access.other', { by, kind: row.kind });
  }
}

/** Devices that still have access. */
export function activeDevices(member: Pick<MemberRow, 'devices'>): number {
  return member.devices.filter((device) => !device.revoked).length;
}
