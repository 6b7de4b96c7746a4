interface MadeKey {
  recovery: string;
  /** Made as the municipality began to share; else it stands for an older one. */
  fresh: boolean;
  /** The relay that it opens, for the printed sheet. */
  relay: string;
}

/**
 * A recovery key that nobody has put in the safe yet. It outlives the page, for it is nowhere else: whoever leaves Deling
 * with a shortcut and comes back sees it again.
 */
export const made = $state<{ key: MadeKey | null }>({ key: null });
