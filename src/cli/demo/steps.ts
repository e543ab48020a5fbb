import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { offline, online, suspended, tampering } from './happenings.ts';
import { policySteps } from './policy-steps.ts';
import { ANA, ANNOUNCE, MAYA, Mismatch, OLU, OTTO, SAM, type Scene, type Seen, SOC } from './scene.ts';
import { root, type Step, say } from './step.ts';

const expectEqual = (what: string, expected: string, saw: string): string => {
  if (expected !== saw) throw new Mismatch(`expected ${what} ${expected}, saw ${saw}`);
  return saw;
};

const audit = async ({ world }: Scene): Promise<Record<string, unknown>[]> =>
  (await readFile(join(world.dataDir, 'audit.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const audited = async (scene: Scene, action: string, verdict: string, actor: string): Promise<string> => {
  const found = (await audit(scene)).some(
    (row) =>
      row['action'] === action &&
      row['verdict'] === verdict &&
      (row['actor'] as { user?: string }).user === actor,
  );
  if (!found) throw new Mismatch(`expected an audit line "${action}: ${verdict}" by ${actor}, saw none`);
  return `audit "${action}: ${verdict}"`;
};

/** A message about a request, where approvers are asked. */
const wanted = (scene: Scene, ...words: string[]): Promise<Seen> =>
  scene.until(
    `a request with ${words.join(', ')}`,
    () => scene.messages(ANNOUNCE).find((message) => words.every((word) => message.words.includes(word))),
    () =>
      scene
        .messages(ANNOUNCE)
        .map(({ words: said }) => said.slice(0, 80))
        .join(' | '),
  );

const refused = async (scene: Scene, user: string): Promise<string> => {
  const message = await root(scene, 'Firewall tampering', 'web-01');
  const before = scene.ephemerals(user).length;
  const puts = scene.writes().length;
  // The outsider is in no channel with the bot: his click is one that a stolen or forged payload would carry.
  await scene.click(user, message, 'quarantine', user === OTTO);
  const pick = await scene.until('an answer to the click', () => scene.ephemerals(user)[before]);
  expectEqual('writes on the PCE', String(puts), String(scene.writes().length));
  return pick;
};

/** What a person reads after a command. */
const answered = async (scene: Scene, command: string, word: string): Promise<string> => {
  const before = scene.ephemerals(MAYA).length;
  await scene.command(MAYA, command);
  return scene.until(
    `an answer to /illumio ${command} with "${word}"`,
    () =>
      scene
        .ephemerals(MAYA)
        .slice(before)
        .find((words) => words.toLowerCase().includes(word.toLowerCase())),
    () => scene.ephemerals(MAYA).slice(before).join(' | '),
  );
};

/**
 * The busiest source of the last 24 h, summed from the simulator's own rows by another path than the bot's: rows of one flow are
 * told by both ends, and the side with more connections counts (definitions §0).
 */
interface End {
  readonly ip: string;
  readonly workload?: { readonly href: string; readonly hostname?: string; readonly name?: string };
}
interface Row {
  readonly src: End;
  readonly dst: End;
  readonly service: { readonly port?: number; readonly proto: number };
  readonly policy_decision: string;
  readonly flow_direction?: string;
  readonly num_connections?: number;
  readonly timestamp_range: { readonly first_detected: string };
}

const identityOf = ({ ip, workload }: End): string => workload?.href ?? ip;

const topSource = ({ world }: Scene): { readonly name: string; readonly connections: number } => {
  const to = Date.now();
  const rows = world.pce.control.flows({
    from: new Date(to - 86_400_000).toISOString(),
    to: new Date(to).toISOString(),
  });

  const sides = new Map<
    string,
    { name: string; who: string; inbound: number; outbound: number; other: number }
  >();
  for (const row of rows as unknown as readonly Row[]) {
    const { src, dst, service, policy_decision: decision, flow_direction: direction } = row;
    const day = row.timestamp_range.first_detected.slice(0, 10);
    const key = [identityOf(src), identityOf(dst), service.port, service.proto, decision, day].join(' ');
    const name = src.workload?.hostname || src.workload?.name || src.ip;
    const sum = sides.get(key) ?? { name, who: identityOf(src), inbound: 0, outbound: 0, other: 0 };
    sum[direction === 'inbound' || direction === 'outbound' ? direction : 'other'] +=
      row.num_connections ?? 0;
    sides.set(key, sum);
  }
  const sources = new Map<string, { name: string; connections: number }>();
  for (const { name, who, inbound, outbound, other } of sides.values()) {
    const source = sources.get(who) ?? { name, connections: 0 };
    source.connections += Math.max(inbound, outbound, other);
    sources.set(who, source);
  }
  const [best] = [...sources.values()].sort((a, b) => b.connections - a.connections);
  if (best === undefined) throw new Mismatch('expected flows in the simulator, saw none');
  return best;
};

/** The whole job, in the order a team would meet it. Each step looks at the simulators' state. */
export const steps: readonly Step[] = [
  {
    title: 'the bot starts and connects',
    async run(scene) {
      await scene.world.startBot();
      const { connections } = scene.world.slack.control.state() as { connections: number };
      await scene.polls(1);
      return `${connections} Socket Mode connection(s), events polled`;
    },
  },
  {
    title: 'firewall-tampering: one message names the host and what to do',
    async run(scene) {
      scene.world.pce.control.events(
        tampering(scene, 'web-01', { href: '/orgs/1/events/smoke-tampering-1' }),
      );
      const message = await root(scene, 'Firewall tampering on web-01', 'What to do');
      return say(message);
    },
  },
  {
    title: 'the same event read again by overlapping polls is not told or counted twice',
    async run(scene) {
      await scene.polls(3);
      const told = scene.messages().filter(({ words }) => words.includes('Firewall tampering on web-01'));
      expectEqual('messages', '1', String(told.length));
      if (/×\d/.test(told[0]?.words ?? '')) throw new Mismatch(`expected no counter, saw ${told[0]?.words}`);
      return 'one message, no counter, after 3 more polls';
    },
  },
  {
    title: 'a refused click by an outsider: told, audited, no call to change the PCE',
    async run(scene) {
      const words = await refused(scene, OTTO);
      if (!words.includes("can't quarantine")) throw new Mismatch(`expected a refusal, saw ${words}`);
      return `${words.slice(0, 120)}… ${await audited(scene, 'quarantine asked', 'refused', OTTO)}`;
    },
  },
  {
    title: 'a refused click by a member without the role: told who may, audited',
    async run(scene) {
      const words = await refused(scene, SAM);
      if (!words.includes("can't quarantine") || !words.includes('S0SECOPS1'))
        throw new Mismatch(`expected a refusal that names who may, saw ${words}`);
      return `${words.slice(0, 140)}… ${await audited(scene, 'quarantine asked', 'refused', SAM)}`;
    },
  },
  {
    title: 'quarantine by a responder keeps every label and adds one',
    async run(scene) {
      const before = scene.labels('web-01');
      const message = await root(scene, 'Firewall tampering', 'web-01');
      await scene.click(MAYA, message, 'quarantine');
      await scene.until(
        'the filled form',
        () => {
          const modal = scene.modal(MAYA);
          return modal?.words.includes('Quarantine=Severe') ? modal : undefined;
        },
        () => scene.modal(MAYA)?.words ?? 'no modal',
      );
      await scene.submit(MAYA, { reason: 'Unexplained firewall change', ticket: 'SEC-1' });
      const after = [...before.split(' '), 'Quarantine=Severe'].sort().join(' ');
      await scene.until(
        `labels ${after}`,
        () => (scene.labels('web-01') === after ? after : undefined),
        () => scene.labels('web-01'),
      );
      await scene.until(
        'the outcome in the form',
        () => (scene.modal(MAYA)?.words.includes('read back') ? true : undefined),
        () => scene.modal(MAYA)?.words ?? 'no modal',
      );
      return `web-01 by maya: ${before} → + Quarantine=Severe; ${await audited(scene, 'quarantine', 'done', MAYA)}`;
    },
  },
  {
    title: 'the alert shows who labelled the host and that it waits for policy',
    run: async (scene) =>
      say(await root(scene, 'on web-01', 'Labelled for quarantine by', 'waiting for policy')),
  },
  {
    title: 'once its policy is applied and lets nothing pass the alert says contained, and until when',
    async run(scene) {
      scene.world.pce.control.clock({ advance_ms: 5_000 });
      return say(await root(scene, 'on web-01', 'Contained by', 'policy applied', 'isolated; review at'));
    },
  },
  {
    title: 'a second form submitted for the same host changes nothing: one request, one PUT',
    async run(scene) {
      const before = scene.ephemerals(MAYA).length;
      await scene.command(MAYA, 'quarantine web-01');
      await scene.until(
        'the form or the reason why not',
        () => (scene.modal(MAYA)?.words.includes('already carries') ? true : undefined),
        () => `${scene.modal(MAYA)?.words} ${scene.ephemerals(MAYA).slice(before).join(' | ')}`,
      );
      const puts = scene.writes().filter(({ href }) => href === scene.href('web-01'));
      return `"already carries", ${expectEqual('PUTs on web-01', '1', String(puts.length))} PUT`;
    },
  },
  {
    title:
      'a release so soon needs another person: the requester cannot, ana approves, and exactly the labels from before come back',
    async run(scene) {
      const now = scene.labels('web-01');
      const expected = now
        .split(' ')
        .filter((label) => label !== 'Quarantine=Severe')
        .join(' ');
      const message = await root(scene, 'on web-01', 'Contained by');
      await scene.click(MAYA, message, 'release');
      await scene.until(
        'the form',
        () => (scene.modal(MAYA)?.words.includes('Labels after') ? true : undefined),
        () => scene.modal(MAYA)?.words ?? 'no modal',
      );
      await scene.submit(MAYA, { reason: 'Explained' });
      const request = await wanted(scene, 'Release web-01', 'less than 30 min ago');
      await scene.click(MAYA, request, 'approve');
      const refused = await scene.until('a refusal of an own request', () =>
        scene.ephemerals(MAYA).find((words) => words.includes("You can't approve release")),
      );
      expectEqual('labels before the approval', now, scene.labels('web-01'));
      await scene.click(ANA, request, 'approve');
      await scene.until(
        `labels ${expected}`,
        () => (scene.labels('web-01') === expected ? true : undefined),
        () => scene.labels('web-01'),
      );
      await wanted(scene, 'Release web-01', 'approved by ana');
      return `web-01: ${expected}; maya: ${refused.slice(0, 90)}…; ${await audited(scene, 'release', 'done', MAYA)}`;
    },
  },
  {
    title: 'a second host is shown in the channel, not only in the thread',
    async run(scene) {
      scene.world.pce.control.events(tampering(scene, 'db-01'));
      const line = await scene.until('a line about db-01 in the channel', () =>
        scene
          .messages()
          .find((message) => message.thread !== null && message.broadcast && message.words.includes('db-01')),
      );
      return say(line);
    },
  },
  {
    title: 'ven-offline: three hosts in one event, one message, all named',
    async run(scene) {
      scene.world.pce.control.events(offline(scene, ['app-01', 'app-02', 'web-02']));
      for (const name of ['app-01', 'app-02', 'web-02'])
        scene.world.pce.control.workload({ href: scene.href(name), online: false });
      return say(await root(scene, 'app-01', 'app-02', 'web-02'));
    },
  },
  {
    title: 'ven-offline: resolved when all three are back',
    async run(scene) {
      for (const name of ['app-01', 'app-02', 'web-02']) {
        scene.world.pce.control.workload({ href: scene.href(name), online: true });
        scene.world.pce.control.events(online(scene, name));
      }
      const line = await scene.until('a resolved line', () =>
        scene
          .messages()
          .find(
            ({ thread, words }) => thread !== null && words.includes('Resolved') && words.includes('app-01'),
          ),
      );
      return say(line);
    },
  },
  {
    title: 'ven-suspended names the host',
    async run(scene) {
      scene.world.pce.control.events(suspended(scene, 'web-03'));
      return say(await root(scene, 'web-03', 'uspended'));
    },
  },
  ...policySteps,
  {
    title: 'label-changed shows before and after when a host crosses a border',
    async run(scene) {
      const labels = Object.fromEntries(
        scene
          .labels('db-02')
          .split(' ')
          .map((one) => one.split('=') as [string, string]),
      );
      scene.world.pce.control.labels({
        href: scene.href('db-02'),
        labels: { ...labels, env: labels['env'] === 'prod' ? 'dev' : 'prod' },
        by: 'jdoe@example.com',
      });
      return say(await root(scene, 'db-02', 'env'));
    },
  },
  {
    title: 'pce-health names node, what and value, and resolves',
    async run(scene) {
      scene.world.pce.control.health({ disk: 97 });
      const message = await root(scene, 'disk', '97');
      scene.world.pce.control.health({ disk: 20 });
      return say(message);
    },
  },
  {
    title: 'pce-unreachable is told once, and resolved when it answers again',
    async run(scene) {
      const id = scene.world.pce.control.fault({ path: '/api/v2', kind: 'status', status: 503 });
      const message = await root(scene, 'prod-east', 'reach');
      scene.world.pce.control.clearFaults(id);
      await scene.until('the end', () =>
        scene.messages().find(({ thread, words }) => thread === message.ts && words.includes('Resolved')),
      );
      return say(message);
    },
  },
  {
    title: '/illumio workload shows the card of a host',
    async run(scene) {
      const before = scene.ephemerals(MAYA).length;
      await scene.command(MAYA, 'workload web-01');
      const card = await scene.until(
        'a card',
        () =>
          scene
            .ephemerals(MAYA)
            .slice(before)
            .find((words) => words.includes('web-01') && words.includes('app=shop')),
        () => scene.ephemerals(MAYA).slice(before).join(' | '),
      );
      return card.slice(0, 140);
    },
  },
  {
    title: '/illumio top: the numbers are those of an independent sum over the stored flows',
    async run(scene) {
      const expected = topSource(scene);
      const words = await answered(scene, 'top src --by connections', expected.name);
      const figure = expected.connections.toLocaleString('en-US');
      if (!words.includes(figure))
        throw new Mismatch(`expected ${expected.name} with ${figure} connections, saw ${words}`);
      if (!words.includes('prod-east')) throw new Mismatch(`expected a basis line, saw ${words}`);
      return `${expected.name} ${figure} connections`;
    },
  },
  {
    title: '/illumio health, alerts, status, why, quarantine, release, help and test answer',
    async run(scene) {
      const health = await answered(scene, 'health', 'prod-east');
      await answered(scene, 'alerts', 'tampering');
      await answered(scene, 'status', 'prod-east');
      await answered(scene, 'help', '/illumio top');
      await answered(scene, 'release db-02', 'quarantine');
      await answered(scene, 'test', 'test');
      const alert = /[\w-]{12}/.exec(await answered(scene, 'alerts', 'db-01'))?.[0] ?? '';
      await answered(scene, `why ${alert}`, 'Rule ');
      return `${health.slice(0, 100)}…`;
    },
  },
  {
    title: 'acknowledge: the message says who, and a second one is told so',
    async run(scene) {
      const message = await root(scene, 'irewall', 'db-01');
      const before = scene.ephemerals(MAYA).length;
      await scene.click(MAYA, message, 'acknowledge');
      const shown = await root(scene, 'Acknowledged by', 'db-01');
      await scene.click(MAYA, message, 'acknowledge').catch(() => undefined);
      return `${say(shown)} ${scene.ephemerals(MAYA).slice(before).join(' ')}`;
    },
  },
  {
    title: '/illumio with an unknown label names the nearest, and shows nothing wider',
    async run(scene) {
      const before = scene.ephemerals(MAYA).length;
      await scene.command(MAYA, 'workload env=prdo');
      return (
        await scene.until(
          'the nearest name',
          () =>
            scene
              .ephemerals(MAYA)
              .slice(before)
              .find((words) => words.includes('env=prod')),
          () => scene.ephemerals(MAYA).slice(before).join(' | '),
        )
      ).slice(0, 140);
    },
  },
  {
    title: 'a kill in the middle: what happened meanwhile is told, nothing is told twice',
    async run(scene) {
      const before = scene.messages().length;
      await scene.world.stopBot('SIGKILL');
      scene.world.pce.control.events(tampering(scene, 'web-04'));
      await scene.world.startBot();
      const line = await scene.until('an alert about web-04', () => scene.find('web-04', 'tampering'));
      await scene.polls(3);
      const after = scene.messages().length;
      expectEqual('messages more', '1', String(after - before));
      return say(line);
    },
  },
  {
    title: 'no mention ever came from foreign text',
    async run(scene) {
      const configured: readonly unknown[] = ['S0SECOPS1', ANA, OLU];
      const foreign = scene.mentions().filter(({ id }) => !configured.includes(id));
      expectEqual('mentions', '[]', JSON.stringify(foreign));
      return 'only @secops and the approvers, from the configuration';
    },
  },
  {
    title: 'the audit chain verifies',
    async run(scene) {
      const { code, out } = await scene.world.cli('audit', 'verify', '--data', '@data', '--json');
      expectEqual('exit code', '0', String(code));
      return out.trim();
    },
  },
  {
    title: 'a stop is clean: exit 0',
    async run(scene) {
      const code = await scene.world.stopBot('SIGTERM');
      return `exit ${expectEqual('exit code', '0', String(code))}, ${scene.messages(SOC).length} messages`;
    },
  },
];
