import { describe, expect, it } from 'vitest';
import type { TaskRow } from '$generated/TaskRow';
import { chosenIds } from './which';

const rows = [
  { id: 'K1', project: 'BBR', colour: 'red' },
  { id: 'K2', project: 'FLIS', colour: 'green' },
  { id: 'K3', project: 'BBR', colour: 'yellow' }
] as TaskRow[];

describe('chosenIds', () => {
  it('leaves the choice to the use case when all go', () => {
    expect(chosenIds('all', rows, null, 'BBR')).toBeNull();
  });
  it('takes the red and yellow, a project, or the view in its own order', () => {
    expect(chosenIds('attention', rows, null, '')).toEqual(['K1', 'K3']);
    expect(chosenIds('project', rows, null, 'FLIS')).toEqual(['K2']);
    expect(chosenIds('view', rows, ['K3', 'K1'], '')).toEqual(['K3', 'K1']);
  });
});
