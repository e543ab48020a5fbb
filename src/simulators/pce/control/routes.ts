/**
 * /_sim: JSON in, JSON out, no credentials, loopback only (the server listens nowhere else). Of design §8:
 *   GET  /_sim/state     {now, workloads, requests, writes}
 *   POST /_sim/events    event | [event]; `recorded_at` later than now = visible only then        → {hrefs}
 *   POST /_sim/clock     {now? | advance_ms?}; GET reads it                                        → {now}
 *   POST /_sim/labels    {href, labels: {key: value} = the whole new set, by: username}            → {}
 *   POST /_sim/fleet     {count}                                                                   → {}
 *   POST /_sim/faults    {path, method?, kind, status?, ms?, headers?, times?, after?}             → {id}
 *   DELETE /_sim/faults  all, or the one of ?id=                                                   → {}
 * Beyond it:
 *   POST /_sim/workload  {href, online?, status?, enforcement_mode?, deleted?, ven_version?, policy_update_mode?,
 *                         apply?: true = Apply Policy}, no event but that of a policy applied      → {}
 *   POST /_sim/policy    {rule_sets?, enforcement_boundaries?, services?, ip_lists?, label_groups?}: whole collections,
 *                         in force at once; see control/policy.ts                                  → {}
 *   POST /_sim/call      {by: username, method, path, body?}: a call to the API as the console makes it in somebody's name;
 *                         path without /api/v2                                                     → {answer}
 *   POST /_sim/flow      {src: {ip?|href?}, dst: {ip?|href?}, proto, port?}     → {passes, src, dst}: each end's ruling
 *   POST /_sim/health    {node?, cpu?, memory?, disk?, runlevel?, service?, state?, status?, replication_lag?, available?, reset?} → {}
 *   POST /_sim/supercluster {leader?: number|null, down?: [number]}; 0 = the PCE of this port        → {}
 *   POST /_sim/flows     [flow]; see traffic/report.ts                                             → {stored}
 *   GET  /_sim/flows     ?from&to: the day buckets of the window, before filters and caps          → [flow]
 */

import { ENFORCEMENT_MODES, VEN_STATUSES } from '../fleet/workload.ts';
import type { Answer } from '../http/answer.ts';
import { invalid, json, jsonRows, Refusal } from '../http/answer.ts';
import { objectWith, optionalOneOf, optionalText, parseBody } from '../http/body.ts';
import type { FaultSpec } from '../http/faults.ts';
import { FAULT_KINDS } from '../http/faults.ts';
import type { Application, Call } from '../http/server.ts';
import { answering } from '../http/server.ts';
import type { JsonObject } from '../json.ts';
import { isObject, textAt } from '../json.ts';
import { COLLECTIONS } from '../policy/store.ts';
import type { CallAs } from './call.ts';
import type { LabelChange, PceControl } from './control.ts';
import type { FlowQuestion } from './policy.ts';
import type { WorkloadState } from './workload-state.ts';

type Operation = (body: unknown, query: URLSearchParams) => Answer;

/** The control API over HTTP; bad input is 406, an unknown path 404. */
export const createControlApi = (control: PceControl): Application => {
  const operations = operationsOf(control);
  return (call: Call) =>
    answering(() => {
      const operation = operations[`${call.method} ${call.url.pathname}`];
      if (!operation)
        throw new Refusal(404, 'invalid_uri', `no operation ${call.method} ${call.url.pathname}`);
      return operation(parseBody(call.bytes), call.url.searchParams);
    });
};

const operationsOf = (control: PceControl): Readonly<Record<string, Operation>> => ({
  'GET /_sim/state': () => json(control.state()),
  'POST /_sim/events': (body) => json({ hrefs: control.events(objectsOf(body)) }),
  'GET /_sim/clock': () => json({ now: control.clock() }),
  'POST /_sim/clock': (body) => json({ now: control.clock(objectWith(body, ['now', 'advance_ms'])) }),
  'POST /_sim/labels': (body) => done(() => control.labels(labelChange(body))),
  'POST /_sim/fleet': (body) =>
    done(() => control.fleet({ count: Number(objectWith(body, ['count'])['count']) })),
  'POST /_sim/faults': (body) => json({ id: control.fault(faultSpec(body)) }),
  'DELETE /_sim/faults': (_, query) => done(() => control.clearFaults(query.get('id') ?? undefined)),
  'POST /_sim/policy': (body) => done(() => control.policy(objectWith(body, COLLECTIONS))),
  'POST /_sim/call': (body) => json({ answer: control.call(callIn(body)) ?? null }),
  'POST /_sim/flow': (body) => json(control.flow(flowQuestion(body))),
  'POST /_sim/workload': (body) => done(() => control.workload(workloadState(body))),
  'POST /_sim/health': (body) => done(() => control.health(objectWith(body, HEALTH_KEYS))),
  'POST /_sim/supercluster': (body) => done(() => control.supercluster(superclusterChange(body))),
  'POST /_sim/flows': (body) => json({ stored: control.addFlows(objectsOf(body)) }),
  'GET /_sim/flows': (_, query) => {
    const [from, to] = [query.get('from'), query.get('to')];
    const rows = control.flows({ ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) });
    return jsonRows(rows.map((row) => JSON.stringify(row)));
  },
});

const HEALTH_KEYS = [
  'node',
  'cpu',
  'memory',
  'disk',
  'runlevel',
  'service',
  'state',
  'status',
  'replication_lag',
  'available',
  'reset',
];

const done = (operation: () => void): Answer => {
  operation();
  return json({});
};

const objectsOf = (body: unknown): readonly JsonObject[] => {
  const items = [body].flat();
  if (!items.every(isObject)) throw invalid('the body must be an object or an array of objects');
  return items;
};

const labelChange = (body: unknown): LabelChange => {
  const given = objectWith(body, ['href', 'labels', 'by']);
  const labels = given['labels'];
  if (!isObject(labels) || !Object.values(labels).every((value) => typeof value === 'string')) {
    throw invalid('labels must be {key: value}');
  }
  const by = textAt(given, 'by');
  return {
    href: hrefIn(given),
    labels: labels as Record<string, string>,
    ...(by === undefined ? {} : { by }),
  };
};

const workloadState = (body: unknown): WorkloadState => {
  const given = objectWith(body, [
    ...['href', 'online', 'status', 'enforcement_mode', 'deleted'],
    ...['ven_version', 'policy_update_mode', 'apply'],
  ]);
  optionalText(given, 'ven_version');
  optionalOneOf(given, 'policy_update_mode', ['adaptive', 'static']);
  optionalOneOf(given, 'status', VEN_STATUSES);
  optionalOneOf(given, 'enforcement_mode', ENFORCEMENT_MODES);
  for (const key of ['online', 'deleted', 'apply']) {
    if (!['undefined', 'boolean'].includes(typeof given[key])) throw invalid(`${key} must be a boolean`);
  }
  return { ...given, href: hrefIn(given) };
};

const callIn = (body: unknown): CallAs => {
  const given = objectWith(body, ['by', 'method', 'path', 'body']);
  const [by, method, path] = ['by', 'method', 'path'].map((key) => textAt(given, key));
  if (by === undefined || method === undefined || path === undefined)
    throw invalid('by, method and path are required');
  return { by, method, path, body: given['body'] };
};

const flowQuestion = (body: unknown): FlowQuestion => {
  const given = objectWith(body, ['src', 'dst', 'proto', 'port']);
  const end = (name: 'src' | 'dst'): FlowQuestion['src'] => {
    const value = objectWith(given[name], ['ip', 'href']);
    optionalText(value, 'ip');
    optionalText(value, 'href');
    return value;
  };
  const { proto, port } = given;
  if (typeof proto !== 'number') throw invalid('proto must be a number');
  if (port !== undefined && typeof port !== 'number') throw invalid('port must be a number');
  return { src: end('src'), dst: end('dst'), proto, ...(port === undefined ? {} : { port }) };
};

const faultSpec = (body: unknown): FaultSpec => {
  const given = objectWith(body, ['path', 'method', 'kind', 'status', 'ms', 'headers', 'times', 'after']);
  const kind = optionalOneOf(given, 'kind', FAULT_KINDS);
  const path = textAt(given, 'path');
  if (kind === undefined || path === undefined) throw invalid('path and kind are required');
  optionalOneOf(given, 'after', ['apply']);
  return { ...given, kind, path };
};

const hrefIn = (given: JsonObject): string => {
  const href = textAt(given, 'href');
  if (href === undefined) throw invalid('href is required');
  return href;
};

const superclusterChange = (body: unknown): Parameters<PceControl['supercluster']>[0] => {
  const { leader, down } = objectWith(body, ['leader', 'down']);
  if (leader !== undefined && leader !== null && typeof leader !== 'number') throw invalid('leader');
  if (down !== undefined && !(Array.isArray(down) && down.every((one) => typeof one === 'number')))
    throw invalid('down');
  return { ...(leader === undefined ? {} : { leader }), ...(down === undefined ? {} : { down }) };
};
