import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { errorItem, json } from './answer.ts';
import type { FaultSpec } from './faults.ts';
import { bodyBytes, send, writeHead } from './send.ts';

const DEFAULT_MS = 1_000;
const DRIPS = 20;
const MAINTENANCE_PAGE =
  '<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Down for maintenance</h1></body></html>';

/** Something to cut where the true answer has no body or must not be made. */
const STAND_IN = json([errorItem('service_unavailable_error', 'The service is unavailable')]);

/** What a spoilt answer needs to know of its call. */
export interface Spoiling {
  readonly fault: FaultSpec;
  readonly method: string;
  /** Lets the call take effect and gives its true answer. */
  readonly apply: () => Answer;
  readonly response: ServerResponse;
  readonly gzip: boolean;
}

/** Answers a call as its fault wants; returns the status sent, 0 when there was no answer at all. */
export const spoil = async (call: Spoiling): Promise<number> => {
  const { fault, response } = call;
  if (fault.kind === 'delay') return await late(call);
  const answer = trueAnswer(call);
  switch (fault.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return 0;
    case 'status':
      return await plain(call, statusAnswer(fault));
    case 'html':
      return await plain(call, {
        status: fault.status ?? 200,
        type: 'text/html',
        chunks: [MAINTENANCE_PAGE],
        headers: fault.headers ?? {},
      });
    case 'empty':
      return await plain(call, {
        status: fault.status ?? 200,
        type: 'application/json',
        headers: fault.headers ?? {},
      });
    case 'half':
      return half(call, answer);
    case 'truncate':
      return truncated(call, answer);
    case 'slow':
      return await dripped(call, answer);
    default:
      return fault.kind satisfies never;
  }
};

/** A write takes effect only if the fault says so; a read may always be made, and a dripped answer is a true one. */
const trueAnswer = ({ fault, method, apply }: Spoiling): Answer => {
  const applies = fault.after === 'apply' || fault.kind === 'slow';
  const showsBody = fault.kind === 'half' || fault.kind === 'truncate';
  const answer = applies || (method === 'GET' && showsBody) ? apply() : undefined;
  return answer === undefined || (showsBody && answer.status === 204) ? STAND_IN : answer;
};

const plain = async (call: Spoiling, answer: Answer): Promise<number> => {
  await send(answer, call.response, call.gzip);
  return answer.status;
};

const late = async (call: Spoiling): Promise<number> => {
  const ms = call.fault.ms ?? DEFAULT_MS;
  if (call.fault.after !== 'apply') {
    await sleep(ms);
    return await plain(call, call.apply());
  }
  const answer = call.apply();
  await sleep(ms);
  return await plain(call, answer);
};

const statusAnswer = (fault: FaultSpec): Answer => {
  const status = fault.status ?? 503;
  const token = status === 429 ? 'too_many_requests_error' : 'service_unavailable_error';
  return json([errorItem(token, `Simulated status ${status}`)], status, fault.headers);
};

const half = (call: Spoiling, answer: Answer): number => {
  const body = bodyBytes(answer);
  writeHead(answer, call.response);
  call.response.end(body.subarray(0, Math.floor(body.length / 2)));
  return answer.status;
};

const truncated = (call: Spoiling, answer: Answer): number => {
  const body = bodyBytes(answer);
  writeHead(answer, call.response);
  call.response.setHeader('Content-Length', Math.max(body.length, 2));
  call.response.write(body.subarray(0, Math.floor(body.length / 2)), () => call.response.destroy());
  return answer.status;
};

const dripped = async (call: Spoiling, answer: Answer): Promise<number> => {
  const body = bodyBytes(answer);
  writeHead(answer, call.response);
  const step = Math.max(1, Math.ceil(body.length / DRIPS));
  for (let from = 0; from < body.length && !call.response.destroyed; from += step) {
    call.response.write(body.subarray(from, from + step));
    await sleep((call.fault.ms ?? DEFAULT_MS) / DRIPS);
  }
  call.response.end();
  return answer.status;
};
