import { dict, text } from '../../core/foreign.ts';
import { type Clock, PceError, type PceErrorCode } from '../../core/ports.ts';
import type { Client, KeyName } from './client.ts';

/** Whether a key opens the PCE, and if not, why, for the operator. */
export type Access =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: PceErrorCode; readonly why: string };

/**
 * Tries one key with two cheap calls: GET /noop, which needs any right key, and one label of the organisation, since a wrong
 * `org` is answered with a bare 401, 403 or 404 (facts §1).
 */
export const checkAccess = async (
  client: Client,
  org: number,
  key: Exclude<KeyName, 'none'>,
): Promise<Access> => {
  const ask = async (
    path: string,
    query: Readonly<Record<string, number>>,
  ): Promise<PceError | undefined> => {
    try {
      await client.call({ path, query, key, lane: 'question', deadlineMs: 20_000 }, async (answer) => {
        answer.body();
      });
      return undefined;
    } catch (error) {
      if (error instanceof PceError) return error;
      throw error;
    }
  };
  const outside = await ask('/noop', {});
  if (outside !== undefined) {
    const hint = outside.code === 'not-found' ? 'no PCE API at this url: ' : '';
    return { ok: false, code: outside.code, why: hint + outside.message };
  }
  const inside = await ask(`/orgs/${org}/labels`, { max_results: 1 });
  if (inside === undefined) return { ok: true };
  const refused = ['unauthorised', 'forbidden', 'not-found'].includes(inside.code);
  const hint = refused ? `the ${key} key is right, but not for organisation ${org}: ` : '';
  return { ok: false, code: inside.code, why: hint + inside.message };
};

/** How the PCE answers somebody without a key. */
export interface Contact {
  /** From the request to the head of the answer, connecting included. */
  readonly ms: number;
  /** How far its clock is ahead of ours, negative when behind, give or take half a second; undefined when it says no time. */
  readonly aheadMs: number | undefined;
}

/** One call of GET /node_available, whose status is no matter: 404 is a PCE without a healthy core, not one out of reach (facts §3). */
export const readContact = async (client: Client, clock: Clock): Promise<Contact> => {
  const [began, sent] = [clock.mono(), clock.now()];
  const call = { path: '/node_available', key: 'none', lane: 'question', tries: 1 } as const;
  return await client.call({ ...call, expects: [401, 403, 404] }, async ({ header, status, body }) => {
    if (status < 300) body();
    const ms = clock.mono() - began;
    const date = Date.parse(header('date') ?? '');
    // The header has whole seconds, cut off, and was written about half way between the request and the answer.
    return { ms, aheadMs: Number.isNaN(date) ? undefined : date + 500 - (sent + ms / 2) };
  });
};

/** The PCE's release, as `25.2.20`; `unknown` where it does not say (facts §1). */
export const readVersion = async (client: Client): Promise<string> =>
  await client.call({ path: '/product_version', lane: 'background' }, async (answer) => {
    const body = dict(await answer.json());
    return text(body['version']) ?? text(body['short_display']) ?? 'unknown';
  });
