/**
 * Trims dkfds' style sheet at build time: its font faces (ours are woff2 only), and the components that this interface
 * does not use. What is left is unchanged.
 */

/** Class names (or their beginnings) whose rules are kept. */
const KEPT = ['button', 'form-', 'alert', 'table', 'sr-only', 'link', 'function-link', 'required'];

/** Splits a style sheet into its top-level rules. */
function topLevel(css: string): string[] {
  const rules: string[] = [];
  let depth = 0;
  let start = 0;
  let quote = '';
  for (let i = 0; i < css.length; i++) {
    const c = css[i];
    if (quote) {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '{') depth++;
    else if ((c === '}' && --depth === 0) || (c === ';' && depth === 0)) {
      rules.push(css.slice(start, i + 1));
      start = i + 1;
    }
  }
  return rules;
}

function keeps(selector: string): boolean {
  // Lists here are menus and rows, not running text with bullets.
  if (/(^|[\s>+~(])(ul|ol|li)\b/.test(selector)) return false;
  const classes = [...selector.matchAll(/\.(-?[a-zA-Z_][\w-]*)/g)].map((match) => match[1] ?? '');
  return classes.every((name) => KEPT.some((kept) => name.startsWith(kept)));
}

function trimRule(rule: string): string {
  const open = rule.indexOf('{');
  if (open < 0) return rule.includes('@charset') ? rule : '';
  const head = rule.slice(0, open).replace(/\/\*[^]*?\*\//g, '');
  if (head.startsWith('@media') || head.startsWith('@supports')) {
    if (head.includes('print')) return '';
    const inner = topLevel(rule.slice(open + 1, -1))
      .map(trimRule)
      .join('');
    return inner ? `${head}{${inner}}` : '';
  }
  if (head.startsWith('@')) return '';
  // A comma inside :not(…) belongs to its selector.
  const selectors = head.split(/,(?![^(]*\))/).filter(keeps);
  return selectors.length ? `${selectors.join(',')}${rule.slice(open)}` : '';
}

export function trimDkfds(css: string): string {
  return topLevel(css).map(trimRule).join('');
}
