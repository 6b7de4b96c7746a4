import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DoorError } from './backend';
import { httpBackend } from './http';

interface Asked {
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

let asked: Asked[] = [];

function answer(replies: Record<string, [number, unknown]>): void {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ url, headers: init.headers as Record<string, string>, body: JSON.parse(String(init.body)) });
    const [status, body] = replies[url] ?? [404, {}];
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
}

beforeEach(() => {
  asked = [];
  sessionStorage.clear();
  location.hash = '';
});
afterEach(() => vi.unstubAllGlobals());

describe('the browser’s door', () => {
  it('buys a bearer with the one-time token, takes it out of the address, and sends it in a header', async () => {
    location.hash = '#once=abc';
    answer({ '/door/once': [200, { bearer: 'b1' }], '/api/tasks': [200, { rows: [] }] });
    const door = httpBackend();
    await door.call('tasks', {});
    expect(location.hash).toBe('');
    expect(asked.map((each) => each.url)).toEqual(['/door/once', '/api/tasks']);
    expect(asked[0]?.body).toEqual({ token: 'abc' });
    expect(asked[1]?.headers['Authorization']).toBe('Bearer b1');
    expect(sessionStorage.getItem('tovholder.bearer')).toBe('b1');
  });

  it('asks for the bearer once however many calls start together', async () => {
    location.hash = '#once=abc';
    answer({ '/door/once': [200, { bearer: 'b1' }], '/api/tasks': [200, {}], '/api/status': [200, {}] });
    const door = httpBackend();
    await Promise.all([door.call('tasks', {}), door.call('status', {})]);
    expect(asked.filter((each) => each.url === '/door/once')).toHaveLength(1);
  });

  it('is locked without a bearer, and when the bearer is refused', async () => {
    answer({ '/api/tasks': [401, {}] });
    await expect(httpBackend().call('tasks', {})).rejects.toMatchObject({ code: 'locked' });
    sessionStorage.setItem('tovholder.bearer', 'old');
    await expect(httpBackend().call('tasks', {})).rejects.toMatchObject({ code: 'locked' });
    expect(sessionStorage.getItem('tovholder.bearer')).toBeNull();
  });

  it('hands on the use case’s own error', async () => {
    sessionStorage.setItem('tovholder.bearer', 'b1');
    answer({ '/api/edit': [422, { code: 'looks_like_cpr', where: 'note', detail: '' }] });
    const call = httpBackend().call('edit', { edits: [], cursor: 1 });
    await expect(call).rejects.toBeInstanceOf(DoorError);
    await expect(call).rejects.toMatchObject({ code: 'looks_like_cpr', where: 'note' });
  });

  it('says when nobody answers', async () => {
    sessionStorage.setItem('tovholder.bearer', 'b1');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    await expect(httpBackend().call('tasks', {})).rejects.toMatchObject({ code: 'unreachable' });
  });
});
