import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { openAudit } from '../../src/adapters/store/audit.ts';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { type AuditRecord, verifyChain } from '../../src/core/audit.ts';
import { labelText } from '../../src/core/label.ts';
import type { Handling, Modal, Pce, Store } from '../../src/core/ports.ts';
import type { Response } from '../../src/core/response.ts';
import { isOurs } from '../../src/core/rule-context.ts';
import type { Roles } from '../../src/core/settings.ts';
import type { Workload } from '../../src/core/workload.ts';
import { createResponding, type Responding } from '../../src/pipelines/response.ts';
import type { RespondingDeps } from '../../src/pipelines/response-desk.ts';
import type { PceSimulator, PceSimulatorOptions } from '../../src/simulators/pce/index.ts';
import type { TestClock } from '../adapters/pce/support/clock.ts';
import { aLab } from '../adapters/pce/support/pce.ts';
import { aFolder, aLog } from '../adapters/store/support.ts';
import { anAlert, someRoles } from '../support/asking.ts';
import { problemsIn, shown } from '../support/blocks.ts';
import { MINUTE } from '../support/builders.ts';
import { aChannel, aProfile, type FakeChat, fakeChat, fakeInventory } from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';
import { unbounded } from '../support/responding.ts';
import { aContext } from '../support/rules.ts';

export const MAYA = { team: 'T1', user: 'U0MAYA' };
export const JO = { team: 'T1', user: 'U0JO' };
export const REASON = { reason: 'Malware suspected', words: '', ticket: '', typed: 'web-01' };

export interface Bench {
  readonly sim: PceSimulator;
  readonly pce: Pce;
  readonly clock: TestClock;
  readonly store: Store;
  readonly chat: FakeChat;
  readonly responding: Responding;
  readonly troubles: string[];
  readonly touched: string[];
  /** What people read in answer to a click. */
  readonly said: string[];
  /** What was said in the announce channel, beside requests and reminders. */
  readonly announced: string[];
  /** A further pipeline on the same store, as after a restart. */
  again(differs?: Partial<RespondingDeps> & { readonly pce?: Pce }): Responding;
  /** href of a simulated host. */
  host(name: string): string;
  /** Its labels in the PCE. */
  labels(name: string): string;
  /** Somebody else gives it these labels. */
  relabel(name: string, labels: Record<string, string>): void;
  /** Writes to the PCE through its API so far. */
  puts(): number;
  /** Opens a form; @returns its id as the client sends it back, or what was said instead. */
  open(
    name: string,
    more?: {
      action?: string;
      person?: typeof MAYA;
      responding?: Responding;
      soon?: boolean;
      also?: readonly string[];
    },
  ): Promise<string>;
  submit(
    draft: string,
    values?: Record<string, string>,
    person?: typeof MAYA,
    responding?: Responding,
  ): Handling;
  /** Opens and submits; @returns what the form says in the end. */
  respond(name: string, action?: string): Promise<string>;
  /** What stands in the newest modal. */
  modal(): string;
  responses(name: string): Promise<readonly Response[]>;
  /** `action verdict (why)` of every audit record. */
  audit(): Promise<string[]>;
  records(): Promise<AuditRecord[]>;
}

/** What the adapter does with a submission: durable, acknowledged, worked on. */
export const done = async ({ before, work }: Handling): Promise<void> => {
  await before?.();
  await work?.();
};

export const text = (view: Modal | undefined): string => shown({ text: '', blocks: view?.blocks ?? [] });

export const aBench = async (
  differs: Partial<RespondingDeps> & {
    readonly mayWrite?: boolean;
    readonly pce?: (real: Pce) => Pce;
    readonly gateRoles?: Roles;
    /** Further PCEs of a supercluster. */
    readonly members?: number;
    /** How its simulated PCE differs. */
    readonly sim?: PceSimulatorOptions;
  } = {},
): Promise<Bench> => {
  const {
    sim,
    pce: real,
    clock,
  } = await aLab(
    { workloads: 20, members: differs.members ?? 0, ...differs.sim },
    { settings: { write: { key: 'api_sim', secret: 'simsecret' } } },
  );
  const pce = differs.pce?.(real) ?? real;
  // Who else there is, for the effect check; the host itself is read when it is asked for.
  const others: Workload[] = [];
  await real.eachWorkload((one) => {
    if (one.name === 'web-02') others.push(one);
  });
  const folder = await aFolder();
  const audit = await openAudit({ folder, log: aLog(), clock, config: () => 'c1', version: '0.1.0' });
  onTestFinished(() => audit.close());
  const store = differs.store ?? openMemoryStore();
  const chat = fakeChat(clock);
  for (const user of ['U0MAYA', 'U0JO', 'U0VIC']) chat.people.set(user, aProfile(user));
  chat.groups.set('S0ANALYST', []);
  chat.groups.set('S0RESPOND', ['U0MAYA', 'U0JO']);
  for (const id of ['C0SOC', 'C0ANN']) chat.channels.set(id, aChannel(id));
  const troubles: string[] = [];
  const touched: string[] = [];
  const said: string[] = [];
  const announced: string[] = [];
  const standing = new Set<string>();
  const owed: (Promise<void> | undefined)[] = [];
  let serial = 0;
  const responding = (more: Partial<RespondingDeps> & { readonly pce?: Pce } = {}): Responding => {
    const { pce: own = pce, ...deps } = more;
    return createResponding({
      desks: new Map([
        [
          'lab',
          {
            pce: own,
            inventory: fakeInventory('lab', others),
            mayWrite: differs.mayWrite ?? true,
            ownHosts: [],
            touchHost: async (href: string) => void touched.push(href),
          },
        ],
      ]),
      actions,
      store,
      audit,
      chat,
      gate: aGate({ chat, roles: differs.gateRoles ?? someRoles, log: aLog() }),
      clock,
      ids: { next: () => `id${++serial}` },
      log: aLog(),
      tell: (trouble: string) => void troubles.push(trouble),
      announce: (key, line, said) => {
        if (!standing.has(key)) announced.push(JSON.stringify(line));
        standing.add(key);
        owed.push(said?.());
      },
      isOurs: (event) =>
        isOurs(
          event,
          aContext({
            pces: [
              {
                url: 'https://pce.example.com',
                read: { key: 'api_sim', secret: '' },
                write: undefined,
                traffic: undefined,
              },
            ],
          }),
        ),
      settings: {
        quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
        never: [],
        protected: [],
        management: { sources: [], services: [] },
        ...differs.settings,
      },
      ...unbounded,
      ...(differs.held === undefined ? {} : { held: differs.held }),
      ...(differs.guard === undefined ? {} : { guard: differs.guard }),
      ...(differs.peers === undefined ? {} : { peers: differs.peers }),
      ...(differs.limits === undefined ? {} : { limits: differs.limits }),
      ...deps,
    } as RespondingDeps);
  };
  const main = responding();
  const hosts = () =>
    sim.control.state().workloads as Record<
      string,
      { hostname: string; name?: string; labels: Record<string, string> }
    >;
  const records = async (): Promise<AuditRecord[]> =>
    (await readFile(join(folder, 'audit.jsonl'), 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditRecord);
  const self: Bench = {
    sim,
    pce,
    clock,
    store,
    chat,
    responding: main,
    troubles,
    touched,
    said,
    announced,
    again: (more = {}) => responding(more),
    host: (name) => Object.entries(hosts()).find(([, row]) => row.hostname === name)?.[0] ?? '',
    labels: (name) => {
      const row = Object.values(hosts()).find(({ hostname }) => hostname === name);
      return labelText(Object.entries(row?.labels ?? {}).map(([key, value]) => ({ href: key, key, value })));
    },
    relabel: (name, labels) => sim.control.labels({ href: self.host(name), labels, by: 'admin' }),
    puts: () => sim.control.state().writes.length,
    async open(
      name,
      { action = 'quarantine', person = MAYA, responding: one = main, soon = false, also = [] } = {},
    ) {
      const hrefOf = (one: string): string => (one.startsWith('/') ? one : self.host(one));
      const before = said.length;
      // A release sooner after the quarantine by the same person needs a second one.
      if (action === 'release' && !soon) clock.advance(31 * MINUTE);
      await one.open({
        action,
        pce: 'lab',
        hrefs: [hrefOf(name), ...also.map(hrefOf)],
        person,
        channel: 'C0SOC',
        alert: anAlert(),
        triggerId: 't1',
        say: async ({ mrkdwn }) => void said.push(mrkdwn),
      });
      for (const { blocks } of chat.views) expect(problemsIn(blocks)).toEqual([]);
      const form = chat.views.at(-1) as (Modal & { private_metadata?: string }) | undefined;
      return said.length > before ? '' : (form?.private_metadata ?? '');
    },
    submit: (draft, values = REASON, person = MAYA, one = main) =>
      one.submit({ draft, person, viewId: `V${chat.views.length}`, values }),
    async respond(name, action = 'quarantine') {
      const draft = await self.open(name, { action });
      expect(draft).not.toBe('');
      await done(self.submit(draft));
      return self.modal();
    },
    modal: () => text(chat.views.at(-1)),
    responses: (name) => store.responsesOf('lab', self.host(name)),
    audit: async () =>
      (await records()).map(
        ({ action, verdict, why }) => `${action} ${verdict}${why === undefined ? '' : `: ${why}`}`,
      ),
    records,
  };
  onTestFinished(async () => {
    await Promise.all(owed);
    const lines = (await readFile(join(folder, 'audit.jsonl'), 'utf8')).split('\n').slice(0, -1);
    const sha256 = (line: string): string => createHash('sha256').update(line).digest('hex');
    expect(verifyChain(lines, sha256)).toMatchObject({ ok: true, records: lines.length });
    expect(lines.join('\n')).not.toContain('simsecret');
  });
  return self;
};

export const OLD = 'app=shop env=prod loc=fra role=web';
export const QUARANTINED = `${OLD} Quarantine=Severe`;
export const stateOf = async (bench: Bench): Promise<string[]> =>
  (await bench.responses('web-01')).map(({ state }) => state);

/** A PCE whose PUT ends the process: before it goes out, or after it took effect. */
export const dying =
  (when: 'before' | 'after') =>
  (real: Pce): Pce => ({
    ...real,
    putLabels: async (href, labels) => {
      if (when === 'after') await real.putLabels(href, labels);
      return new Promise(() => {});
    },
  });

/** Starts what never ends; resolves when the response is durable as `writing` and nothing more happens. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  // Real sockets answer when they do: only a bound, never a wait.
  const end = Date.now() + 10_000;
  while (Date.now() < end) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`did not come to be: ${holds}`);
};
