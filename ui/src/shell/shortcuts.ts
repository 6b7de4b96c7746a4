/** Every shortcut, for the list behind `?`; keys and words are the catalogue's `shell.key.*`. */
export const groups = [
  {
    id: 'everywhere',
    keys: [{ id: 'palette' }, { id: 'help' }, { id: 'undo' }, { id: 'redo' }, { id: 'escape' }]
  },
  {
    id: 'table',
    keys: [
      { id: 'arrows' },
      { id: 'jk' },
      { id: 'open' },
      { id: 'edit' },
      { id: 'select' },
      { id: 'range' },
      { id: 'all' },
      { id: 'filter' },
      { id: 'new' }
    ]
  },
  { id: 'bulk', keys: [{ id: 'responsible' }, { id: 'performer' }, { id: 'status' }, { id: 'deadline' }] },
  { id: 'overview', keys: [{ id: 'walk' }] },
  { id: 'roles', keys: [{ id: 'fill' }, { id: 'needed' }] },
  { id: 'people', keys: [{ id: 'person' }, { id: 'handover' }] },
  { id: 'conflicts', keys: [{ id: 'value' }, { id: 'decide' }] },
  { id: 'import', keys: [{ id: 'file' }, { id: 'run' }] }
] as const;
