/** What the virtual table shows: rows and group headings in one list, each as high as the others. */
import type { Snippet } from 'svelte';

export interface Column {
  id: string;
  title: string;
  /** A track of `grid-template-columns`, for example `96px` or `minmax(160px, 2fr)`. */
  width: string;
  align?: 'right';
  sortable?: boolean;
  editable?: boolean;
}

export interface RowItem<R> {
  kind: 'row';
  key: string;
  row: R;
}

export interface GroupItem {
  kind: 'group';
  key: string;
  title: string;
  open: boolean;
  /** Rows in it. */
  size: number;
}

export type Item<R> = RowItem<R> | GroupItem;

export interface Sort {
  column: string;
  descending: boolean;
}

/** What a page gives the virtual table. */
export interface TableProps<R> {
  label: string;
  columns: Column[];
  items: Item<R>[];
  /** A cell's content. */
  cell: Snippet<[R, Column]>;
  /** A group heading's content, after its arrow. */
  group?: Snippet<[GroupItem]>;
  /** What stands in a cell while it is edited; it calls `stopEdit` when done. */
  editor?: Snippet<[R, Column]>;
  /** Keys of chosen rows; gives each row a box. */
  selected?: ReadonlySet<string>;
  onselect?: (keys: Set<string>) => void;
  /** The word of a row in its box's name. */
  rowName?: (row: R) => string;
  rowTestid?: (row: R) => string;
  /** A row is muted, for example an archived one. */
  muted?: (row: R) => boolean;
  sort?: Sort | null;
  onsort?: (column: string) => void;
  ontoggle?: (key: string) => void;
  /** The row that the keyboard is in. */
  current?: string | null;
  /** The keyboard went to a row, or a row was clicked. */
  oncurrent?: (key: string) => void;
  /** Enter on a cell that is not edited, or a double click. */
  onopen?: (row: R) => void;
  /** F2 or Enter on a cell that can be edited. */
  onedit?: (row: R, column: Column) => void;
  editing?: { key: string; column: string } | null;
  /** A single letter that the page acts on; true when it did. */
  onletter?: (letter: string) => boolean;
  rowHeight?: number;
}

/** Which items stand in the window, with some beyond either edge. */
export function windowOf(scroll: number, height: number, row: number, count: number, extra = 2): [number, number] {
  const first = Math.max(0, Math.min(Math.floor(scroll / row) - extra, count - 1));
  const last = Math.min(count, Math.ceil((scroll + height) / row) + extra);
  return [Math.max(0, first), Math.max(0, last)];
}
