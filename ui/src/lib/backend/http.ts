/**
 * The browser's door: `tovholder serve` on this laptop. A one-time address buys a bearer that is sent in a header; there
 * is no cookie, since the loopback of a terminal server is shared.
 */
import { DoorError, type Backend } from './backend';

const KEPT = 'tovholder.bearer';

async function post(path: string, body: unknown, bearer: string | null, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (bearer) headers['Authorization'] = `Bearer ${bearer}`;
  try {
    return await fetch(path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'omit',
      ...(signal && { signal })
    });
  } catch {
    throw new DoorError('unreachable');
  }
}

/** Takes the one-time token out of the address, so that it is neither bookmarked nor read over a shoulder. */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.replace(/^#/, '')).get('once');
  if (token !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

async function unlock(): Promise<string | null> {
  const token = takeToken();
  if (token) {
    const answer = await post('/door/once', { token }, null);
    if (answer.ok) {
      const { bearer } = (await answer.json()) as { bearer: string };
      sessionStorage.setItem(KEPT, bearer);
      return bearer;
    }
  }
  return sessionStorage.getItem(KEPT);
}

export function httpBackend(): Backend {
  let door: Promise<string | null> | null = null;
  return {
    async call(name, args) {
      door ??= unlock();
      const bearer = await door;
      if (!bearer) throw new DoorError('locked');
      const answer = await post(`/api/${name}`, args, bearer);
      if (answer.status === 401) {
        sessionStorage.removeItem(KEPT);
        door = Promise.resolve(null);
        throw new DoorError('locked');
      }
      const text = await answer.text();
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {
        throw new DoorError('internal', '', text.slice(0, 200));
      }
      if (!answer.ok) throw DoorError.from(body);
      return body as never;
    }
  };
}
