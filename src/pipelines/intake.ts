import { type ExternalAlert, type MeantHost, readExternal, signatureKey } from '../core/external.ts';
import { type PagerAnswer, type ReadAnswer, readAnswer, readPagerDuty } from '../core/pager.ts';
import type { Audit, Clock, IntakeAnswer, IntakeRefusal, Inventory, Log, Store } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import type { Alerting } from './alerting.ts';
import type { Meter } from './meter.ts';

const MINUTE_MS = 60_000;
/** Alerts one source may report in a minute, and refused calls that get an audit line of their own in one: the rest are counted. */
export const INTAKE_RATE = { perSource: 60, audited: 200, alarming: 20 } as const;

export interface IntakeDesk {
  readonly inventory: Pick<Inventory, 'readAt' | 'byHostname' | 'byAddress'>;
  readonly alerting: Pick<Alerting, 'external' | 'tend'>;
}

export interface IntakeDeps {
  /** By name; the first is the one that hosts nobody knows are told of. */
  readonly desks: ReadonlyMap<string, IntakeDesk>;
  readonly store: Pick<Store, 'alerts' | 'intakeTaken' | 'commit'>;
  readonly audit: Audit;
  readonly meter: Pick<Meter, 'count'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  tell(trouble: string): void;
}

/** What comes from outside, after its signature was found true. It makes alerts and acknowledges them, and never does anything to a host. */
export interface Intake {
  alert(body: string): Promise<IntakeAnswer>;
  /** @param at when it was signed, epoch ms */
  acknowledge(body: string, at: number): Promise<IntakeAnswer>;
  pagerDuty(body: string, at: number): Promise<IntakeAnswer>;
  /** Whether a signature is used for the first time, also across restarts; from now on it is used. Rejects with StoreError. */
  first(signature: string): Promise<boolean>;
  /** A call that was not believed or not understood: recorded, in bounds. */
  refused(call: IntakeRefusal): void;
  /** Records what was only counted. */
  flush(): Promise<void>;
}

export const createIntake = (deps: IntakeDeps): Intake => {
  const { desks, audit, meter, clock } = deps;
  const allowed = createRate(INTAKE_RATE.perSource, clock);
  const refusals = createRefusals(deps);
  /** Signatures of calls that came this moment: two at once must not both be the first. */
  const claimed = new Set<string>();

  const alert = async (body: string): Promise<IntakeAnswer> => {
    const read = readExternal(body);
    if (!read.ok) return refuse(400, read.why);
    const { alert: given } = read;
    if (given.pce !== undefined && !desks.has(given.pce)) return refuse(400, `there is no PCE ${given.pce}`);
    const waitS = allowed(given.source);
    if (waitS > 0)
      return { ...refuse(429, `more than ${INTAKE_RATE.perSource} alerts a minute`), retryAfterS: waitS };
    const asked = [...desks].filter(([name]) => given.pce === undefined || given.pce === name);
    if (asked.some(([, { inventory }]) => inventory.readAt === undefined))
      return { status: 503, body: { status: 'wait', why: 'hosts are not known yet' }, retryAfterS: 30 };
    return taken(given, asked);
  };

  const taken = async (
    given: ExternalAlert,
    asked: readonly (readonly [string, IntakeDesk])[],
  ): Promise<IntakeAnswer> => {
    const meant = meantHosts(given, asked);
    let fresh = false;
    for (const [name, hosts] of meant)
      if (await desks.get(name)?.alerting.external(given, hosts)) fresh = true;
    if (!fresh) return { status: 200, body: { status: 'known' } };
    await audit.append({
      actor: { system: 'intake' },
      actorName: given.source,
      action: 'external-alert',
      verdict: 'noted',
      reason: `${given.id}: ${given.title}`,
    });
    const told = [...meant].flatMap(([pce, hosts]) =>
      hosts.map(({ named, matches }) => ({ named, pce, workloads: matches.map(({ href }) => href) })),
    );
    return { status: 202, body: { status: 'accepted', hosts: told } };
  };

  const answered = async (read: ReadAnswer, at: number): Promise<IntakeAnswer> => {
    if (read.kind === 'wrong') return refuse(400, read.why);
    if (read.kind === 'other') return { status: 200, body: { status: 'ignored' } };
    return await acknowledged(read.answer, read.answer.at ?? at);
  };

  const acknowledged = async ({ dedupe, by, via }: PagerAnswer, at: number): Promise<IntakeAnswer> => {
    const [found] = await deps.store.alerts([dedupe]);
    if (found === undefined) return refuse(404, 'there is no such alert');
    const [changed] =
      (await desks.get(found.pce)?.alerting.tend([found], (one) =>
        // What fired again after somebody answered is not what he answered.
        one.acknowledged !== undefined || one.begunAt > at
          ? undefined
          : { type: 'alert-acknowledged', fingerprint: dedupe, by: { name: by, via }, at: clock.now() },
      )) ?? [];
    if (changed === undefined) return { status: 200, body: { status: 'known' } };
    await audit.append({
      actor: { system: 'intake' },
      actorName: `${by} via ${via}`,
      action: 'acknowledge',
      verdict: 'done',
      pce: found.pce,
      alert: found.id,
    });
    return { status: 200, body: { status: 'acknowledged' } };
  };

  const refuse = (status: number, why: string): IntakeAnswer => {
    return { status, body: { status: 'refused', why } };
  };

  /** A signed call that makes no sense is recorded like one that is not believed. */
  const recorded =
    (path: string, take: (body: string, at: number) => Promise<IntakeAnswer>) =>
    async (body: string, at: number): Promise<IntakeAnswer> => {
      const answer = await take(body, at);
      const { status, why } = answer.body;
      meter.count('intake_calls', { answer: String(status) });
      if (answer.status >= 400 && answer.status < 500 && typeof why === 'string')
        refusals.note({ path, from: 'a signed call', status: answer.status, why });
      return answer;
    };

  return {
    alert: recorded('/v1/alerts', alert) as Intake['alert'],
    acknowledge: recorded('/v1/acknowledgements', (body, at) => answered(readAnswer(body), at)),
    pagerDuty: recorded('/v1/pagerduty', (body, at) => answered(readPagerDuty(body), at)),
    async first(signature) {
      if (claimed.has(signature)) return false;
      claimed.add(signature);
      try {
        const key = signatureKey(signature);
        if (await deps.store.intakeTaken(key)) return false;
        await deps.store.commit([{ type: 'intake-taken', key, at: clock.now() }]);
        return true;
      } finally {
        claimed.delete(signature);
      }
    },
    refused: (call) => {
      meter.count('intake_calls', { answer: 'refused' });
      refusals.note(call);
    },
    flush: refusals.flush,
  };
};

/** Which hosts of which PCE are meant, exactly as named. What no PCE has is told of the first that was asked. */
const meantHosts = (
  { hosts, ips }: ExternalAlert,
  asked: readonly (readonly [string, IntakeDesk])[],
): ReadonlyMap<string, readonly MeantHost[]> => {
  const named = [
    ...hosts.map((name) => ({ named: name, kind: 'name' as const })),
    ...ips.map((address) => ({ named: address, kind: 'address' as const })),
  ];
  const meant = new Map<string, MeantHost[]>();
  const add = (pce: string, host: MeantHost): void => void meant.set(pce, [...(meant.get(pce) ?? []), host]);
  for (const host of named) {
    const found = asked.flatMap(([pce, { inventory }]) => {
      const matches =
        host.kind === 'name' ? inventory.byHostname(host.named) : inventory.byAddress(host.named);
      return matches.length === 0 ? [] : [{ pce, matches }];
    });
    for (const { pce, matches } of found) add(pce, { ...host, matches });
    const [first] = asked;
    if (found.length === 0 && first !== undefined) add(first[0], { ...host, matches: [] });
  }
  return meant;
};

/** @returns seconds to wait, 0 = go on; a name that was quiet for a minute is forgotten */
const createRate = (perMinute: number, { now }: Pick<Clock, 'now'>): ((name: string) => number) => {
  const begun = new Map<string, { readonly at: number; readonly count: number }>();
  return (name) => {
    for (const [old, { at }] of begun) if (now() - at >= MINUTE_MS) begun.delete(old);
    const { at, count } = begun.get(name) ?? { at: now(), count: 0 };
    if (count >= perMinute) return Math.max(1, Math.ceil((at + MINUTE_MS - now()) / 1_000));
    begun.set(name, { at, count: count + 1 });
    return 0;
  };
};

/** Every refused call is an audit line, as long as they are few enough to be read; a flood is a count, and people are told. */
const createRefusals = ({ audit, clock, log, tell }: IntakeDeps) => {
  let minute = { at: Number.NEGATIVE_INFINITY, count: 0 };
  let uncounted = 0;
  const record = (why: string, from: string): Promise<void> =>
    audit
      .append({ actor: { system: 'intake' }, actorName: from, action: 'intake', verdict: 'refused', why })
      .catch((err: unknown) => log.error({ err, why, from }, 'a refused call could not be recorded'));
  return {
    note({ path, from, status, why }: IntakeRefusal): void {
      if (clock.now() - minute.at >= MINUTE_MS) minute = { at: clock.now(), count: 0 };
      minute.count += 1;
      if (minute.count === INTAKE_RATE.alarming)
        tell(
          `The intake port refuses many calls: ${INTAKE_RATE.alarming} in a minute, the last from ${from} because ${why}. See the audit.`,
        );
      if (minute.count > INTAKE_RATE.audited) uncounted += 1;
      else void record(`${status} ${path}: ${why}`, from);
    },
    async flush(): Promise<void> {
      if (uncounted === 0) return;
      const more = uncounted;
      uncounted = 0;
      await record(`${counted(more, 'further call')} refused`, 'many');
    },
  };
};
