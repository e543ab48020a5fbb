import type { Json } from '../types.ts';
import {
  boolean,
  type Check,
  type Context,
  exactlyOne,
  list,
  number,
  object,
  oneOf,
  report,
  type Shape,
  string,
} from './check.ts';
import { LIMITS } from './limits.ts';
import {
  confirm,
  imageShape,
  optionGroup,
  optionsOf,
  overflowOption,
  plainOption,
  plainText,
  richOption,
  style,
} from './objects.ts';
import { richText } from './rich-text.ts';

const action = { action_id: string(LIMITS.id) };
const confirmable = { ...action, confirm };
const field = { ...action, focus_on_load: boolean, placeholder: plainText(LIMITS.placeholder) };
const menu = { ...field, confirm };
const many = { ...menu, max_selected_items: number(1, LIMITS.selectOptions) };
const dispatch = {
  dispatch_action_config: object({
    fields: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 2) },
  }),
};
const id = string(LIMITS.id);
const conversationFilter = object({
  fields: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), 4),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
});

/** Initial options must be among the options, letter for letter: Slack refuses the view otherwise. */
const initialAmongOptions = (element: Json, at: string, context: Context): void => {
  const known = optionsOf(element).map((option) => String(option['value']));
  const initial = [element['initial_option'], element['initial_options']]
    .flat()
    .filter((one) => one !== undefined);
  for (const option of initial) {
    const value = String((option as Json | null)?.['value']);
    if (!known.includes(value)) report(context, at, `initial option ${value} must be one of the options`);
  }
};

const staticMenu = (
  base: Readonly<Record<string, Check>>,
  initial: Readonly<Record<string, Check>>,
): Shape => ({
  fields: {
    ...base,
    options: list(plainOption, LIMITS.selectOptions),
    option_groups: list(optionGroup, LIMITS.optionGroups),
    ...initial,
  },
  also: (value, at, context) => {
    exactlyOne('options', 'option_groups')(value, at, context);
    initialAmongOptions(value, at, context);
  },
});

const choice = (initial: Readonly<Record<string, Check>>): Shape => ({
  fields: {
    ...confirmable,
    focus_on_load: boolean,
    options: list(richOption, LIMITS.choiceOptions),
    ...initial,
  },
  required: ['options'],
  also: initialAmongOptions,
});

const button: Shape = {
  fields: {
    ...confirmable,
    text: plainText(LIMITS.buttonText),
    value: string(LIMITS.buttonValue, 0),
    url: string(LIMITS.url),
    style,
    accessibility_label: string(LIMITS.buttonText),
  },
  required: ['text'],
};

const menus = {
  static_select: staticMenu(menu, { initial_option: plainOption }),
  multi_static_select: staticMenu(many, { initial_options: list(plainOption, LIMITS.selectOptions) }),
  external_select: {
    fields: { ...menu, initial_option: plainOption, min_query_length: number(0, LIMITS.text) },
  },
  multi_external_select: {
    fields: {
      ...many,
      initial_options: list(plainOption, LIMITS.selectOptions),
      min_query_length: number(0, LIMITS.text),
    },
  },
  users_select: { fields: { ...menu, initial_user: id } },
  multi_users_select: { fields: { ...many, initial_users: list(id, LIMITS.selectOptions) } },
  conversations_select: {
    fields: {
      ...menu,
      initial_conversation: id,
      default_to_current_conversation: boolean,
      filter: conversationFilter,
      response_url_enabled: boolean,
    },
  },
  multi_conversations_select: {
    fields: {
      ...many,
      initial_conversations: list(id, LIMITS.selectOptions),
      default_to_current_conversation: boolean,
      filter: conversationFilter,
    },
  },
  channels_select: { fields: { ...menu, initial_channel: id, response_url_enabled: boolean } },
  multi_channels_select: { fields: { ...many, initial_channels: list(id, LIMITS.selectOptions) } },
} satisfies Record<string, Shape>;

const pickers = {
  checkboxes: choice({ initial_options: list(richOption, LIMITS.choiceOptions) }),
  radio_buttons: choice({ initial_option: richOption }),
  datepicker: { fields: { ...menu, initial_date: string(10, 10, /^\d{4}-\d{2}-\d{2}$/) } },
  timepicker: { fields: { ...menu, initial_time: string(5, 5, /^\d{2}:\d{2}$/), timezone: string(100) } },
  datetimepicker: {
    fields: { ...confirmable, focus_on_load: boolean, initial_date_time: number(1e9, 1e10 - 1) },
  },
} satisfies Record<string, Shape>;

const overflow: Shape = {
  fields: { ...confirmable, options: list(overflowOption, LIMITS.overflowOptions) },
  required: ['options'],
};

const workflowButton: Shape = {
  fields: {
    ...confirmable,
    text: plainText(LIMITS.buttonText),
    workflow: object({ fields: { trigger: () => undefined } }),
    style,
    accessibility_label: string(LIMITS.buttonText),
  },
  required: ['text', 'workflow'],
};

const richTextInput: Shape = {
  fields: {
    ...field,
    ...dispatch,
    initial_value: richText,
    min_lines: number(1, 100),
    max_lines: number(1, 100),
  },
};

/** What an `actions` block may hold (@slack/types ActionsBlockElement); text inputs are not among it. */
export const ACTION_ELEMENTS: Readonly<Record<string, Shape>> = {
  button,
  overflow,
  workflow_button: workflowButton,
  rich_text_input: richTextInput,
  ...menus,
  ...pickers,
};

/** What may stand beside a section. */
export const ACCESSORIES: Readonly<Record<string, Shape>> = {
  button,
  overflow,
  workflow_button: workflowButton,
  image: imageShape,
  ...menus,
  ...pickers,
};

const typed = { ...field, ...dispatch };

/** What an `input` block may hold; `file_input` is for modals only. */
export const INPUT_ELEMENTS: Readonly<Record<string, Shape>> = {
  plain_text_input: {
    fields: {
      ...typed,
      initial_value: string(LIMITS.inputLength, 0),
      multiline: boolean,
      min_length: number(0, LIMITS.inputLength),
      max_length: number(1, LIMITS.inputLength),
    },
  },
  email_text_input: { fields: { ...typed, initial_value: string(LIMITS.inputLength, 0) } },
  url_text_input: { fields: { ...typed, initial_value: string(LIMITS.inputLength, 0) } },
  number_input: {
    fields: {
      ...typed,
      is_decimal_allowed: boolean,
      initial_value: string(LIMITS.inputLength),
      min_value: string(LIMITS.inputLength),
      max_value: string(LIMITS.inputLength),
    },
    required: ['is_decimal_allowed'],
  },
  file_input: {
    fields: { ...action, filetypes: list(string(20), 100), max_files: number(1, 10) },
    also: (_value, at, context) => {
      if (context.surface !== 'modal') report(context, `${at}/type`, 'unsupported type: file_input');
    },
  },
  rich_text_input: richTextInput,
  ...menus,
  ...pickers,
};

const feedback = object({
  fields: {
    text: plainText(LIMITS.buttonText),
    accessibility_label: string(LIMITS.buttonText),
    value: string(LIMITS.buttonValue),
  },
  required: ['text', 'value'],
});

/** What a `context_actions` block may hold. */
export const CONTEXT_ACTION_ELEMENTS: Readonly<Record<string, Shape>> = {
  feedback_buttons: {
    fields: { ...action, positive_button: feedback, negative_button: feedback },
    required: ['positive_button', 'negative_button'],
  },
  icon_button: {
    fields: {
      ...confirmable,
      icon: string(LIMITS.id),
      text: plainText(LIMITS.buttonText),
      accessibility_label: string(LIMITS.buttonText),
      value: string(LIMITS.buttonValue, 0),
      visible_to_user_ids: list(id, 100),
    },
    required: ['icon', 'text'],
  },
};

export { button as BUTTON };
