import { isObject } from '../args.ts';
import type { Json } from '../types.ts';
import { BLOCKS } from './blocks.ts';
import {
  boolean,
  type Check,
  type Context,
  list,
  object,
  oneOf,
  report,
  type Surface,
  string,
} from './check.ts';
import { LIMITS } from './limits.ts';
import { plainText } from './objects.ts';
import { objectsIn } from './walk.ts';

/** What is wrong with some blocks: Slack's error code and messages, or null when nothing is. */
export type Verdict = { readonly error: string; readonly messages: readonly string[] } | null;

type FileReady = Context['fileReady'];

/** Holds a message's blocks against facts/slack §3. Errors: `invalid_blocks`, `invalid_attachments` (second table). */
export const judgeMessageBlocks = (blocks: unknown, fileReady: FileReady): Verdict => {
  const context: Context = { surface: 'message', problems: [], fileReady };
  blockList(LIMITS.messageBlocks)(blocks, '/blocks', context);
  const ofType = (...types: string[]): number =>
    [...objectsIn(blocks)].filter((one) => types.includes(String(one['type']))).length;
  if (ofType('data_visualization') > LIMITS.chartsPerMessage) {
    report(context, '/blocks', `no more than ${LIMITS.chartsPerMessage} data_visualization blocks allowed`);
  }
  if (markdownLength(blocks) > LIMITS.markdownText) {
    report(
      context,
      '/blocks',
      `markdown blocks must be less than ${LIMITS.markdownText + 1} characters together`,
    );
  }
  if (context.problems.length > 0) return { error: 'invalid_blocks', messages: context.problems };
  if (ofType('table', 'data_table') > 1)
    return { error: 'invalid_attachments', messages: ['only_one_table_allowed'] };
  return null;
};

/** Holds a view (modal or App Home) against facts/slack §3. Errors: `view_too_large`, `invalid_arguments`. */
export const judgeView = (view: unknown, surface: 'modal' | 'home', fileReady: FileReady): Verdict => {
  if (Buffer.byteLength(JSON.stringify(view) ?? '') > LIMITS.viewBytes)
    return { error: 'view_too_large', messages: [] };
  const context: Context = { surface, problems: [], fileReady };
  (surface === 'modal' ? modal : home)(view, '/view', context);
  return context.problems.length > 0 ? { error: 'invalid_arguments', messages: context.problems } : null;
};

const block: Check = (value, at, context) => {
  if (!isObject(value)) return report(context, at, 'must be an object');
  const spec = BLOCKS[String(value['type'])];
  if (!spec?.surfaces.includes(context.surface)) {
    return report(context, `${at}/type`, `unsupported type: ${String(value['type'])}`);
  }
  const fields = { type: () => undefined, block_id: string(LIMITS.id), ...spec.shape.fields };
  object({ ...spec.shape, fields })(value, at, context);
  uniqueActionIds(value, at, context);
};

const blockList =
  (max: number): Check =>
  (value, at, context) => {
    list(block, max, context.surface === 'message' ? 1 : 0)(value, at, context);
    if (Array.isArray(value)) uniqueBlockIds(value, at, context);
  };

const uniqueActionIds = (value: Json, at: string, context: Context): void => {
  const seen = new Set<unknown>();
  for (const { action_id: id } of objectsIn(value)) {
    if (id !== undefined && seen.has(id)) {
      report(context, at, `\`action_id\` "${String(id)}" already exists for another element`);
    }
    seen.add(id);
  }
};

const uniqueBlockIds = (blocks: readonly unknown[], at: string, context: Context): void => {
  const seen = new Set<unknown>();
  for (const id of blocks.filter(isObject).map((one) => one['block_id'])) {
    if (id !== undefined && seen.has(id)) {
      report(context, at, `\`block_id\` "${String(id)}" already exists for another block`);
    }
    seen.add(id);
  }
};

const markdownLength = (blocks: unknown): number =>
  [...objectsIn(blocks)]
    .filter((one) => one['type'] === 'markdown' && typeof one['text'] === 'string')
    .reduce((sum, one) => sum + String(one['text']).length, 0);

const viewFields = (surface: Surface): Record<string, Check> => ({
  type: oneOf(surface),
  blocks: blockList(LIMITS.viewBlocks),
  private_metadata: string(LIMITS.privateMetadata, 0),
  callback_id: string(LIMITS.callbackId, 0),
  external_id: string(LIMITS.callbackId, 0),
});

const home = object({ fields: viewFields('home'), required: ['type', 'blocks'] });

const modal = object({
  fields: {
    ...viewFields('modal'),
    title: plainText(LIMITS.viewTitle),
    submit: plainText(LIMITS.viewTitle),
    close: plainText(LIMITS.viewTitle),
    clear_on_close: boolean,
    notify_on_close: boolean,
    submit_disabled: boolean,
  },
  required: ['type', 'title', 'blocks'],
  also: (view, at, context) => {
    const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : [];
    if (view['submit'] === undefined && blocks.some((one) => one['type'] === 'input')) {
      report(context, at, 'missing required field: submit');
    }
  },
});
