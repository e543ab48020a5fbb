import { inflated, textOf } from './bytes.ts';
import { badAnswer, firstMessage, statusError } from './errors.ts';
import type { Response } from './exchange.ts';
import { LIMITS } from './limits.ts';
import { cutRecords, parseJson } from './records.ts';

/** An answer whose head is read and whose body is still coming. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; the first one of several. */
  header(name: string): string | undefined;
  /** A count in a header, e.g. `x-matched-count`. */
  count(name: string): number | undefined;
  /** For the vendor's support (facts §1). */
  readonly requestId: string | undefined;
  /** The PCE's clock (Date header, whole seconds), else ours. Epoch ms. */
  readonly pceNow: number;
  /** The body without its gzip, to be read once or not at all. Throws PceError bad-answer when it is a page or CSV. */
  body(): AsyncIterable<Buffer>;
  /** The whole body as JSON. Rejects with PceError bad-answer or SyntaxError for a page, an empty or half body, or one above 16 MB. */
  json(): Promise<unknown>;
  /** The elements of a JSON array one by one, whatever its length; resolves with their number. Rejects as `json` does. */
  rows(row: (json: string) => void): Promise<number>;
  /** Lets go of what was not read. */
  drop(): Promise<void>;
}

/**
 * The answer behind a response. Rejects with the error it stands for when its status is neither 2xx nor expected.
 * A proxy may answer 200 with a page (facts §1), so the content type is looked at before any body is parsed.
 */
export const answerOf = async (
  response: Response,
  asked: { readonly key: string; readonly expects: readonly number[]; readonly now: () => number },
): Promise<Answer> => {
  const { status, headers, body } = response;
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  const requestId = header('x-request-id');
  const bytes = inflated(body);
  const drop = (): Promise<void> => body.drop(LIMITS.errorBytes);
  const checked = (): AsyncIterable<Buffer> => {
    refusePage(header('content-type'));
    return bytes;
  };
  if ((status < 200 || status > 299) && !asked.expects.includes(status)) {
    const said = await errorText(bytes);
    await drop();
    throw statusError(status, asked.key, said, {
      ...(requestId === undefined ? {} : { requestId }),
      retryAfterMs: retryAfterMs(header('retry-after'), asked.now()),
    });
  }
  return {
    status,
    header,
    count(name) {
      const value = header(name);
      return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
    },
    requestId,
    pceNow: dateOf(header('date')) ?? asked.now(),
    body: checked,
    async json() {
      const whole = await textOf(checked(), LIMITS.jsonBytes);
      if (whole.trim() === '') throw badAnswer('an empty answer');
      return parseJson(whole);
    },
    rows: async (row) => await cutRecords(checked(), row),
    drop,
  };
};

/** Data files may come under several types; a page or CSV is what they must not be. */
const refusePage = (type: string | undefined): void => {
  if (type === undefined) return;
  if (/html/i.test(type))
    throw badAnswer('a web page instead of JSON (maintenance, or a proxy before the PCE)');
  if (/csv/i.test(type)) throw badAnswer('CSV instead of JSON');
};

/** The PCE's own words in an error's body; undefined for a body that is empty, a page, too long, or lost on the way. */
const errorText = async (bytes: AsyncIterable<Buffer>): Promise<string | undefined> => {
  try {
    return firstMessage(JSON.parse(await textOf(bytes, LIMITS.errorBytes)));
  } catch {
    return undefined;
  }
};

/** Seconds or an HTTP date; undefined for anything else. Not negative. */
const retryAfterMs = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = dateOf(value);
  return at === undefined ? undefined : Math.max(0, at - now);
};

const dateOf = (value: string | undefined): number | undefined => {
  const at = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
};
