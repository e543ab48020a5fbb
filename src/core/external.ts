import { z } from 'zod';
import { parseAddress } from './address.ts';
import { SEVERITIES, type Severity } from './severity.ts';
import type { Workload } from './workload.ts';

/** What another product detected, as it told it (definitions §9). */
export interface ExternalAlert {
  /** The product's own id: what comes again under it is the same alert. */
  readonly id: string;
  readonly source: string;
  readonly title: string;
  readonly severity: Severity;
  /** Host names and addresses as they were given; none twice. */
  readonly hosts: readonly string[];
  readonly ips: readonly string[];
  readonly url?: string | undefined;
  readonly facts: Readonly<Record<string, string>>;
  /** Only hosts of this PCE are meant. */
  readonly pce?: string | undefined;
}

/** A host as it was named, and what the inventory has exactly under that name or address: none, one, or several. */
export interface MeantHost {
  readonly named: string;
  readonly kind: 'name' | 'address';
  readonly matches: readonly Workload[];
}

export type ReadExternal =
  | { readonly ok: true; readonly alert: ExternalAlert }
  | { readonly ok: false; readonly why: string };

/** One call names at most so many hosts of each kind. */
const MOST_HOSTS = 50;

/** No line ends, no control or direction characters: nothing that makes a text look like another one. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;
const line = (most: number, what: string) =>
  z
    .string(`${what} must be text`)
    .trim()
    .max(most, `${what} is longer than ${most} characters`)
    .regex(PLAIN, {
      error: `${what} is empty or holds line ends or invisible characters`,
    });

const host = line(253, 'a host');
const ip = z.string('an address must be text').refine((text) => parseAddress(text) !== undefined, {
  error: (issue) => `ips: ${JSON.stringify(String(issue.input).slice(0, 60))} is no address`,
});
const fact = z
  .union([z.string(), z.number(), z.boolean()], 'a fact must be text, a number or true or false')
  .transform((value) =>
    String(value)
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
  )
  .pipe(z.string().max(300, 'a fact is longer than 300 characters'));
const once = (names: readonly string[]): readonly string[] => [...new Set(names)];

const Body = z
  .strictObject({
    id: line(200, 'id'),
    source: z
      .string('source must be text')
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/,
        'source must be a short name: letters, digits, blank, . _ -',
      ),
    title: line(150, 'title'),
    severity: z.enum(SEVERITIES, `severity must be one of ${SEVERITIES.join(', ')}`),
    hosts: z.array(host, 'hosts must be a list').max(MOST_HOSTS).default([]).transform(once),
    ips: z.array(ip, 'ips must be a list').max(MOST_HOSTS).default([]).transform(once),
    url: z.httpUrl('url must be an http or https address').max(2_000).optional(),
    facts: z
      .record(line(40, 'the name of a fact'), fact, 'facts must be names with values')
      .refine((facts) => Object.keys(facts).length <= 20, 'more than 20 facts')
      .default({}),
    pce: line(40, 'pce').optional(),
  })
  .refine(({ hosts, ips }) => hosts.length + ips.length > 0, 'neither hosts nor ips name anything');

/** Reads the body of a call. Never throws; `why` says the first thing that is wrong, and holds at most a clipped piece of the body. */
export const readExternal = (body: string): ReadExternal => {
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    return { ok: false, why: 'the body is not JSON' };
  }
  const read = Body.safeParse(raw);
  if (read.success) return { ok: true, alert: read.data };
  return { ok: false, why: (read.error.issues[0]?.message ?? 'it is not an alert').slice(0, 200) };
};

/** A call signed once is remembered by this. No PCE has an empty name, so it is none of `intakeKey`. */
export const signatureKey = (signature: string): string => `|${signature}`;

/** A signature is good for as long as its time stamp may differ from our clock, on both sides (definitions §9: 5 min); a minute more is kept. */
export const SIGNATURE_MS = 11 * 60_000;

/** What one alert of another product is known by, for each PCE it concerns. */
export const intakeKey = (pce: string, { source, id }: Pick<ExternalAlert, 'source' | 'id'>): string =>
  `${pce}|${source}|${id}`;
