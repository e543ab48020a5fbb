import { type Args, isObject, tryJson } from '../args.ts';
import { CannotDo, cannot } from '../cannot.ts';
import type { Answer } from '../http.ts';
import type { Json } from '../types.ts';
import type { Control } from './index.ts';

/** The `/_sim` routes: JSON in, JSON out. 400 with a sentence for what cannot be done, 404 for an unknown route. */
export const controlRoute = async (
  control: Control,
  method: string,
  url: URL,
  body: Buffer,
): Promise<Answer> => {
  const name = url.pathname.replace(/^\/_sim\//, '');
  try {
    if (method === 'GET' && name === 'state') return answer(200, control.state());
    if (method === 'GET' && name === 'changes')
      return answer(200, await control.changes(Number(url.searchParams.get('since') ?? 0)));
    if (method === 'DELETE' && name === 'faults') return answer(200, await control.clearFaults());
    const run = method === 'POST' ? POSTS[name] : undefined;
    if (run === undefined) return answer(404, { ok: false, error: `no route ${method} /_sim/${name}` });
    return answer(200, await run(control, json(body)));
  } catch (cause) {
    if (cause instanceof CannotDo) return answer(400, { ok: false, error: cause.message });
    throw cause;
  }
};

const POSTS: Readonly<Record<string, (control: Control, body: Args) => Promise<Json>>> = {
  command: (control, body) => control.command(body),
  click: (control, body) => control.click(body),
  suggest: (control, body) => control.suggest(body),
  submit: (control, body) => control.submit(body),
  close: (control, body) => control.close(body),
  shortcut: (control, body) => control.shortcut(body),
  home: (control, body) => control.home(body),
  event: (control, body) => control.event(body),
  group: (control, body) => control.group(body),
  user: (control, body) => control.user(body),
  channel: (control, body) => control.channel(body),
  scopes: (control, body) => control.scopes(body),
  message: (control, body) => control.message(body),
  delete: (control, body) => control.delete(body),
  faults: (control, body) => control.faults(body),
  socket: (control, body) => control.socket(body),
  request_url: (control, body) => control.requestUrl(body),
};

const json = (body: Buffer): Args => {
  const value = body.length === 0 ? {} : tryJson(body.toString('utf8'));
  // design §8 writes the socket route's body also as a bare word: "halfopen".
  if (typeof value === 'string') return { reason: value };
  return isObject(value) ? value : cannot('the body must be a JSON object');
};

const answer = (status: number, body: unknown): Answer => ({ status, headers: {}, body });
