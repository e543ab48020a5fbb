import type { Workload } from '../fleet/workload.ts';
import { json, Refusal } from '../http/answer.ts';
import { arrayOfAtMost } from '../http/body.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import { tooMany } from '../http/rate-limit.ts';
import { isObject, textAt } from '../json.ts';
import type { World } from '../world.ts';
import type { ChangedWorkload } from './workload-audit.ts';
import { changeByCall, recordWorkloadChanges } from './workload-audit.ts';

/** Facts §1: at most 1000 items per call. */
const BULK_ITEMS = 1_000;

/** What became of one item. */
type Outcome = { readonly row: object; readonly changed?: ChangedWorkload };

/** PUT bulk_update: 200 with a status per row, also when rows failed (facts §4.3); one at a time (facts §1). */
export const bulkRoutes = (world: World): readonly Route[] => {
  let busyUntil = Number.NEGATIVE_INFINITY;
  const occupy = (): void => {
    const now = world.clock.now();
    if (now < busyUntil) throw tooMany('Another bulk operation is running');
    busyUntil = now + world.settings.timings.bulk;
  };
  return [
    {
      method: 'PUT',
      path: '/orgs/:org/workloads/bulk_update',
      handle: (exchange) => {
        const items = arrayOfAtMost(exchange.body, BULK_ITEMS, 'the body');
        occupy();
        const outcomes = items.map((item) => updateOne(world, exchange, item));
        const changed = outcomes.flatMap((outcome) => outcome.changed ?? []);
        if (changed.length > 0) recordWorkloadChanges(world, exchange, 'workloads.bulk_update', 200, changed);
        return json(outcomes.map(({ row }) => row));
      },
    },
  ];
};

const updateOne = (world: World, exchange: Exchange, item: unknown): Outcome => {
  const href = textAt(item, 'href') ?? '';
  const workload: Workload | undefined = world.fleet.byHref(href);
  if (!workload || workload.deleted || !isObject(item)) {
    return { row: { href, status: 'error', token: 'not_found_error', message: 'workload not found' } };
  }
  const { href: _, ...body } = item;
  try {
    const changes = changeByCall(world, exchange.caller, workload, body);
    return { row: { href, status: 'updated' }, changed: { workload, changes } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { row: { href, status: 'validation_failure', token: error.token, message: error.message } };
  }
};
