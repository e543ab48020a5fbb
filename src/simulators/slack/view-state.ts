import { isObject } from './args.ts';
import { optionsOf } from './blocks/objects.ts';
import { elementsIn } from './blocks/walk.ts';
import { cannot } from './cannot.ts';
import type { Json } from './types.ts';

/** How an element keeps what a person chose: the key in `view.state.values`, the key of its initial value. */
interface Keeps {
  readonly key: string;
  readonly initial: string;
  readonly holds: 'text' | 'option' | 'options' | 'id' | 'ids' | 'other';
}

const keeps = (key: string, initial: string, holds: Keeps['holds']): Keeps => ({ key, initial, holds });

/** Every element that has a state; buttons and overflow menus have none. */
const STATEFUL: Readonly<Record<string, Keeps>> = {
  plain_text_input: keeps('value', 'initial_value', 'text'),
  number_input: keeps('value', 'initial_value', 'text'),
  email_text_input: keeps('value', 'initial_value', 'text'),
  url_text_input: keeps('value', 'initial_value', 'text'),
  static_select: keeps('selected_option', 'initial_option', 'option'),
  external_select: keeps('selected_option', 'initial_option', 'option'),
  radio_buttons: keeps('selected_option', 'initial_option', 'option'),
  multi_static_select: keeps('selected_options', 'initial_options', 'options'),
  multi_external_select: keeps('selected_options', 'initial_options', 'options'),
  checkboxes: keeps('selected_options', 'initial_options', 'options'),
  users_select: keeps('selected_user', 'initial_user', 'id'),
  conversations_select: keeps('selected_conversation', 'initial_conversation', 'id'),
  channels_select: keeps('selected_channel', 'initial_channel', 'id'),
  multi_users_select: keeps('selected_users', 'initial_users', 'ids'),
  multi_conversations_select: keeps('selected_conversations', 'initial_conversations', 'ids'),
  multi_channels_select: keeps('selected_channels', 'initial_channels', 'ids'),
  datepicker: keeps('selected_date', 'initial_date', 'id'),
  timepicker: keeps('selected_time', 'initial_time', 'id'),
  datetimepicker: keeps('selected_date_time', 'initial_date_time', 'other'),
  rich_text_input: keeps('rich_text_value', 'initial_value', 'other'),
  file_input: keeps('files', 'initial_files', 'ids'),
};

/** What an element holds that was never touched, or emptied. */
const nothing = ({ holds }: Keeps): [] | null => (holds === 'options' || holds === 'ids' ? [] : null);

/** Whether a person types or chooses something in this element, so that it has a place in `view.state.values`. */
export const isStateful = (element: Json): boolean => STATEFUL[String(element['type'])] !== undefined;

/** `view.state.values` of a view nobody has touched: initial values, else null or an empty list. */
export const initialState = (blocks: readonly Json[]): Record<string, Record<string, Json>> => {
  const values: Record<string, Record<string, Json>> = {};
  for (const { block, element } of elementsIn(blocks)) {
    const kept = STATEFUL[String(element['type'])];
    if (kept === undefined) continue;
    const entry = { type: element['type'], [kept.key]: element[kept.initial] ?? nothing(kept) };
    const blockId = String(block['block_id']);
    values[blockId] = { ...values[blockId], [String(element['action_id'])]: entry };
  }
  return values;
};

/**
 * The state entry of an element after a person entered `value`: text for inputs, an option's value (or list of
 * values) for menus, an id, a date; null or "" empties it. Refuses in a sentence what the client would not let a person enter.
 * @param offered what an external select has shown so far
 */
export const enter = (element: Json, value: unknown, offered: readonly Json[] = []): Json => {
  const type = String(element['type']);
  const kept = STATEFUL[type] ?? cannot(`a ${type} takes no value`);
  const empty = value === null || value === '';
  return { type, [kept.key]: empty ? nothing(kept) : held(element, kept.holds, value, offered) };
};

const held = (element: Json, holds: Keeps['holds'], value: unknown, offered: readonly Json[]): unknown => {
  switch (holds) {
    case 'text':
      return typedText(element, String(value));
    case 'option':
      return optionOf(element, value, offered);
    case 'options':
      return asManyAs(element, asList(value)).map((one) => optionOf(element, one, offered));
    case 'ids':
      return asList(value).map(String);
    case 'id':
      return String(value);
    case 'other':
      return value;
    default:
      return holds satisfies never;
  }
};

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const asManyAs = (element: Json, values: unknown[]): unknown[] => {
  const { max_selected_items: most } = element;
  return typeof most === 'number' && values.length > most
    ? cannot(`${String(element['action_id'])}: at most ${most} can be chosen`)
    : values;
};

/** An option is chosen among those that are shown; of an external select those that were offered, or chosen from the start. */
const optionOf = (element: Json, value: unknown, offered: readonly Json[]): Json => {
  const wanted = isObject(value) ? value['value'] : value;
  const initial = [element['initial_option'], element['initial_options']].flat().filter(isObject);
  const known = [...optionsOf(element), ...offered, ...initial];
  const option = known.find((one) => one['value'] === wanted);
  return (
    option ??
    cannot(`no option ${String(wanted)}; there are ${known.map((one) => String(one['value'])).join(', ')}`)
  );
};

const typedText = (element: Json, text: string): string => {
  const name = `${String(element['action_id'])}: `;
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && text.length < min) return cannot(`${name}at least ${min} characters`);
  if (typeof max === 'number' && text.length > max) return cannot(`${name}at most ${max} characters`);
  if (element['type'] === 'number_input') return typedNumber(element, text, name);
  if (element['type'] === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(text))
    return cannot(`${name}not an e-mail address`);
  if (element['type'] === 'url_text_input' && !URL.canParse(text)) return cannot(`${name}not a URL`);
  return text;
};

const typedNumber = (element: Json, text: string, name: string): string => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return cannot(`${name}not a number`);
  if (element['is_decimal_allowed'] !== true && !Number.isInteger(value))
    return cannot(`${name}whole numbers only`);
  const { min_value: min, max_value: max } = element;
  if (min !== undefined && value < Number(min)) return cannot(`${name}at least ${String(min)}`);
  if (max !== undefined && value > Number(max)) return cannot(`${name}at most ${String(max)}`);
  return text;
};

/** The block ids of required inputs that are still empty: the client does not submit such a view. */
export const missingInputs = (
  blocks: readonly Json[],
  values: Record<string, Record<string, Json>>,
): string[] =>
  elementsIn(blocks)
    .filter(({ block }) => block['type'] === 'input' && block['optional'] !== true)
    .filter(({ block, element }) => {
      const entry = values[String(block['block_id'])]?.[String(element['action_id'])];
      const value = entry?.[STATEFUL[String(element['type'])]?.key ?? ''];
      return (
        value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
      );
    })
    .map(({ block }) => String(block['block_id']));
