// Many clients against that server, with the same library: `node clients.mjs PORT PID CLIENTS SPACES EVERY_S EDITS`.
// As sync-server/examples/load does for the relay: everybody edits one cell every so often, spread evenly; the first edit
// of each warms up and is not measured. Prints one JSON object.
import { readFileSync } from 'node:fs';

import { ImmutableString } from '@automerge/automerge';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket';

const [port, pid, clients, spaces, everyS, edits] = process.argv.slice(2).map(Number);
const TASKS = 100;
const FIELDS = 12;
const COMING_MS_MAX = 120_000;
const LAST_MS_MAX = 15_000;
const GREETINGS = 32;

const rest = (ms) => new Promise((done) => setTimeout(done, ms));
const memoryKib = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const cpuS = (process) => {
  const ticks = readFileSync(`/proc/${process}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(/\s+/);
  return (Number(ticks[11]) + Number(ticks[12])) / 100;
};

/** A municipality's document as one would nest it there, which spares these clients more than our cells would: no text
 * that is edited together, and an edit copies one task and not all. */
const document = () => {
  const tasks = {};
  for (let task = 0; task < TASKS; task++) {
    const fields = {};
    for (let field = 0; field < FIELDS; field++) {
      fields[`field-${field}`] = new ImmutableString(`value ${task} of field ${field}`);
    }
    tasks[`KLIK-${task}`] = fields;
  }
  return { tasks };
};

const sent = Array.from({ length: clients }, () => []);
const arrivals = [];
let live = 0;
let lost = 0;
let why = '';

const arrived = (me, patches) => {
  for (const patch of patches) {
    const text = String(patch.value?.val ?? patch.value ?? '');
    const found = /^edit (\d+) (\d+)$/.exec(text);
    if (!found) continue;
    const [author, number] = [Number(found[1]), Number(found[2])];
    // The first edit of everybody warms up.
    if (author !== me && number > 0) arrivals.push(performance.now() - sent[author][number]);
  }
};

const urls = [];
const handles = [];

const comeIn = async (number) => {
  const adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${port}`);
  const repo = new Repo({ network: [adapter], peerId: `client-${number}` });
  const space = number % spaces;
  // An adapter that has waited for a second calls itself ready, with nobody at the other end.
  await new Promise((done) => repo.networkSubsystem.once('peer', done));
  let handle;
  if (number < spaces) {
    handle = repo.create(document());
    // Until the server has it.
    await rest(1_000);
    urls[space] = handle.url;
  } else {
    handle = await repo.find(urls[space]);
    await handle.whenReady();
  }
  handle.on('change', ({ patches }) => arrived(number, patches));
  handles[number] = handle;
  live += 1;
};

const edit = (number, count) => {
  // A cell of its own for every edit, so that none hides another.
  const task = `KLIK-${(Math.floor(number / spaces) * (edits + 1) + count) % TASKS}`;
  sent[number][count] = performance.now();
  try {
    handles[number].change((document) => {
      document.tasks[task][`field-${count}`] = new ImmutableString(`edit ${number} ${count}`);
    });
  } catch (error) {
    // What comes while the document is being changed makes it »outdated«; that edit is not delivered.
    why ||= String(error);
    lost += 1;
  }
};

const before = memoryKib();
const came = performance.now();
let next = 0;
const coming = Array.from({ length: GREETINGS }, async () => {
  while (next < clients && performance.now() - came < COMING_MS_MAX) {
    const number = next++;
    // A document must be there before others ask for it.
    while (number >= spaces && !urls[number % spaces]) await rest(20);
    try {
      await comeIn(number);
    } catch (error) {
      why ||= String(error);
      lost += 1;
    }
  }
});
await Promise.race([Promise.all(coming), rest(COMING_MS_MAX)]);
const comingS = (performance.now() - came) / 1000;
await rest(5_000);

const members = Array.from({ length: spaces }, () => 0);
handles.forEach((handle, number) => {
  if (handle) members[number % spaces] += 1;
});
handles.forEach((handle, number) => {
  if (!handle) return;
  for (let count = 0; count <= edits; count++) {
    setTimeout(() => edit(number, count), (count + (number + 0.5) / clients) * everyS * 1000);
  }
});
await rest(everyS * 1000);
const [server, own] = [cpuS(pid), cpuS(process.pid)];
const began = performance.now();
await rest(everyS * 1000 * edits);
const expected = members.reduce((sum, count) => sum + count * (count - 1), 0) * edits;
const last = performance.now();
while (arrivals.length < expected && performance.now() - last < LAST_MS_MAX) await rest(20);
const seconds = (performance.now() - began) / 1000;
const [serverS, ownS] = [cpuS(pid) - server, cpuS(process.pid) - own];

arrivals.sort((one, other) => one - other);
const percentile = (of100) => arrivals[Math.max(0, Math.ceil((arrivals.length * of100) / 100) - 1)] ?? null;
console.log(
  JSON.stringify({
    clients,
    live,
    lost,
    why,
    spaces,
    coming_s: comingS,
    memory_before_kib: before,
    memory_kib: memoryKib(),
    edits: {
      made: live * edits,
      expected,
      delivered: arrivals.length,
      p50_ms: percentile(50),
      p99_ms: percentile(99),
      max_ms: arrivals.at(-1) ?? null,
      seconds,
      relay_cpu_s: serverS,
      load_cpu_s: ownS,
    },
  }),
);
process.exit(0);
