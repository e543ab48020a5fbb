import { parseTargetRef } from '../../core/command.ts';
import { narrowest } from '../../core/matcher.ts';
import { SILENCE_CHOICES } from '../../core/silence-trial.ts';
import { md } from '../../views/parts.ts';
import { STOP_QUESTION } from '../../views/progress.ts';
import { respond } from './host.ts';
import { investigate } from './investigate.ts';
import { asCommand, type Pressed, type Some, stale } from './pressed.ts';

type Button = (pressed: Pressed) => Promise<void>;

const HOUR_MS = 3_600_000;

/** What a pipeline is told of who pressed what. */
const own = ({ value, click, tell }: Pressed) => ({
  id: value,
  person: click.person,
  channel: click.channel,
  say: tell,
});

const stop: Button = async ({ value, click, tell, deps }) => {
  // Who asked reads in his own answer that it was stopped.
  if (deps.questions.stop(value, click.person)) return;
  await tell(
    md`There is nothing to stop: this question has its answer, or it is not yours.`,
    'Nothing to stop',
  );
};

const keepAsIs: Button = (pressed) => {
  const { value, click, tell, deps } = pressed;
  const host = parseTargetRef(value);
  if (host === undefined) return stale(pressed);
  return deps.responding.keepAsIs(host, { person: click.person, channel: click.channel, say: tell });
};

/** `draft@2`: a preview, and which of the times that it offered; both are looked up. */
const confirmSilence: Button = ({ value, doer, deps }) => {
  const [, draft = '', choice = ''] = /^(.+)@(\d+)$/.exec(value) ?? [];
  return deps.silence({ verb: 'confirm-silence', draft, choice: Number(choice) }, doer);
};

/** Buttons about questions, requests, people and rules: their value is the id of one. */
export const BUTTONS: ReadonlyMap<string, Button> = new Map<string, Button>([
  [STOP_QUESTION, stop],
  ['approve', (pressed) => pressed.deps.responding.decide('approve', own(pressed))],
  ['deny', (pressed) => pressed.deps.responding.decide('deny', own(pressed))],
  ['reviewed', (pressed) => pressed.deps.responding.alone.reviewed(own(pressed))],
  [
    'alone',
    (pressed) => pressed.deps.responding.alone.open({ ...own(pressed), triggerId: pressed.click.triggerId }),
  ],
  ['extend', (pressed) => pressed.deps.responding.review('extend', own(pressed))],
  ['keep', (pressed) => pressed.deps.responding.review('keep', own(pressed))],
  ['keep-as-is', keepAsIs],
  ['let-in', (pressed) => pressed.deps.joining.letIn(own(pressed))],
  ['approve-rule', ({ value, doer, deps }) => deps.rules.decide(value, true, doer)],
  ['refuse-rule', ({ value, doer, deps }) => deps.rules.decide(value, false, doer)],
  ['confirm-silence', confirmSilence],
  ['approve-silence', ({ value, doer, deps }) => deps.silence({ verb: 'approve-silence', id: value }, doer)],
  ['refuse-silence', ({ value, doer, deps }) => deps.silence({ verb: 'refuse-silence', id: value }, doer)],
]);

type AlertButton = (pressed: Pressed, alerts: Some) => Promise<void>;

const closeAs =
  (as: 'real' | 'expected' | 'false'): AlertButton =>
  ({ deps, doer }, alerts) =>
    deps.tend({ verb: 'close', alerts: idsOf(alerts), as }, doer);

const idsOf = (alerts: Some): string[] => alerts.map(({ id }) => id);

/** Buttons about hosts: of alerts, or of a host that was asked for. */
export const HOST_BUTTONS: ReadonlyMap<string, Button> = new Map<string, Button>([
  ['quarantine', (pressed) => respond('quarantine', pressed)],
  ['release', (pressed) => respond('release', pressed)],
  ['adopt', (pressed) => respond('adopt', pressed)],
]);

/** Buttons about alerts. */
export const ALERT_BUTTONS: ReadonlyMap<string, AlertButton> = new Map<string, AlertButton>([
  [
    'acknowledge',
    ({ deps, doer }, alerts) => deps.tend({ verb: 'acknowledge', alerts: idsOf(alerts) }, doer),
  ],
  [
    'snooze',
    ({ deps, doer }, alerts) => deps.tend({ verb: 'snooze', alerts: idsOf(alerts), forMs: HOUR_MS }, doer),
  ],
  [
    'assign',
    ({ deps, doer }, alerts) =>
      deps.tend({ verb: 'assign', alerts: idsOf(alerts), to: doer.person.user }, doer),
  ],
  [
    'node-removed',
    ({ deps, doer }, alerts) => deps.tend({ verb: 'node-removed', alerts: idsOf(alerts) }, doer),
  ],
  ['close-real', closeAs('real')],
  ['close-expected', closeAs('expected')],
  ['close-false', closeAs('false')],
  [
    'silence',
    ({ deps, doer }, [first]) =>
      deps.silence({ ...narrowest(first), verb: 'silence', forMs: SILENCE_CHOICES }, doer),
  ],
  ['why', ({ deps, click }, [first]) => deps.ask(asCommand(click, `why ${first.id}`))],
  ['investigate', investigate],
]);
