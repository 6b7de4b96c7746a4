import type { AssignArgs } from '$generated/AssignArgs';
import type { AssignmentRow } from '$generated/AssignmentRow';
import type { Edit } from '$generated/Edit';
import type { Needed } from '$generated/Needed';
import type { RoleCategory } from '$generated/RoleCategory';
import type { RoleRow } from '$generated/RoleRow';
import type { RoleText } from '$generated/RoleText';
import type { Scalar } from '$generated/Scalar';

/** The page's tabs. */
export type Tab = 'all' | 'empty' | 'needed' | 'unassessed' | 'person';

/** The categories, as the gallery lists them. */
export const CATEGORIES: readonly RoleCategory[] = ['organisational', 'project', 'technical'];

/** The parts of a role's text, as the gallery lists them. */
export const PARTS: readonly (keyof RoleText)[] = ['responsibility', 'duties', 'competences'];

/** What is stored for needed, not needed and not assessed. */
export function neededScalar(needed: Needed): Scalar {
  return needed === 'unassessed' ? null : needed === 'yes';
}

/** The next value when the space bar walks through them: needed, not needed, needed … an answer is never lost to a slip. */
export function nextNeeded(needed: Needed): Needed {
  return needed === 'yes' ? 'no' : 'yes';
}

/** The roles of a tab; `person` shows the roles somebody holds. */
export function inTab(role: RoleRow, tab: Tab): boolean {
  switch (tab) {
    case 'all':
      return true;
    case 'empty':
      return role.risk;
    case 'needed':
      return role.needed === 'yes';
    case 'unassessed':
      return role.needed === 'unassessed';
    case 'person':
      return role.filled;
  }
}

/** How many roles each tab has; for `person` how many persons hold one. */
export function tabCounts(roles: readonly RoleRow[]): Record<Tab, number> {
  const persons = new Set<string>();
  const counts: Record<Tab, number> = { all: 0, empty: 0, needed: 0, unassessed: 0, person: 0 };
  for (const role of roles) {
    counts.all += 1;
    if (role.risk) counts.empty += 1;
    if (role.needed === 'yes') counts.needed += 1;
    if (role.needed === 'unassessed') counts.unassessed += 1;
    for (const holder of holders(role)) persons.add(holder.person.id);
  }
  counts.person = persons.size;
  return counts;
}

/** Who holds the role on the day. */
export function holders(role: RoleRow): AssignmentRow[] {
  return role.assignments.filter((assignment) => assignment.active);
}

/** Periods that are over or not begun. */
export function otherPeriods(role: RoleRow): AssignmentRow[] {
  return role.assignments.filter((assignment) => !assignment.active);
}

/** A heading and its roles. */
export type Group = { category: RoleCategory; needed: number; empty: number; roles: RoleRow[] };

/** The roles of a tab by category; categories without any are left out. */
export function groups(roles: readonly RoleRow[], tab: Tab): Group[] {
  return CATEGORIES.map((category) => {
    const all = roles.filter((role) => role.category === category);
    return {
      category,
      needed: all.filter((role) => role.needed === 'yes').length,
      empty: all.filter((role) => role.risk).length,
      roles: all.filter((role) => inTab(role, tab))
    };
  }).filter((group) => group.roles.length > 0);
}

/** A person and the roles held on the day. */
export type Holder = { id: string; name: string; roles: { role: RoleRow; assignment: AssignmentRow }[] };

/** The tab »Efter person«: by name, roles in the gallery's order. */
export function byPerson(roles: readonly RoleRow[]): Holder[] {
  const found = new Map<string, Holder>();
  for (const role of roles) {
    for (const assignment of holders(role)) {
      const holder = found.get(assignment.person.id) ?? { ...assignment.person, roles: [] };
      holder.roles.push({ role, assignment });
      found.set(holder.id, holder);
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'da'));
}

/** Roles that open tasks name and nobody has assessed: what »Vurdér« marks as needed. */
export function namedByTasks(roles: readonly RoleRow[]): RoleRow[] {
  return roles.filter((role) => role.needed === 'unassessed' && role.open_tasks > 0);
}

/** The edits that mark roles. */
export function markEdits(roles: readonly RoleRow[], needed: Needed): Edit[] {
  return roles.map((role) => ({ entity: role.entity, field: 'needed', value: neededScalar(needed) }));
}

/** What copying another project's staffing would do here. */
export type CopyPlan = {
  marks: { role: RoleRow; needed: Needed }[];
  assigns: { role: RoleRow; person: string; name: string }[];
};

/**
 * Copies needed marks where nobody has assessed the role here, and current holders where nobody holds it here. What
 * somebody has already decided in this project is left alone.
 */
export function copyPlan(here: readonly RoleRow[], there: readonly RoleRow[]): CopyPlan {
  const plan: CopyPlan = { marks: [], assigns: [] };
  const theirs = new Map(there.map((role) => [role.id, role]));
  for (const role of here) {
    const other = theirs.get(role.id);
    if (other === undefined) continue;
    if (role.needed === 'unassessed' && other.needed !== 'unassessed') plan.marks.push({ role, needed: other.needed });
    if (role.filled || role.needed === 'no') continue;
    for (const holder of holders(other))
      plan.assigns.push({ role, person: holder.person.id, name: holder.person.name });
  }
  return plan;
}

/** The assign calls of a plan. */
export function copyAssigns(plan: CopyPlan, project: string, from: string): AssignArgs[] {
  return plan.assigns.map(({ role, person }) => ({ project, role: role.id, person, from }));
}

/** The edits that take a role's text to `text`: only what differs; Null where it is the gallery's again. */
export function textEdits(entity: string, now: RoleText, gallery: RoleText, text: RoleText): Edit[] {
  return PARTS.filter((part) => text[part].trim() !== now[part]).map((part) => {
    const value = text[part].trim();
    return { entity, field: part, value: value === gallery[part] ? null : value };
  });
}

/** A set with `key` put in, or taken out when it was there. */
export function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}
