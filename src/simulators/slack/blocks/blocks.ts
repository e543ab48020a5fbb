import { isObject } from '../args.ts';
import { DATA_VISUALIZATION } from './charts.ts';
import { boolean, list, number, oneOf, report, type Shape, type Surface, string, variant } from './check.ts';
import { ACCESSORIES, ACTION_ELEMENTS, BUTTON, CONTEXT_ACTION_ELEMENTS, INPUT_ELEMENTS } from './elements.ts';
import { LIMITS } from './limits.ts';
import { anyText, image, imageShape, mrkdwnText, plainText } from './objects.ts';
import { RICH_TEXT, richText } from './rich-text.ts';
import { DATA_TABLE, TABLE } from './tables.ts';

/** A block type: where it may stand and what it looks like. */
export interface BlockSpec {
  readonly surfaces: readonly Surface[];
  readonly shape: Shape;
}

const ALL: readonly Surface[] = ['message', 'modal', 'home'];
const MESSAGE: readonly Surface[] = ['message'];

const section: Shape = {
  fields: {
    text: anyText(LIMITS.text),
    fields: list(anyText(LIMITS.sectionField), LIMITS.sectionFields),
    accessory: variant(ACCESSORIES),
    expand: boolean,
  },
  also: (value, at, context) => {
    if (value['text'] === undefined && value['fields'] === undefined) {
      report(context, at, 'missing required field: text or fields');
    }
  },
};

const input: Shape = {
  fields: {
    label: plainText(LIMITS.inputLabel),
    hint: plainText(LIMITS.inputLabel),
    optional: boolean,
    element: variant(INPUT_ELEMENTS),
    dispatch_action: boolean,
  },
  required: ['label', 'element'],
};

const card: Shape = {
  fields: {
    hero_image: image,
    icon: image,
    title: mrkdwnText(LIMITS.cardTitle),
    subtitle: mrkdwnText(LIMITS.cardTitle),
    body: mrkdwnText(LIMITS.cardBody),
    actions: list(variant({ button: BUTTON }), LIMITS.actionsElements),
    block_id: string(LIMITS.id),
  },
};

const taskCard: Shape = {
  fields: {
    task_id: string(LIMITS.id),
    title: string(LIMITS.text),
    details: richText,
    output: richText,
    sources: list(
      variant({
        url: { fields: { url: string(LIMITS.url), text: string(LIMITS.text) }, required: ['url', 'text'] },
      }),
      100,
    ),
    status: oneOf('pending', 'in_progress', 'complete', 'error'),
    block_id: string(LIMITS.id),
  },
  required: ['task_id', 'title', 'status'],
};

const video: Shape = {
  fields: {
    video_url: string(LIMITS.url, 1, /^https:\/\//),
    thumbnail_url: string(LIMITS.url),
    alt_text: string(LIMITS.imageAltText),
    title: plainText(200),
    title_url: string(LIMITS.url, 1, /^https:\/\//),
    author_name: string(50),
    provider_name: string(LIMITS.text),
    provider_icon_url: string(LIMITS.url),
    description: plainText(200),
  },
  required: ['video_url', 'thumbnail_url', 'alt_text', 'title'],
};

const simple = {
  actions: {
    fields: { elements: list(variant(ACTION_ELEMENTS), LIMITS.actionsElements) },
    required: ['elements'],
  },
  context: {
    fields: {
      elements: list(
        (value, at, context) =>
          (isObject(value) && value['type'] === 'image' ? image : anyText(LIMITS.text))(value, at, context),
        LIMITS.contextElements,
      ),
    },
    required: ['elements'],
  },
  divider: { fields: {} },
  header: { fields: { text: plainText(LIMITS.headerText), level: number(1, 4) }, required: ['text'] },
  image: { ...imageShape, fields: { ...imageShape.fields, title: plainText(LIMITS.imageAltText) } },
  input,
  rich_text: RICH_TEXT,
  section,
  video,
} satisfies Record<string, Shape>;

/** What a container may hold (@slack/types ContainerBlock); table kinds count against the message's one. */
const children = { ...simple, table: TABLE };

const container: Shape = {
  fields: {
    title: plainText(LIMITS.containerTitle),
    rich_text_title: richText,
    subtitle: anyText(LIMITS.containerTitle),
    child_blocks: list(variant(withBlockIds(children)), LIMITS.containerChildren),
    width: oneOf('narrow', 'standard', 'wide', 'full'),
    icon: image,
    is_collapsible: boolean,
    default_collapsed: boolean,
    has_header_divider: boolean,
  },
  required: ['child_blocks'],
};

const on = (
  surfaces: readonly Surface[],
  shapes: Readonly<Record<string, Shape>>,
): Record<string, BlockSpec> =>
  Object.fromEntries(Object.entries(shapes).map(([type, shape]) => [type, { surfaces, shape }]));

/**
 * Every block type and where Slack shows it (facts/slack §3 "Surfaces"). Where sources differ the stricter counts:
 * cards are refused in modals and table kinds on the App Home, which list them but do not render them.
 * `file` is missing on purpose: only Slack makes it.
 */
export const BLOCKS: Readonly<Record<string, BlockSpec>> = {
  ...on(ALL, simple),
  ...on(['message', 'home'], {
    card,
    carousel: { fields: { elements: list(variant({ card }), LIMITS.carouselCards) }, required: ['elements'] },
  }),
  ...on(MESSAGE, {
    table: TABLE,
    data_table: DATA_TABLE,
    data_visualization: DATA_VISUALIZATION,
    container,
    context_actions: {
      fields: { elements: list(variant(CONTEXT_ACTION_ELEMENTS), LIMITS.contextActionsElements) },
      required: ['elements'],
    },
    markdown: { fields: { text: string(LIMITS.markdownText) }, required: ['text'] },
    plan: {
      fields: { title: string(LIMITS.text), tasks: list(variant({ task_card: taskCard }), 100, 0) },
      required: ['title'],
    },
    task_card: taskCard,
  }),
  ...on(['modal'], {
    alert: {
      fields: {
        text: anyText(LIMITS.alertText),
        level: oneOf('default', 'info', 'warning', 'error', 'success'),
      },
      required: ['text'],
    },
  }),
};

function withBlockIds(shapes: Readonly<Record<string, Shape>>): Record<string, Shape> {
  return Object.fromEntries(
    Object.entries(shapes).map(([type, shape]) => [
      type,
      { ...shape, fields: { ...shape.fields, block_id: string(LIMITS.id) } },
    ]),
  );
}
