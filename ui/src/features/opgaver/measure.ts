/** How long a filter, sort or group takes from the key or click to the paint, for the bench: `tovholder:rows`. */
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

/** A message sent from an animation frame arrives when that frame has been painted. */
function afterPaint(then: () => void): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      then();
    };
    channel.port2.postMessage(null);
  });
}
