/**
 * Every page and what opens above it, in both languages and both themes: axe finds nothing serious, nothing scrolls
 * sideways, no error in the console, and pictures are kept in `artifacts/ui` to be looked at.
 *
 * `node e2e/axe.mjs [--quick] [--pictures] [--only=name,name]` over the fixture build (`npm run test:e2e` builds it first).
 */
import AxeBuilder from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../dist-fixture', import.meta.url));
const pictures = fileURLToPath(new URL('../../artifacts/ui', import.meta.url));
const quick = process.argv.includes('--quick');
const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
mkdirSync(pictures, { recursive: true });

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml'
};
// What `tovholder serve` lets a page load, the strictest of the two doors, so that nothing passes here that fails there.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'";

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://x').pathname).replace(/^[/\\]+/, '') || 'index.html';
  try {
    const body = await readFile(join(root, path));
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': policy
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)));
const address = server.address();
const base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;

const nav = (page) => async (view) => {
  await view.click(`[data-testid="nav-${page}"]`);
  await view.waitForSelector(`[data-testid="nav-${page}"][aria-current="page"]`);
  // The page's own code and data come after that.
  await view.waitForLoadState('networkidle');
  await view.waitForTimeout(350);
};

/** A name, the address's question, and the way there. */
const scenes = [
  { name: 'start', ask: 'new', go: async (view) => view.keyboard.type('S') },
  {
    name: 'start-invitation',
    ask: 'new',
    go: async (view) => {
      await view.click('[data-testid="way-join"]');
      await view.fill('[data-testid="start-name"]', 'Dorte Ørsted');
      await view.click('[data-testid="start-open"]');
      await view.waitForTimeout(200);
    }
  },
  {
    name: 'start-gendan',
    ask: 'new',
    go: async (view) => {
      await view.click('[data-testid="way-recover"]');
      await view.fill('[data-testid="start-relay"]', 'wss://relay.eksempel.dk');
      await view.fill('[data-testid="start-key"]', 'K7QM-2XWD');
      await view.fill('[data-testid="start-name"]', 'Dorte Ørsted');
      await view.fill('[data-testid="start-department"]', 'It og Digitalisering');
      await view.keyboard.press('Escape');
      await view.click('[data-testid="start-open"]');
      await view.waitForSelector('[role="alert"]');
    }
  },
  { name: 'netvaerk', go: nav('netvaerk') },
  { name: 'netvaerk-nyt', ask: 'netvaerk=participant', go: nav('netvaerk') },
  { name: 'netvaerk-halvt', ask: 'netvaerk=shrinks', go: nav('netvaerk') },
  {
    name: 'netvaerk-landet',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(1).click();
      await view.selectOption('[data-testid="country-project"]', 'BBR');
      await view.click('[data-testid="tile-0461"]');
      await view.waitForSelector('[data-testid="trend"]');
    }
  },
  {
    name: 'netvaerk-tabel',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(1).click();
      await view.click('[data-testid="country-as"]');
      await view.waitForSelector('[data-testid="country-table"]');
    }
  },
  {
    name: 'netvaerk-status',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(2).click();
      await view.click('[data-testid="share-BBR"] input');
    }
  },
  {
    name: 'netvaerk-sendes',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(2).click();
      await view.click('[data-testid="share-BBR"] input');
      await view.click('[data-testid="share-look"]');
      await view.waitForSelector('[data-testid="share-cells"]');
    }
  },
  {
    name: 'netvaerk-arrangementer',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(3).click();
      await view.waitForSelector('[data-testid="event-temadag"]');
    }
  },
  {
    name: 'netvaerk-telefonbog',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(5).click();
      await view.waitForSelector('[data-testid="directory"]');
    }
  },
  {
    name: 'netvaerk-erfaringer',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.click('[data-tab="experiences"]');
      await view.click('[data-testid="experience-o:1"] [aria-expanded]');
      await view.click('[data-testid="experience-s:1"] [aria-expanded]');
      await view.waitForSelector('[data-testid="experience-thank"]');
    }
  },
  {
    name: 'netvaerk-erfaring-ny',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.click('[data-tab="experiences"]');
      await view.click('[data-testid="experience-new"]');
      await view.click('[data-testid="experience-send"]');
      await view.waitForSelector('[role="dialog"] [role="alert"]');
    }
  },
  {
    name: 'netvaerk-skabeloner',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.click('[data-testid="accept"]');
      await view.click('[data-testid="templates-BBR"] [aria-expanded]');
      await view.click('[data-testid="template-NET-101"] [data-testid="template-take"]');
      await view.waitForSelector('[data-testid="template-NET-101"] .link:not([data-testid])');
      await view.locator('[data-testid="templates"]').scrollIntoViewIfNeeded();
    }
  },
  {
    name: 'opgaver-netvaerk',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.click('[data-testid="templates-BBR"] [data-testid="templates-take"]');
      await view.click('[data-testid="templates-BBR"] [aria-expanded]');
      await view.click('[data-testid="template-NET-101"] .link');
      await view.waitForSelector('[data-testid="field-deadline"]');
    }
  },
  {
    name: 'snitflader-erfaringer',
    ask: 'netvaerk=participant',
    go: async (view) => {
      await nav('snitflader')(view);
      await view.click('[data-testid="use-SF1511-BBR"]');
      await view.waitForSelector('[data-testid="learned"]');
    }
  },
  {
    name: 'netvaerk-kommuner',
    ask: 'netvaerk=host',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(6).click();
      await view.click('[data-testid="network-invite"]');
      await view.waitForSelector('[data-testid="network-invitation"]');
    }
  },
  {
    name: 'netvaerk-udgiv',
    ask: 'netvaerk=publisher',
    go: async (view) => {
      await nav('netvaerk')(view);
      await view.getByRole('tab').nth(7).click();
      await view.waitForSelector('[data-testid="publish-send"]');
    }
  },
  {
    name: 'tidslinje',
    go: async (view) => {
      await nav('snitflader')(view);
      await view.getByRole('tab').nth(3).click();
      await view.waitForSelector('[data-testid="line-BBR"]');
      await view.click('[data-testid="line-BBR"] [aria-expanded]');
    }
  },
  { name: 'overblik', go: nav('overblik') },
  { name: 'overblik-laeser', ask: 'deling=reader', go: nav('overblik') },
  { name: 'mine', go: nav('mine') },
  { name: 'opgaver', go: nav('opgaver') },
  {
    name: 'opgaver-panel',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.click('[data-testid="task-row-KLIK-1001"] input');
      await view.click('[data-testid="task-row-KLIK-1007"] input');
      await view.dblclick('[data-testid="task-row-KLIK-1001"] >> text=Udpeg');
      await view.waitForTimeout(300);
    }
  },
  {
    name: 'opgaver-eskaler',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.dblclick('[data-testid="task-row-KLIK-1001"] >> text=Udpeg');
      await view.click('[data-testid="escalate"]');
      await view.waitForSelector('[data-testid="escalate-run"]');
    }
  },
  {
    name: 'opgaver-klik',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.getByRole('tab').last().click();
      await view.fill('[data-testid="filter-text"]', '1008');
      await view.dblclick('[data-testid="task-row-KLIK-1008"] >> text=Opret');
      await view.waitForTimeout(300);
    }
  },
  {
    name: 'opgaver-celle',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.dblclick('[data-testid="task-row-KLIK-1003"] [data-column="3"]');
      await view.keyboard.type('å');
    }
  },
  {
    name: 'opgaver-filter',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.locator('[role="search"] button[aria-haspopup]').first().click();
    }
  },
  {
    name: 'opgaver-flere',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.click('[data-testid="task-row-KLIK-1001"] input');
      await view.keyboard.press('f');
    }
  },
  {
    name: 'opgaver-ny',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.keyboard.press('n');
      await view.click('[role="dialog"] footer .button-primary');
    }
  },
  {
    name: 'opgaver-ingen-hits',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.fill('[data-testid="filter-text"]', 'findes slet ikke');
    }
  },
  { name: 'opgaver-tom', ask: 'rows=0', go: nav('opgaver') },
  { name: 'projekter', go: nav('projekter') },
  { name: 'roller', go: nav('roller') },
  { name: 'snitflader', go: nav('snitflader') },
  {
    name: 'snitflader-projekt',
    go: async (view) => {
      await nav('snitflader')(view);
      await view.click('[data-testid="use-SF1511-BBR"]');
      await view.waitForSelector('[data-testid="use-state"]');
    }
  },
  {
    name: 'snitflader-horisont',
    go: async (view) => {
      await nav('snitflader')(view);
      await view.click('[data-tab="horizon"]');
      await view.waitForSelector('[data-testid="clashes"], [data-testid="needs"]');
    }
  },
  {
    name: 'snitflader-projekter',
    go: async (view) => {
      await nav('snitflader')(view);
      await view.click('[data-tab="projects"]');
      await view.waitForSelector('[data-testid="project-table"]');
    }
  },
  {
    name: 'snitflader-punkt',
    go: async (view) => {
      await nav('snitflader')(view);
      await view.click('[data-testid="add-point"]');
      await view.waitForSelector('[data-testid="point-text"]');
    }
  },
  { name: 'personer', go: nav('personer') },
  {
    name: 'konflikter',
    go: async (view) => {
      await nav('konflikter')(view);
      await view.keyboard.press('2');
    }
  },
  {
    name: 'konflikter-flere',
    ask: 'conflicts=7&sync=syncing',
    go: async (view) => {
      await nav('konflikter')(view);
      await view.keyboard.press('2');
    }
  },
  {
    name: 'konflikter-regel',
    ask: 'conflicts=7&sync=synced',
    go: async (view) => {
      await nav('konflikter')(view);
      await view.selectOption('[data-testid="rule-field"]', 'performer');
      await view.selectOption('[data-testid="rule-project"]', 'BBR');
      await view.selectOption('[data-testid="rule-pick"]', { index: 4 });
      await view.click('[data-testid="rule-show"]:not([aria-disabled])');
      await view.locator('[data-testid="rule-save"]').scrollIntoViewIfNeeded();
    }
  },
  {
    name: 'konflikter-afgjort',
    ask: 'conflicts=7',
    go: async (view) => {
      await nav('konflikter')(view);
      await view.keyboard.press('1');
      await view.waitForTimeout(100);
      await view.keyboard.press('Enter');
      await view.waitForTimeout(300);
    }
  },
  {
    name: 'konflikter-tre',
    ask: 'conflicts=7',
    go: async (view) => {
      await nav('konflikter')(view);
      await view.keyboard.press('k');
      for (let i = 0; i < 6; i += 1) await view.keyboard.press('j');
    }
  },
  { name: 'konflikter-ingen', ask: 'conflicts=0', go: nav('konflikter') },
  ...['offline', 'connecting', 'syncing', 'synced', 'unverified', 'incomplete', 'alarm', 'revoked'].map((state) => ({
    name: `status-${state}`,
    ask: `sync=${state}`,
    go: async (view) => {
      await view.click(`[data-testid="sync-status"][data-state="${state === 'unverified' ? 'synced' : state}"]`);
      await view.waitForSelector('[data-testid="sync-details"]');
    }
  })),
  {
    name: 'status-alone',
    go: async (view) => {
      await view.click('[data-testid="sync-status"]');
      await view.waitForSelector('[data-testid="sync-details"]');
    }
  },
  {
    name: 'projekt-ogsaa-her',
    ask: 'sync=synced',
    go: async (view) => {
      await nav('projekter')(view);
      await view.getByRole('button', { name: /^BBR/ }).first().click();
      await view.waitForSelector('[data-testid="present"]');
    }
  },
  {
    name: 'opgaver-ogsaa-her',
    ask: 'sync=synced',
    go: async (view) => {
      await nav('projekter')(view);
      await view.getByRole('button', { name: /^BBR/ }).first().click();
      await view.locator('.page-head .button-primary').click();
      await view.waitForSelector('[data-testid="present"]');
    }
  },
  { name: 'import', go: nav('import') },
  { name: 'eksport', go: nav('eksport') },
  { name: 'deling', ask: 'deling=admin', go: nav('deling') },
  { name: 'deling-alene', ask: 'deling=alone', go: nav('deling') },
  { name: 'deling-laeser', ask: 'deling=reader', go: nav('deling') },
  { name: 'deling-fjernet', ask: 'deling=revoked', go: nav('deling') },
  {
    name: 'deling-tilslut-fejl',
    ask: 'deling=alone',
    go: async (view) => {
      await nav('deling')(view);
      await view.click('[data-testid="join-look"]');
      await view.click('[data-testid="relay-connect"]');
      await view.fill('[data-testid="relay-url"]', 'wss://fejl.eksempel.dk');
      await view.click('[data-testid="relay-connect"]');
      await view.waitForSelector('[role="alert"]');
    }
  },
  {
    name: 'deling-noegle',
    ask: 'deling=alone',
    go: async (view) => {
      await nav('deling')(view);
      await view.fill('[data-testid="relay-url"]', 'wss://relay.eksempel.dk');
      await view.fill('[data-testid="relay-code"]', 'SVENDBORG-2018');
      await view.click('[data-testid="relay-connect"]');
      await view.waitForSelector('[data-testid="recovery-key"]');
      await view.keyboard.press('Escape');
      await view.waitForSelector('[role="dialog"] [role="alert"]');
    }
  },
  {
    name: 'deling-ny-noegle',
    ask: 'deling=admin',
    go: async (view) => {
      await nav('deling')(view);
      await view.click('[data-testid="renew-key"]');
      await view.waitForSelector('[data-testid="renew-run"]');
    }
  },
  {
    name: 'deling-inviter',
    ask: 'deling=admin',
    go: async (view) => {
      await nav('deling')(view);
      await view.click('[data-testid="invite"]');
      await view.click('[data-testid="invite-reader"]');
    }
  },
  {
    name: 'deling-invitation',
    ask: 'deling=admin',
    go: async (view) => {
      await nav('deling')(view);
      await view.click('[data-testid="invite"]');
      await view.click('[data-testid="invite-run"]');
      await view.waitForSelector('[data-testid="invite-qr"]');
    }
  },
  {
    name: 'deling-medlem',
    ask: 'deling=admin',
    go: async (view) => {
      await nav('deling')(view);
      await view.click('[data-testid="member-m0"] .devices');
      await view.selectOption('[data-testid="role-m0"]', 'reader');
      await view.selectOption('[data-testid="role-m1"]', 'editor');
      await view.selectOption('[data-testid="role-m0"]', 'reader');
    }
  },
  {
    name: 'deling-fjern',
    ask: 'deling=admin',
    go: async (view) => {
      await nav('deling')(view);
      await view.click('[data-testid="revoke-m2"]');
      await view.waitForSelector('[data-testid="revoke-run"]');
    }
  },
  {
    name: 'deling-pakke',
    ask: 'deling=admin',
    go: async (view) => {
      await nav('deling')(view);
      await view.setInputFiles('[data-testid="bundle-file"]', {
        name: 'svendborg-2018-06-13.tovholder',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('TOVHOLDER-BUNDLE-1')
      });
      await view.waitForSelector('[data-testid="bundle-told"] dl');
      await view.locator('[data-testid="bundle-told"]').scrollIntoViewIfNeeded();
    }
  },
  {
    name: 'deling-slaa-sammen',
    ask: 'deling=alone',
    go: async (view) => {
      await nav('deling')(view);
      await view.fill('[data-testid="join-link"]', 'tovholder:invite:o4bWxk2VJ9');
      await view.click('[data-testid="join-look"]');
      await view.waitForSelector('[data-testid="join-preview"]');
    }
  },
  { name: 'indstillinger', go: nav('indstillinger') },
  {
    name: 'soeg',
    go: async (view) => {
      await view.keyboard.press('Control+k');
      await view.keyboard.type('data');
      await view.waitForTimeout(300);
    }
  },
  { name: 'genveje', go: async (view) => view.keyboard.press('?') },
  {
    name: 'vis-pr-dato',
    go: async (view) => {
      await nav('opgaver')(view);
      await view.locator('header button[aria-haspopup="dialog"]').nth(1).click();
      await view.fill('[data-testid="on-day"]', '01.09.2018');
      await view.keyboard.press('Enter');
      await view.waitForTimeout(300);
    }
  }
].filter((scene) => !only || only.split(',').includes(scene.name));

const pages = new Set([
  'start',
  'overblik',
  'mine',
  'opgaver',
  'opgaver-panel',
  'projekter',
  'roller',
  'snitflader',
  'personer',
  'konflikter',
  'konflikter-flere',
  'konflikter-regel',
  'import',
  'eksport',
  'deling',
  'indstillinger'
]);

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync'
  ]
});

let wrong = 0;
function fault(where, what) {
  wrong += 1;
  console.error(`✗ ${where}: ${what}`);
}

/** How often the way to a scene is tried: a key pressed while a busy machine still loads the page is nobody's fault. */
const TRIES_MAX = 3;

async function look(scene, lang, theme, width, height, axe, tries = 1) {
  const where = `${scene.name} ${lang} ${theme} ${width}×${height}`;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const view = await context.newPage();
  view.on('console', (message) => message.type() === 'error' && fault(where, message.text()));
  view.on('pageerror', (error) => fault(where, error.message));
  try {
    await view.goto(`${base}?lang=${lang}&theme=${theme}&${scene.ask ?? ''}`);
    await view.waitForSelector('main h1');
    try {
      await scene.go(view);
    } catch (error) {
      if (tries >= TRIES_MAX) throw error;
      return await look(scene, lang, theme, width, height, axe, tries + 1);
    }
    await view.waitForTimeout(200);
    const sideways = await view.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (sideways > 0) fault(where, `${sideways} px scroll sideways`);
    const bare = await view.evaluate(() => {
      const text = document.body.innerText;
      return (
        text.match(
          /\b(?:shell|parts|start|opgaver|mine|konflikter|overblik|projekter|roller|snitflader|personer|import|eksport|deling|access|sync|missing|indstillinger|word|field|reason|error|notice|finding)\.[a-z_]+(?:\.\w+)*/g
        ) ?? []
      );
    });
    const keys = bare.filter((key) => !/\.(xlsx|csv|backup)$/.test(key));
    if (keys.length > 0) fault(where, `sentences without words: ${[...new Set(keys)].join(', ')}`);
    await view.screenshot({ path: join(pictures, `${scene.name}-${lang}-${theme}-${width}.png`) });
    if (axe) {
      const found = await new AxeBuilder({ page: view })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
        .analyze();
      for (const violation of found.violations) {
        if (violation.impact !== 'serious' && violation.impact !== 'critical') continue;
        const nodes = violation.nodes
          .slice(0, 4)
          .map((node) => `\n    ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1] ?? ''}`);
        fault(where, `${violation.id} (${violation.impact}), ${violation.nodes.length} places${nodes.join('')}`);
      }
    }
  } catch (error) {
    fault(where, error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error));
  } finally {
    await context.close();
  }
}

/**
 * Pages in both languages and themes; what opens above them in Danish light and English dark. `--pictures` adds the
 * widths 1280 and 1920, for looking.
 */
const jobs = [];
for (const scene of scenes) {
  for (const lang of ['da', 'en'])
    for (const theme of ['light', 'dark']) {
      const opposite = (lang === 'da') === (theme === 'light');
      if (quick ? lang === 'da' && theme === 'light' : pages.has(scene.name) || opposite)
        jobs.push(() => look(scene, lang, theme, 1440, 900, true));
    }
  if (!process.argv.includes('--pictures')) continue;
  for (const lang of ['da', 'en']) {
    jobs.push(() => look(scene, lang, 'light', 1280, 800, true));
    jobs.push(() => look(scene, lang, 'light', 1920, 1080, false));
  }
}
async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) await job();
}
await Promise.all([work(), work(), work()]);

// 3,000 rows: every filter and sort reaches the paint. How fast is for `cargo xtask bench screen` to say.
if (!only && !quick) {
  const view = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await view.goto(`${base}?rows=3000`);
  await view.waitForSelector('main h1');
  await nav('opgaver')(view);
  await view.getByRole('tab').last().click();
  for (const text of ['d', 'da', 'dat', 'data']) {
    await view.fill('[data-testid="filter-text"]', text);
    await view.waitForTimeout(300);
  }
  await view.fill('[data-testid="filter-text"]', '');
  for (const column of [2, 3, 5]) {
    await view.locator('[role="columnheader"] button').nth(column).click();
    await view.waitForTimeout(300);
  }
  const taken = await view.evaluate(() =>
    performance.getEntriesByName('tovholder:rows').map((entry) => entry.duration)
  );
  const sorted = taken.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
  console.log(
    `3,000 rows: ${taken.length} changes, median ${median.toFixed(1)} ms, most ${(sorted.at(-1) ?? 0).toFixed(1)} ms`
  );
  if (taken.length < 8) fault('rows', 'changes were not measured');
}

await browser.close();
server.close();
if (wrong > 0) {
  console.error(`${wrong} faults`);
  process.exit(1);
}
console.log(`${scenes.length} scenes, no faults`);
