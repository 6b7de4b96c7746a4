import { afterEach, describe, expect, it } from 'vitest';
import { nextStop, rowKeys } from './rows';

afterEach(() => document.body.replaceChildren());

describe('nextStop', () => {
  it('stops at the ends', () => {
    expect(nextStop('ArrowDown', 2, 3)).toBe(2);
    expect(nextStop('ArrowUp', 0, 3)).toBe(0);
    expect(nextStop('End', 0, 3)).toBe(2);
    expect(nextStop('x', 0, 3)).toBeUndefined();
    expect(nextStop('ArrowDown', -1, 0)).toBeUndefined();
  });
});

describe('rowKeys', () => {
  function list(): HTMLElement {
    const node = document.createElement('div');
    node.innerHTML = '<button data-stop>a</button><button data-stop>b</button><button>c</button>';
    document.body.append(node);
    return node;
  }
  const tabs = (node: HTMLElement): number[] =>
    [...node.querySelectorAll<HTMLElement>('[data-stop]')].map((stop) => stop.tabIndex);

  it('is one tab stop that follows the focus', () => {
    const node = list();
    const action = rowKeys(node);
    expect(tabs(node)).toEqual([0, -1]);
    const first = node.querySelector('button');
    first?.focus();
    first?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }));
    expect(document.activeElement?.textContent).toBe('b');
    expect(tabs(node)).toEqual([-1, 0]);
    action.destroy();
  });
});
