import { type CommandForm, isFlaw, wordsOfHosts } from '../core/command-form.ts';
import type { Label } from '../core/label.ts';

const termsOf = (labels: readonly Label[]): string[] => labels.map(({ key, value }) => `${key}=${value}`);

/** Which hosts to quarantine. The form with what would change comes after it. */
export const quarantineForm: CommandForm = {
  command: 'quarantine',
  title: 'Quarantine',
  submit: 'Go on',
  fields: ['hosts'],
  words: ({ hosts }) =>
    hosts.length === 0 ? { field: 'hosts', why: 'Choose a host.' } : wordsOfHosts(hosts, 'hosts'),
};

/** A host, or all with some labels, and since when. */
export const investigateForm: CommandForm = {
  command: 'investigate',
  title: 'Investigate',
  submit: 'Investigate',
  fields: ['host', 'labels', 'since'],
  words({ hosts, labels, since }) {
    if (hosts.length === 0 && labels.length === 0) return { field: 'host', why: 'Choose a host, or labels.' };
    if (hosts.length > 0 && labels.length > 0)
      return { field: 'labels', why: 'Choose either a host or labels.' };
    const named = wordsOfHosts(hosts, 'host');
    return isFlaw(named) ? named : [...named, ...termsOf(labels), '--since', since];
  },
};

/** What to hide, for how long, and why; what it would hide is shown after it. */
export const silenceForm: CommandForm = {
  command: 'silence',
  title: 'Silence',
  submit: 'Go on',
  fields: ['host', 'labels', 'rule', 'lasts', 'reason'],
  words({ hosts: [host], labels, rule, lasts, reason }) {
    if (host === undefined && labels.length === 0 && rule === '')
      return { field: 'host', why: 'Choose a host, labels or a rule: a silence names what it hides.' };
    if (reason.trim() === '') return { field: 'reason', why: 'Say why: everybody reads it.' };
    const name = host?.workload.name ?? '';
    // A matcher holds a pattern (core/matcher.ts), and words end at a blank: such a name would mean others too, or nothing.
    if (/[\s*]/.test(name))
      return { field: 'host', why: `${name} can't be written in a silence. Silence it from its message.` };
    return [
      ...(host === undefined ? [] : [`host=${name}`, `pce=${host.pce}`]),
      ...(rule === '' ? [] : [`rule=${rule}`]),
      ...termsOf(labels),
      'for',
      lasts,
      'because',
      reason,
    ];
  },
};
