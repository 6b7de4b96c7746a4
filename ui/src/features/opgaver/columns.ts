/** The table's columns: which there are, how wide they are, and which leave first on a narrow screen. */
import type { Column } from '$lib/components/table';
import { t } from '$lib/i18n';

interface Shape {
  id: string;
  width: string;
  align?: 'right';
  editable?: boolean;
}

const shapes: Shape[] = [
  { id: 'colour', width: '72px' },
  { id: 'id', width: '88px' },
  { id: 'title', width: 'minmax(160px, 5fr)' },
  { id: 'project', width: '84px' },
  { id: 'responsible', width: 'minmax(116px, 1fr)', editable: true },
  { id: 'performer', width: 'minmax(116px, 1fr)', editable: true },
  { id: 'deadline', width: '98px', align: 'right', editable: true },
  { id: 'days', width: '58px', align: 'right' },
  { id: 'status', width: 'minmax(104px, 1fr)', editable: true },
  { id: 'percent', width: '66px', align: 'right', editable: true },
  { id: 'theme', width: '110px' },
  { id: 'role', width: 'minmax(110px, 1fr)' },
  { id: 'kind', width: '120px' },
  { id: 'start', width: '98px', align: 'right', editable: true },
  { id: 'note', width: 'minmax(120px, 1fr)', editable: true },
  { id: 'comments', width: '58px', align: 'right' },
  { id: 'changed', width: '98px', align: 'right' }
];

export const ALL = shapes.map((shape) => shape.id);
export const USUAL = [
  'colour',
  'id',
  'title',
  'responsible',
  'performer',
  'deadline',
  'days',
  'status',
  'percent',
  'theme'
];

export function columnTitle(id: string): string {
  return t(`opgaver.column.${id}`);
}

/**
 * The columns to show. The usual ones give way to the width: Tema leaves at 1500 px, Opgave-id and Udført at 1360. Columns
 * that the user chose stay. The project's column is not shown where the rows stand under their project.
 */
export function columnsFor(chosen: string[] | null, width: number, grouped: string): Column[] {
  let ids = chosen ?? USUAL;
  if (!chosen) {
    if (grouped !== 'project') ids = ids.flatMap((id) => (id === 'title' ? ['title', 'project'] : [id]));
    if (width <= 1500) ids = ids.filter((id) => id !== 'theme');
    if (width <= 1360) ids = ids.filter((id) => id !== 'id' && id !== 'percent');
  }
  return ids.flatMap((id) => {
    const shape = shapes.find((each) => each.id === id);
    return shape ? [{ ...shape, title: columnTitle(id), sortable: true }] : [];
  });
}
