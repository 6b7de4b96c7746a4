/** The project whose roles were looked at last, as long as the window is open. */
export const chosen = $state<{ project: string | null }>({ project: null });
