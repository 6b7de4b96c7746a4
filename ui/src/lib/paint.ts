/** Waiting for the screen to be painted. */

/** Runs `then` when the frame that is being made has been painted: a message sent from an animation frame arrives after. */
export function afterPaint(then: () => void): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      then();
    };
    channel.port2.postMessage(null);
  });
}

/** Milliseconds that the first rows stand alone: two frames, so that nothing comes between them and the eye. */
const ALONE_MS = 34;

let opened = false;

/**
 * Runs `then` when the first page's first rows have been on the screen for a moment; on later pages at once. What the eye
 * goes to first is painted first when the program opens, the rest just after.
 */
export function afterFirstRows(then: () => void): void {
  if (opened) then();
  else
    requestAnimationFrame(() =>
      afterPaint(() =>
        setTimeout(() => {
          opened = true;
          then();
        }, ALONE_MS)
      )
    );
}
