import type { JsonObject } from '../json.ts';

/** What a handler gives back: nothing is sent yet, so a fault can still spoil it. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Content-Type of `chunks`. */
  readonly type?: string;
  /** The body in pieces, written as they come; absent = an empty body. */
  readonly chunks?: Iterable<string>;
  /** Send gzip bytes without saying so in a header (facts §7.2, UNCERTAIN). */
  readonly rawGzip?: boolean;
}

const JSON_TYPE = 'application/json';

/** An answer with one JSON value. The type is exactly `application/json`: illumio-py parses error bodies only then. */
export const json = (
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers,
  type: JSON_TYPE,
  chunks: [JSON.stringify(value)],
});

/** An answer with a JSON array whose rows are already serialised; it is streamed, so it may be of any size. */
export const jsonRows = (rows: Iterable<string>, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  headers,
  type: JSON_TYPE,
  chunks: arrayOf(rows),
});

/** 204, the answer of a successful PUT or DELETE (facts §1, status codes). */
export const noContent = (): Answer => ({ status: 204 });

/** A refusal of the PCE: thrown by handlers, answered as an array of `{token, message}` (facts §1, error bodies). */
export class Refusal extends Error {
  readonly status: number;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    token: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.token = token;
    this.headers = headers;
  }
}

/** 406 `input_validation_error`, the PCE's answer to a bad parameter or body (406, not 400 or 422: facts §1). */
export const invalid = (details: string): Refusal =>
  new Refusal(406, 'input_validation_error', `Input validation failed. Details: {${details}}`);

/** 404 `not_found_error`. */
export const notFound = (what: string): Refusal => new Refusal(404, 'not_found_error', `${what} not found`);

/** The body of a refusal. */
export const refusalAnswer = (refusal: Refusal): Answer =>
  json([errorItem(refusal.token, refusal.message)], refusal.status, refusal.headers);

/** One item of an error body. */
export const errorItem = (token: string, message: string): JsonObject => ({ token, message });

function* arrayOf(rows: Iterable<string>): Iterable<string> {
  let separator = '[';
  for (const row of rows) {
    yield separator;
    yield row;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
