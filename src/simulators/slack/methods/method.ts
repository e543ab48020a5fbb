import { type Args, isObject, nested } from '../args.ts';
import { judgeMessageBlocks, judgeView, type Verdict } from '../blocks/validate.ts';
import type { Tier } from '../pace.ts';
import { refuse, refuseWith } from '../refusal.ts';
import type { Sim } from '../sim.ts';
import type { Channel, Json } from '../types.ts';

/** One call that has passed authentication, pace and the method's fixed scopes. */
export interface Call {
  readonly sim: Sim;
  readonly args: Args;
}

/** A Web API method: who may call it, how often, and what it does. Refusals are thrown (refusal.ts). */
export interface Method {
  readonly token: 'bot' | 'app' | 'any';
  /** All are needed; those that depend on the conversation are asked for by `needScope`. */
  readonly scopes: readonly string[];
  readonly tier: Tier | null;
  /** The fields beside `ok: true`. */
  readonly run: (call: Call) => Json;
}

/** Refuses with missing_scope {needed, provided} unless the token has it. */
export const needScope = (sim: Sim, needed: string): void => {
  const { scopes } = sim.world;
  if (!scopes.includes(needed)) refuse('missing_scope', { needed, provided: scopes.join(',') });
};

/** The scope family of a conversation: channels, groups or im (facts/slack §6). */
export const scopeFamily = (channel: Channel): string =>
  ({ public: 'channels', private: 'groups', im: 'im' })[channel.kind];

const readyFile =
  (sim: Sim) =>
  (id: string): boolean => {
    const file = sim.world.files.get(id);
    const image = /\.(png|jpe?g|gif)$/i.test(file?.name ?? '');
    return (
      file !== undefined &&
      image &&
      file.completed &&
      (file.shares.length > 0 || sim.clock.now() >= file.readyAt)
    );
  };

const act = (verdict: Verdict): void => {
  if (verdict !== null) refuseWith(verdict.error, verdict.messages);
};

/** The validated `blocks` of a message; undefined when absent. Refuses as facts/slack §3 says. */
export const messageBlocks = (sim: Sim, args: Args): Json[] | undefined => {
  const blocks = nested(args, 'blocks', 'invalid_blocks_format');
  if (blocks === undefined) return undefined;
  if (!Array.isArray(blocks)) return refuse('invalid_blocks_format');
  if (blocks.length > 0) act(judgeMessageBlocks(blocks, readyFile(sim)));
  return blocks as Json[];
};

/** What is wrong with a view; null when nothing is. Used for response actions, which have no HTTP answer. */
export const judge = (sim: Sim, view: unknown, surface: 'modal' | 'home'): Verdict =>
  judgeView(view, surface, readyFile(sim));

/** The validated `view` argument. */
export const viewArgument = (sim: Sim, args: Args, surface: 'modal' | 'home'): Json => {
  const view = nested(args, 'view', 'invalid_arguments');
  if (!isObject(view)) return refuseWith('invalid_arguments', ['[ERROR] missing required field: view']);
  act(judge(sim, view, surface));
  return view;
};
