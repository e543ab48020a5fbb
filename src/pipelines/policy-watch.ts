import { isSettled, policyFacts } from '../core/containment.ts';
import { effectOf } from '../core/effect.ts';
import { PceError } from '../core/ports.ts';
import { isQuarantine, type PolicyFacts, type Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';

const MINUTE_MS = 60_000;
/** While policy is due a host is read at every look, later once a minute. */
const SOON_MS = 10 * MINUTE_MS;

type Deps = Pick<RespondingDeps, 'store' | 'desks' | 'clock' | 'settings'>;

/** Reads the hosts of finished responses until the facts of definitions §7.7 are known, and has their messages say each as it comes. */
export const createPolicyWatch = (deps: Deps): (() => Promise<void>) => {
  const { store, desks, clock } = deps;
  const readAt = new Map<string, number>();

  const look = async (response: Response, desk: ResponseDesk): Promise<void> => {
    const { id, target, endedAt = 0, policy: known = {} } = response;
    const now = clock.now();
    const workload = await orNothing(() => desk.pce.workload(target.href, 'background'));
    if (!workload) return;
    const before = policyFacts(workload, endedAt, now);
    const effect =
      isQuarantine(response) && before.appliedAt !== undefined
        ? (known.effect ?? (await effectOn(response, workload, desk, deps)))
        : undefined;
    const facts = policyFacts(workload, endedAt, now, effect);
    const policy: PolicyFacts = {
      ...facts,
      ...(known.flows === undefined ? {} : { flows: known.flows }),
      ...(isSettled(response, facts, now - endedAt) ? { settled: true } : {}),
    };
    if (JSON.stringify(policy) === JSON.stringify(known)) return;
    await store.commit([{ type: 'response-observed', id, policy }]);
    desk.inventory.note(workload.href, workload);
    await desk.touchHost(target.href);
  };

  return async () => {
    const watched = await store.responsesWatched();
    const now = clock.mono();
    for (const id of readAt.keys()) if (!watched.some((one) => one.id === id)) readAt.delete(id);
    for (const response of watched) {
      const desk = desks.get(response.pce);
      const isSoon = clock.now() - (response.endedAt ?? 0) <= SOON_MS;
      if (desk === undefined || (!isSoon && now - (readAt.get(response.id) ?? -MINUTE_MS) < MINUTE_MS))
        continue;
      readAt.set(response.id, now);
      await look(response, desk);
    }
  };
};

/** What the active policy does to the host as it is labelled now; undefined when it cannot be read yet: looked at again. */
const effectOn = async (
  { target }: Response,
  workload: Workload,
  { pce, inventory }: ResponseDesk,
  { clock, settings }: Deps,
): Promise<PolicyFacts['effect']> => {
  if (inventory.readAt === undefined) return undefined;
  const policy = await orNothing(() => pce.policy());
  if (policy === null) return undefined;
  const { verdict } = effectOf({
    policy,
    workload: { ...workload, labels: target.labels },
    after: workload.labels,
    peers: inventory.workloads(),
    management: settings.management,
  });
  return { verdict, at: clock.now() };
};

/** A PCE that is away is asked again at the next look. */
const orNothing = async <T>(read: () => Promise<T>): Promise<T | null> => {
  try {
    return await read();
  } catch (err) {
    if (err instanceof PceError) return null;
    throw err;
  }
};
