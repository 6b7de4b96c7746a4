import { describe, expect, it } from 'vitest';
import type { Finding } from '$generated/Finding';
import type { ProjectSummary } from '$generated/ProjectSummary';
import type { TaskRow } from '$generated/TaskRow';
import { filledRoles, findingsOf } from './projects';

describe('findingsOf', () => {
  it('takes those of the project, whether about a task or a role', () => {
    const tasks = [
      { id: 'K1', project: 'BBR' },
      { id: 'K2', project: 'FLIS' }
    ] as TaskRow[];
    const findings: Finding[] = [
      { code: 'gone_but_open', task: 'K1' },
      { code: 'gone_but_open', task: 'K2' },
      { code: 'role_filled_twice', project: 'BBR', role: 'r', person: 'Bo' },
      { code: 'role_filled_twice', project: 'FLIS', role: 'r', person: 'Bo' }
    ];
    expect(findingsOf('BBR', findings, tasks)).toEqual([findings[0], findings[2]]);
  });
});

describe('filledRoles', () => {
  it('is what is needed less what is empty', () => {
    expect(filledRoles({ roles_needed: 5, roles_empty: ['a', 'b'] } as ProjectSummary)).toBe(3);
  });
});
