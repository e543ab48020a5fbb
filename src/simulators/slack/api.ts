import { type Args, parseArgs, text } from './args.ts';
import { applies, type Fault } from './faults.ts';
import { type Answer, tooFast } from './http.ts';
import { METHODS } from './methods/index.ts';
import { type Method, needScope } from './methods/method.ts';
import { Refusal, refuse } from './refusal.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import { remember } from './world.ts';

/** A request to /api/METHOD, as read from the wire. */
export interface ApiRequest {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** The answer and, when it is to be spoilt, how. */
export interface ApiOutcome {
  readonly answer: Answer;
  readonly fault: Fault | undefined;
}

/**
 * Answers one Web API call and records it in `calls`. A refusal is HTTP 200 with `{ok: false, error}`, a rate limit
 * HTTP 429 with Retry-After in whole seconds and `{ok: false, error: "ratelimited"}` (facts/slack §3, §8).
 * `extra` holds methods that need more than the workspace.
 */
export const callApi = (
  sim: Sim,
  request: ApiRequest,
  extra: Readonly<Record<string, Method>>,
): ApiOutcome => {
  const { args, problem } = readArgs(request);
  const channel = text(args, 'channel') ?? text(args, 'channel_id') ?? null;
  const fault = sim.faults.take(request.method, channel);
  const effective = fault === undefined || applies(fault);
  const answer = effective
    ? (problem ?? run(sim, request, args, extra))
    : respond({ ok: true, ts: '1700000000.000000', channel });
  const body = answer.body as { ok: boolean; error?: string };
  remember(sim.world.calls, {
    at: sim.clock.now(),
    method: request.method,
    channel,
    ok: effective && body.ok,
    error: effective ? (body.error ?? null) : `fault:${fault.kind}`,
    status: answer.status,
    ...(fault === undefined ? {} : { fault: fault.kind }),
  });
  sim.changes.bump();
  return { answer, fault };
};

const readArgs = ({ contentType, body, query }: ApiRequest): { args: Args; problem?: Answer } => {
  try {
    return { args: parseArgs(contentType, body, query) };
  } catch (cause) {
    return { args: {}, problem: refusal(cause) };
  }
};

const run = (sim: Sim, request: ApiRequest, args: Args, extra: Readonly<Record<string, Method>>): Answer => {
  const methods = { ...METHODS, ...extra };
  const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (method === undefined)
    return respond({ ok: false, error: 'unknown_method', req_method: request.method });
  let headers: Record<string, string> = {};
  try {
    const owner = authenticate(request.authorization, text(args, 'token'), method);
    const scopes = owner === 'app' ? ['connections:write'] : sim.world.scopes;
    headers = { 'x-oauth-scopes': scopes.join(','), 'x-accepted-oauth-scopes': method.scopes.join(',') };
    const wait = paced(sim, request.method, method, args);
    if (wait > 0) return tooFast(wait, headers);
    for (const scope of method.scopes) needScope(sim, scope);
    return respond({ ok: true, ...method.run({ sim, args }) }, headers);
  } catch (cause) {
    return refusal(cause, headers);
  }
};

/** Whose token it is: not_authed, invalid_auth, not_allowed_token_type. */
const authenticate = (
  authorization: string | undefined,
  argument: string | undefined,
  method: Method,
): 'bot' | 'app' => {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? argument ?? refuse('not_authed');
  const owner = { [APP.botToken]: 'bot', [APP.appToken]: 'app' }[token] as 'bot' | 'app' | undefined;
  if (owner === undefined) return refuse('invalid_auth');
  return method.token === owner || method.token === 'any' ? owner : refuse('not_allowed_token_type');
};

/** Seconds to wait: the method's tier first, then, for a post, its channel. */
const paced = (sim: Sim, name: string, method: Method, args: Args): number => {
  const tier = method.tier === null ? 0 : sim.pace.method(name, method.tier);
  return tier > 0 || name !== 'chat.postMessage' ? tier : sim.pace.post(text(args, 'channel') ?? '');
};

const respond = (body: object, headers: Answer['headers'] = {}): Answer => ({ status: 200, headers, body });

const refusal = (cause: unknown, headers: Answer['headers'] = {}): Answer => {
  if (!(cause instanceof Refusal)) throw cause;
  return respond({ ok: false, error: cause.error, ...cause.extra }, headers);
};
