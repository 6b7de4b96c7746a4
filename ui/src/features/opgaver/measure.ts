/** How long a filter, sort or group takes from the key or click to the paint, for the bench: `tovholder:rows`. */
import { afterPaint } from '$lib/paint';

const START = 'tovholder:rows:start';
let asked = false;
let first = true;

/** The user asked for other rows. */
export function rowsAsked(): void {
  performance.mark(START);
  asked = true;
}

/** The rows are in the page; measured when they are painted. */
export function rowsShown(count: number): void {
  if (first && count > 0) {
    first = false;
    afterPaint(() => performance.mark('tovholder:first-rows'));
  }
  if (!asked) return;
  asked = false;
  afterPaint(() => performance.measure('tovholder:rows', START));
}
