/**
 * Filters and sorts the table of tasks, and answers how long each took to the paint, as the page's own measure
 * `tovholder:rows` has it (ui/src/features/opgaver/measure.ts).
 *
 * `node screen.mjs UI ROUNDS chromium URL` or `node screen.mjs UI ROUNDS window DRIVER PROGRAM`
 */
import { createRequire } from 'node:module';

const [ui, rounds, place, url, program] = process.argv.slice(2);

/** Runs in the page; as text, for the window's driver takes nothing else. */
const inPage = `
  const rounds = ${Number(rounds)};
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const until = async (what, ask) => {
    for (let tries = 0; tries < 2000; tries += 1) {
      const answer = ask();
      if (answer) return answer;
      await pause(10);
    }
    throw new Error('waited in vain for ' + what);
  };
  const measured = () => performance.getEntriesByName('tovholder:rows', 'measure');
  /** Does it and answers how long the rows took to the paint. */
  const timed = async (what, act) => {
    const before = measured().length;
    act();
    await until(what, () => measured().length > before);
    await pause(60);
    return measured().at(-1).duration;
  };
  (await until('the pages', () => document.querySelector('[data-testid="nav-opgaver"]'))).click();
  await until('first rows', () => performance.getEntriesByName('tovholder:first-rows').length > 0);
  await timed('the view of all tasks', () => document.querySelector('[role="tab"][data-tab="all"]').click());
  const table = document.querySelector('[role="grid"], [role="treegrid"]');
  const rows = Number(table.getAttribute('aria-rowcount')) - 1;
  const field = document.querySelector('[data-testid="filter-text"]');
  const type = (text) => () => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  };
  const words = ['klar', 'snit', 'Anne', 'test', 'drift', '12', 'plan', 'ø', 'god', 'certifik', 'aftal', 'best'];
  const filter = [];
  for (let round = 0; filter.length < rounds; round += 1) {
    filter.push(await timed('a filter', type(words[round % words.length])));
    // Taking a filter away shows all rows again: the dearer half.
    filter.push(await timed('all rows', type('')));
  }
  const sort = [];
  for (let round = 0; sort.length < rounds; round += 1) {
    const heads = [...document.querySelectorAll('[role="columnheader"] button')];
    sort.push(await timed('a sort', () => heads[round % heads.length].click()));
  }
  return { rows, filter, sort, user: navigator.userAgent };
`;

async function inChromium() {
  const { chromium } = createRequire(`${ui}/package.json`)('playwright-core');
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await page.goto(url);
    return await page.evaluate(`(async () => { ${inPage} })()`);
  } finally {
    await browser.close();
  }
}

async function ask(path, body) {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(value)}`);
  return value;
}

async function inWindow() {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await fetch(`${url}/status`).then((answer) => answer.ok, () => false)) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  const options = { binary: program, args: [] };
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
  const { sessionId } = await ask('/session', { capabilities });
  const session = `/session/${sessionId}`;
  try {
    await ask(`${session}/timeouts`, { script: 120_000 });
    await ask(`${session}/window/rect`, { x: 0, y: 0, width: 1920, height: 1080 }).catch(() => undefined);
    const script = `
      const done = arguments[0];
      (async () => { ${inPage} })().then(done, (error) => done({ failed: String(error) }));
    `;
    return await ask(`${session}/execute/async`, { script, args: [] });
  } finally {
    await fetch(`${url}${session}`, { method: 'DELETE' });
  }
}

const told = place === 'window' ? await inWindow() : await inChromium();
if (told.failed) throw new Error(told.failed);
console.log(JSON.stringify(told));
