import type { Person } from '../core/alert.ts';
import type { PceDesk, Reply } from '../core/command.ts';
import {
  type CommandForm,
  type FormField,
  type FoundHost,
  isFlaw,
  type Picked,
} from '../core/command-form.ts';
import { parseRef } from '../core/host-ref.ts';
import type { Label } from '../core/label.ts';
import { sameAccount } from '../core/person.ts';
import type { Chat, Clock, Handling, Ids, Inbound, Suggest } from '../core/ports.ts';
import { COMMAND_FORM, commandForm } from '../views/command-form.ts';
import { md } from '../views/parts.ts';
import { notice } from '../views/response.ts';
import { createOffers, type OfferDeps } from './offers.ts';

type Asked = Extract<Inbound, { kind: 'command' }>;
type Submission = Extract<Inbound, { kind: 'submission' }>;

/** A form is open for as long as the answer to its command can be given (response_url, facts/slack §3). */
const DRAFT_MS = 30 * 60_000;

export interface CommandFormDeps extends OfferDeps {
  readonly chat: Pick<Chat, 'openView'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Forms that ask what a command is about, with names offered while people type. */
export interface CommandForms {
  open(asked: Asked, reply: Extract<Reply, { kind: 'form' }>): Promise<void>;
  readonly offer: Suggest;
  /** The command a form comes to, as if it had been typed; or what its sender reads. Rights are asked by the command. */
  take(sent: Submission): { readonly asked: Asked } | { readonly handling: Handling };
}

interface Draft {
  readonly form: CommandForm;
  readonly more: readonly string[];
  /** The command that opened it: who, where, and where the answer goes. */
  readonly asked: Asked;
  readonly expires: number;
}

export const createCommandForms = (deps: CommandFormDeps): CommandForms => {
  const { desks, chat, clock, ids } = deps;
  const offers = createOffers(deps);
  /** In memory: a form that was open at a restart says that it expired. */
  const drafts = new Map<string, Draft>();

  const draftOf = (id: string, person: Person): Draft | undefined => {
    const draft = drafts.get(id);
    return draft !== undefined && draft.expires > clock.mono() && sameAccount(draft.asked.person, person)
      ? draft
      : undefined;
  };

  return {
    async open(asked, { form, chosen = [], more = [] }) {
      for (const [id, { expires }] of drafts) if (expires < clock.mono()) drafts.delete(id);
      const id = ids.next();
      drafts.set(id, { form, more, asked, expires: clock.mono() + DRAFT_MS });
      await chat.openView(asked.triggerId, commandForm(form, { hosts: chosen.map(offers.choiceOf) }, id));
    },
    async offer({ person, callbackId, privateMetadata, action, typed }) {
      const draft = callbackId === COMMAND_FORM ? draftOf(privateMetadata, person) : undefined;
      return draft === undefined ? [] : offers.offer(action, typed, draft.asked);
    },
    take({ id, person, privateMetadata, triggerId, values }) {
      const draft = draftOf(privateMetadata, person);
      if (draft === undefined) return { handling: EXPIRED };
      const picked = pickedOf(values, desks);
      if ('gone' in picked) return wrong(picked.gone, 'This is no longer known. Choose again.');
      const words = draft.form.words(picked);
      if (isFlaw(words)) return wrong(words.field, words.why);
      drafts.delete(privateMetadata);
      return {
        asked: {
          ...draft.asked,
          id,
          triggerId,
          text: [draft.form.command, ...words, ...draft.more].join(' '),
        },
      };
    },
  };
};

const EXPIRED: Handling = {
  ack: {
    update: notice({ title: 'Expired' }, '', [
      md`This form is no longer valid. Nothing was done; give the command again.`,
    ]),
  },
};

const wrong = (field: FormField, why: string): { readonly handling: Handling } => ({
  handling: { ack: { errors: { [field]: why } } },
});

/** What was chosen, looked up in the inventory; or the field whose choice is gone. */
const pickedOf = (
  values: Submission['values'],
  desks: readonly PceDesk[],
): Picked | { readonly gone: FormField } => {
  const text = (field: FormField): string => values[field] ?? '';
  const refs = (field: FormField): string[] =>
    text(field)
      .split(',')
      .filter((ref) => ref !== '');
  const hosts: FoundHost[] = [];
  for (const field of ['host', 'hosts'] as const)
    for (const ref of refs(field)) {
      const host = hostAt(ref, desks);
      if (host === undefined) return { gone: field };
      hosts.push(host);
    }
  const labels: Label[] = [];
  for (const ref of refs('labels')) {
    const label = labelAt(ref, desks);
    if (label === undefined) return { gone: 'labels' };
    labels.push(label);
  }
  return {
    hosts,
    labels,
    rule: text('rule'),
    since: text('since'),
    lasts: text('lasts'),
    reason: text('reason'),
  };
};

const hostAt = (ref: string, desks: readonly PceDesk[]): FoundHost | undefined => {
  const at = parseRef(desks, ref);
  const workload = at?.desk.inventory.workload(at.href);
  return at && workload && { pce: at.desk.pce.name, workload };
};

const labelAt = (ref: string, desks: readonly PceDesk[]): Label | undefined => {
  const at = parseRef(desks, ref);
  if (at === undefined) return undefined;
  for (const label of at.desk.inventory.labels()) if (label.href === at.href) return label;
  return undefined;
};
