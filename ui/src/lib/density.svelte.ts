/** Row heights of the visual target: dense for those who scan, comfort for those who aim. */
export type Density = 'compact' | 'comfort';

const PIXELS: Record<Density, number> = { compact: 28, comfort: 32 };

/** How high rows and controls are, on this laptop. */
export const density = $state<{ now: Density }>({ now: 'compact' });

/** Shows it; the tokens carry it to every control and plain table. */
export function showDensity(now: Density): void {
  density.now = now;
  const { style } = document.documentElement;
  for (const token of ['--row', '--control']) {
    if (now === 'compact') style.removeProperty(token);
    else style.setProperty(token, `${PIXELS[now]}px`);
  }
}

/** How high a row of a virtual table is, in pixels. */
export function rowHeight(): number {
  return PIXELS[density.now];
}
