import type { Json } from './types.ts';

/**
 * Slack says no. Thrown, although expected: a Web API method is a list of guards, and one catch in api.ts turns
 * each into the HTTP 200 body `{ok: false, error, …extra}`.
 */
export class Refusal extends Error {
  readonly error: string;
  readonly extra: Json;
  constructor(error: string, extra: Json = {}) {
    super(error);
    this.error = error;
    this.extra = extra;
  }
}

/** Refuses with Slack's error code and, where Slack gives them, further fields of the body. */
export const refuse = (error: string, extra: Json = {}): never => {
  throw new Refusal(error, extra);
};

/** Refuses with `response_metadata.messages`, as Slack explains invalid blocks and arguments. */
export const refuseWith = (error: string, messages: readonly string[]): never =>
  refuse(error, { response_metadata: { messages } });
