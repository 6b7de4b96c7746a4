import type { Finding } from '$generated/Finding';
import type { ProjectSummary } from '$generated/ProjectSummary';
import type { TaskRow } from '$generated/TaskRow';

/** The phases of a project, in order. */
export const PHASES = ['preparation', 'implementation', 'operation', 'closed'] as const;
/** How a solution is rolled out. */
export const ROLLOUTS = ['big_bang', 'waves', 'own_pace'] as const;

/** The findings of one project: about its roles, or about its tasks. */
export function findingsOf(project: string, findings: readonly Finding[], tasks: readonly TaskRow[]): Finding[] {
  const own = new Set(tasks.filter((task) => task.project === project).map((task) => task.id));
  return findings.filter((finding) => ('task' in finding ? own.has(finding.task) : finding.project === project));
}

/** Needed roles that somebody holds. */
export function filledRoles(project: ProjectSummary): number {
  return Math.max(0, project.roles_needed - project.roles_empty.length);
}
