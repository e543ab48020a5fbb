import { parseNetwork } from '../core/address.ts';
import { parseLabelQuery } from '../core/label-query.ts';
import { textLeaf } from './leaf.ts';

/** `key=value` or `key!=value`, values with `*`, alternatives with `,`. Stricter than the reader in core: a doubled `=` or comma is a typing error. */
const TERM = /^[^\s,=!*]+!?=[^\s,=!]+(?:,[^\s,=!]+)*$/;

/** True for the label grammar of definitions §0. Whether the PCE has such labels is asked when the bot runs. */
const isSelector = (text: string): boolean => {
  const terms = text.split(/\s+/);
  return terms.every((term) => TERM.test(term)) && parseLabelQuery(terms).ok;
};

/** Several terms = AND. */
export const selector = textLeaf({
  expects: 'a label selector',
  hint: 'write env=prod, role=dc*, env!=dev or env=prod,stage; several with a space between = all of them',
  json: {},
  read: (text, wrong) => {
    if (isSelector(text)) return text;
    return /\s(and|or|&&|\|\|)\s/i.test(text)
      ? wrong(
          'must be a label selector',
          'leave out the word: a space means and, a comma between values means or',
        )
      : undefined;
  },
});

/** A host nobody may quarantine: a name, an address, a network or a selector. */
export const hostOrSelector = textLeaf({
  expects: 'a host name, an address or a label selector',
  hint: 'write dc1.example.com, 192.0.2.7, 192.0.2.0/24 or role=dc*',
  json: {},
  read: (text) => (/^[\w.:*/-]+$/.test(text) || isSelector(text) ? text : undefined),
});

export const network = textLeaf({
  expects: 'an address or a network',
  hint: 'write 192.0.2.7 or 192.0.2.0/24',
  json: {},
  read: (text) => (parseNetwork(text) === undefined ? undefined : text),
});

/** What many use, or a scanner: an address, a network, or the labels of hosts. */
export const networkOrSelector = textLeaf({
  expects: 'an address, a network or a label selector',
  hint: 'write 192.0.2.7, 192.0.2.0/24 or role=dc*',
  json: {},
  read: (text) => (parseNetwork(text) !== undefined || isSelector(text) ? text : undefined),
});

/** The key of a label, without a value. */
export const labelKey = textLeaf({
  expects: 'a label key',
  hint: 'write env, app or another key of your labels',
  json: { pattern: '^[^\\s=,!*]{1,64}$' },
  read: (text) => (/^[^\s=,!*]{1,64}$/.test(text) ? text : undefined),
});
