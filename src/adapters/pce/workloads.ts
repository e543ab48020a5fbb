import { dict } from '../../core/foreign.ts';
import type { Label } from '../../core/label.ts';
import { type Lane, PceError } from '../../core/ports.ts';
import { type Mode, parseWorkload, type Workload } from '../../core/workload.ts';
import type { Client } from './client.ts';
import type { Collections } from './collections.ts';
import { badAnswer } from './errors.ts';
import { parseJson } from './records.ts';

/** The workloads of one PCE. Every method rejects with PceError. */
export interface Workloads {
  /** One, with its open services; null when the PCE no longer has it. `deadlineMs` is for waiting and all tries together. */
  one(href: string, lane: Lane, deadlineMs?: number): Promise<Workload | null>;
  /** All, each as soon as it is read. Some come twice: those of a first page or of a try that did not suffice. */
  each(workload: (workload: Workload) => void): Promise<void>;
  /** Managed ones whose VEN is suspended. */
  suspended(): Promise<readonly Workload[]>;
  /** Replaces the label set (facts §4.3); resolves with the PCE's request id. */
  putLabels(href: string, labels: readonly Label[]): Promise<string | undefined>;
  /** Sets the enforcement mode and nothing else; resolves with the PCE's request id. */
  putMode(href: string, mode: Mode): Promise<string | undefined>;
}

export const createWorkloads = (
  client: Client,
  collections: Collections,
  { org, known }: { readonly org: number; readonly known: ReadonlyMap<string, Label> },
): Workloads => {
  const path = `/orgs/${org}/workloads`;
  const read = (value: unknown): Workload | undefined =>
    dict(value)['deleted'] === true ? undefined : parseWorkload(value, (href) => known.get(href));

  const put = (href: string, body: object): Promise<string | undefined> =>
    client.call(
      { method: 'PUT', path: hrefOf(href), body, lane: 'response' },
      async ({ status, requestId }) => {
        // A page of a proxy comes as 200 (facts §1); taken for success it would be a quarantine that never was.
        if (status !== 204) throw badAnswer(`HTTP ${status} instead of 204`);
        return requestId;
      },
    );

  return {
    async one(href, lane, deadlineMs) {
      const call = {
        path: hrefOf(href),
        lane,
        expects: [404],
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      };
      return await client.call(call, async (answer) => {
        if (answer.status === 404) return null;
        const body = await answer.json();
        if (typeof dict(body)['href'] !== 'string') throw badAnswer('a workload without href');
        return read(body) ?? null;
      });
    },

    async each(workload) {
      await collections.read({ what: 'workloads', path, lane: 'background' }, () => (json) => {
        const one = read(parseJson(json));
        if (one !== undefined) workload(one);
      });
    },

    async suspended() {
      let found: Workload[] = [];
      const query = { managed: true, policy_health: 'suspended' };
      await collections.read({ what: 'suspended workloads', path, query, lane: 'ingest' }, () => {
        found = [];
        return (json) => {
          const one = read(parseJson(json));
          if (one?.managed === true && one.ven?.status === 'suspended') found.push(one);
        };
      });
      return found;
    },

    putLabels: (href, labels) => put(href, { labels: labels.map((label) => ({ href: label.href })) }),
    putMode: (href, mode) => put(href, { enforcement_mode: mode }),
  };
};

/** An href may come out of a message: nothing but one object of the API is reachable with it. */
const hrefOf = (href: string): string => {
  if (/^\/orgs\/\d+\/[a-z_]*workloads\/[\w-]+$/.test(href)) return href;
  throw new PceError('invalid', 'this is no href of a workload');
};
