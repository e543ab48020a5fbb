import { containmentOf } from '../core/containment.ts';
import type { EffectVerdict } from '../core/effect.ts';
import { FLOW_REPORTS, type FlowFacts } from '../core/flow-facts.ts';
import type { PolicyFacts, Response } from '../core/response.ts';
import { listed } from '../core/text.ts';
import { joined, type Markup, md, time } from './parts.ts';

/** A quarantine as messages show it. */
export type ShownQuarantine = Pick<Response, 'until' | 'kept' | 'review'> & {
  /** `adopt` = somebody else had labelled it. */
  readonly action?: string;
  /** Who asked for it, as the message names people. */
  readonly by: Markup;
  /** When its labels were read back. */
  readonly at: number;
  readonly policy: PolicyFacts;
};

/**
 * `Labelled for quarantine by @maya 10:09, waiting for policy` … `Contained by @maya — policy applied 10:10, isolated; review at 14:09`
 * (messages.md). "Contained" stands only where the policy was applied and isolates (definitions §7.7).
 * @param name the host, where a message has several
 */
export const containmentLine = (shown: ShownQuarantine, name?: string): Markup => {
  const { by, at, policy } = shown;
  const now = containmentOf(policy);
  const said = (small: string, capital: string): string =>
    name === undefined ? capital : `${name} ${small}`;
  if (now.kind === 'contained')
    return md`${said('contained', 'Contained')} by ${by} — policy applied ${time(now.at)}, isolated; ${endsText(shown)}${silentText(policy)}${stillText(policy)}`;
  const labelled =
    shown.action === 'adopt'
      ? md`${said('quarantine adopted', 'Quarantine adopted')} by ${by} ${time(at)}`
      : md`${said('labelled', 'Labelled')} for quarantine by ${by} ${time(at)}`;
  switch (now.kind) {
    case 'waiting':
      return md`${labelled}, waiting for policy`;
    case 'overdue':
      return md`${labelled} — 🔴 no new policy was computed in 10 min: does a provisioned rule name the label?`;
    case 'received':
      return md`${labelled} — policy received ${time(now.at)}, not applied yet`;
    case 'staged':
      return md`${labelled} — policy staged ${time(now.at)}: it takes effect after Apply Policy in the PCE`;
    case 'applied':
      return md`${labelled} — policy applied ${time(now.at)}, ${EFFECTS[now.effect ?? 'unread']}; ${endsText(shown)}${silentText(policy)}${stillText(policy)}`;
    default:
      return now satisfies never;
  }
};

const EFFECTS: Readonly<Record<Exclude<EffectVerdict, 'isolated'> | 'unread', string>> = {
  partly: '🔴 open in part',
  'not isolated': '🔴 it stops nothing',
  unknown: 'what it lets pass cannot be told',
  unread: 'what it stops is being read',
} as const satisfies Readonly<Record<string, string>>;

const VERDICTS: Readonly<Record<EffectVerdict, string>> = {
  isolated: 'policy isolates it',
  ...EFFECTS,
};

/** The five facts, each with its time or that it is still open (definitions §7.7). */
export const factsLine = ({ at, policy }: Pick<ShownQuarantine, 'at' | 'policy'>): Markup => {
  const { receivedAt, appliedAt, staged, heartbeatAt, silent, effect, overdue } = policy;
  return joined(
    [
      md`labels read back ${time(at)}`,
      receivedAt === undefined
        ? overdue === true
          ? md`🔴 no new policy was computed`
          : md`waiting for policy`
        : md`policy received ${time(receivedAt)}`,
      appliedAt === undefined
        ? staged === true
          ? md`staged, waits for Apply Policy`
          : md`not applied yet`
        : md`applied ${time(appliedAt)}`,
      heartbeatAt === undefined
        ? silent === true
          ? md`🔴 the host lost its controller`
          : md`no heartbeat since`
        : md`heartbeat ${time(heartbeatAt)}`,
      effect === undefined ? md`effect not read yet` : md`${VERDICTS[effect.verdict]} ${time(effect.at)}`,
      ...(appliedAt === undefined ? [] : [flowsText(policy)]),
    ],
    ' · ',
  );
};

/** What the next two flow reports said: that none came is said, never taken for silence. */
const flowsText = ({ flows }: PolicyFacts): Markup => {
  if (flows === undefined) return md`what flow reports say is not known yet`;
  const which = flows.reports < FLOW_REPORTS ? 'first of two flow reports' : 'two flow reports';
  return flows.passed === 0
    ? md`${which}: nothing passes ${time(flows.at)}`
    : md`🔴 ${which}: ${passText(flows)} ${time(flows.at)}`;
};

const passText = ({ passed, examples }: FlowFacts): string =>
  `${passed} ${passed === 1 ? 'connection still passes' : 'connections still pass'} (${listed(examples.slice(0, passed), 2)})`;

/** Said beside the state itself: "contained" must not stand there alone while flow reports show otherwise. */
const stillText = ({ flows }: PolicyFacts): Markup =>
  flows === undefined || flows.passed === 0
    ? md``
    : md` · 🔴 flow reports since then: ${passText(flows)}; connections that were open before may survive`;

const silentText = ({ silent }: PolicyFacts): Markup =>
  silent === true ? md` · 🔴 the host lost its controller: no heartbeat since the policy was applied` : md``;

/** How its time ends. */
const endsText = ({ until, kept, review }: Pick<Response, 'until' | 'kept' | 'review'>): Markup => {
  if (kept !== undefined || until === undefined) return md`until somebody releases it`;
  return review?.ending === 'release'
    ? md`released by itself at ${time(until)}`
    : md`review at ${time(until)}`;
};
