import type { Finding } from '../rule.ts';
import type { Severity } from '../severity.ts';
import { counted, grouped, listed, type Text } from '../text.ts';
import type { Watch } from './aftermath.ts';
import type { Provisioning } from './provisioning.ts';
import type { Touches } from './touches.ts';

/** What went live, by whom, how far it reaches and what of it matters. */
export const wentLiveFinding = (
  what: Provisioning,
  severity: Severity,
  touches: Touches,
  managed: number,
): Finding => {
  const reach =
    what.affected === null ? 'an unknown number of workloads' : counted(what.affected, 'workload');
  const title = what.restored ? `Policy restored, affecting ${reach}` : `Policy provisioned to ${reach}`;
  return findingOf(what, severity, title, story(what, touches, managed, reach));
};

/** What happened to hosts since: another line of the same message. @param most policy errors on more hosts are an error */
export const appended = (watch: Watch, most: number): Finding => {
  const { what, offline, errors } = watch;
  const [gone, failed] = [Object.values(offline), Object.values(errors)];
  const parts = [
    ...(gone.length === 0 ? [] : [`${counted(gone.length, 'VEN')} went offline (${listed(gone, 5)})`]),
    ...(failed.length === 0
      ? []
      : [`${counted(failed.length, 'host')} could not apply it (${listed(failed, 5)})`]),
  ];
  const title = `After ${nameOf(what)}: ${counted(gone.length, 'VEN')} offline, policy errors on ${counted(failed.length, 'host')}`;
  return findingOf(what, failed.length > most ? 'error' : 'warning', title, [
    `In the 30 min after ${nameOf(what)}, provisioned at `,
    { time: what.at },
    ` by ${what.by}: ${parts.join(', ')}.`,
  ]);
};

const nameOf = ({ version }: Provisioning): string =>
  version === null ? 'policy' : `policy version ${version}`;

const findingOf = (what: Provisioning, severity: Severity, title: string, told: Text): Finding => ({
  subject: { kind: 'policy', href: what.href, name: nameOf(what) },
  severity,
  at: what.at,
  title,
  story: told,
  workloads: [],
  suggests: [],
  event: what.event,
});

const story = (what: Provisioning, touches: Touches, managed: number, reach: string): Text => {
  const { by, message, rulesets, denies, affected, restored, drafts } = what;
  const { highValue } = touches;
  return [
    `${by} ${restored ? 'restored' : 'provisioned'} ${nameOf(what)} at `,
    { time: what.at },
    `, affecting ${reach}${share(affected, managed)}. `,
    message === null ? 'No commit message.' : `Message: ${message}.`,
    rulesets.length === 0 ? '' : ` Rulesets: ${listed(rulesets, 5)}.`,
    touches.denies.length > 0
      ? ` It changes what ${listed(touches.denies, 3)} denies.`
      : denies
        ? ' It changes deny rules.'
        : '',
    touches.quarantine.length === 0
      ? ''
      : ` It changes rules that name the quarantine label, in ${listed(touches.quarantine, 3)}.`,
    highValue === 0
      ? ''
      : ` ${counted(highValue, 'high-value host')} ${highValue === 1 ? 'is' : 'are'} concerned.`,
    drafts.length === 0 ? '' : ` It settles what was told of the draft: ${listed(drafts, 3)}.`,
  ];
};

/** How much that is. The PCE counts machines without a VEN too, so it may be more than all managed ones. */
const share = (affected: number | null, managed: number): string => {
  if (affected === null || managed === 0) return '';
  if (affected > managed) return ` (${grouped(managed)} are managed)`;
  return `, ${Math.round((100 * affected) / managed)} % of the ${grouped(managed)} managed ones`;
};
