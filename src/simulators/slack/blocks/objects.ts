import { isObject } from '../args.ts';
import type { Json } from '../types.ts';
import {
  boolean,
  type Check,
  exactlyOne,
  list,
  object,
  oneOf,
  report,
  type Shape,
  string,
  variant,
} from './check.ts';
import { LIMITS } from './limits.ts';

const plainShape = (max: number, min = 1): Shape => ({
  fields: { text: string(max, min), emoji: boolean },
  required: ['text'],
});
const mrkdwnShape = (max: number, min = 1): Shape => ({
  fields: { text: string(max, min), verbatim: boolean },
  required: ['text'],
});

/** A plain_text object of 1..max characters. */
export const plainText = (max: number): Check => variant({ plain_text: plainShape(max) });

/** A mrkdwn object of 1..max characters. */
export const mrkdwnText = (max: number): Check => variant({ mrkdwn: mrkdwnShape(max) });

/** A plain_text or mrkdwn object of 1..max characters. */
export const anyText = (max: number): Check =>
  variant({ plain_text: plainShape(max), mrkdwn: mrkdwnShape(max) });

export const style = oneOf('primary', 'danger');

/** A confirm dialog (facts/slack §3: title 100, text 300, buttons 30). */
export const confirm = object({
  fields: {
    title: plainText(LIMITS.confirmTitle),
    text: anyText(LIMITS.confirmText),
    confirm: plainText(LIMITS.confirmButton),
    deny: plainText(LIMITS.confirmButton),
    style,
  },
  required: ['title', 'text', 'confirm', 'deny'],
});

const optionFields = (label: Check, withUrl: boolean): Shape => ({
  fields: {
    text: label,
    value: string(LIMITS.optionValue),
    description: anyText(LIMITS.optionDescription),
    ...(withUrl ? { url: string(LIMITS.url) } : {}),
  },
  required: ['text', 'value'],
});

/** An option of a select menu: plain_text only. */
export const plainOption = object(optionFields(plainText(LIMITS.optionText), false));
/** An option of checkboxes or radio buttons: mrkdwn is allowed too. */
export const richOption = object(optionFields(anyText(LIMITS.optionText), false));
/** An option of an overflow menu: it may be a link. */
export const overflowOption = object(optionFields(plainText(LIMITS.optionText), true));

export const optionGroup = object({
  fields: { label: plainText(LIMITS.optionText), options: list(plainOption, LIMITS.selectOptions) },
  required: ['label', 'options'],
});

/** A file of Slack by id XOR url; a file that is not shared and processed is refused (facts/slack §7). */
const slackFile = object({
  fields: { id: string(LIMITS.id), url: string(LIMITS.url) },
  also: (value, at, context) => {
    exactlyOne('id', 'url')(value, at, context);
    const id = value['id'];
    if (
      id !== undefined &&
      !(typeof id === 'string' && /^F[A-Z0-9]{8,}$/.test(id) && context.fileReady(id))
    ) {
      report(context, at, 'invalid slack file');
    }
  },
});

/** The fields of an image, as a block or as an element: image_url XOR slack_file, alt text always. */
export const imageShape: Shape = {
  fields: {
    image_url: string(LIMITS.url, 1, /^https?:\/\//),
    slack_file: slackFile,
    alt_text: string(LIMITS.imageAltText),
  },
  required: ['alt_text'],
  also: exactlyOne('image_url', 'slack_file'),
};
export const image = variant({ image: imageShape });

/** All options of an element, also those within groups. */
export const optionsOf = (element: Json): Json[] => {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isObject) : [];
  return [element, ...groups].flatMap((holder) =>
    Array.isArray(holder['options']) ? holder['options'].filter(isObject) : [],
  );
};
