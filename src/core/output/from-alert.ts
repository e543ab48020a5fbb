import { plain } from '../text.ts';
import type { Workload } from '../workload.ts';
import type { Notice, NoticeHost } from './notice.ts';
import type { Owed } from './owed.ts';

export interface NoticeContext {
  readonly now: number;
  /** Those of the alert's workloads that the inventory knows. */
  readonly hosts: readonly Workload[];
  /** The message in Slack. */
  readonly root: { readonly channel: string; readonly ts: string } | undefined;
}

/** What an output is told of an alert as it stands. */
export const noticeOf = ({ alert, id, kind }: Owed, { now, hosts, root }: NoticeContext): Notice => {
  const answerer = alert.acknowledged?.by;
  const by = answerer && ('user' in answerer ? answerer.user : `${answerer.name} via ${answerer.via}`);
  const why = alert.resolved?.why;
  return {
    version: 1,
    id,
    kind,
    dedupe: alert.fingerprint,
    at: iso(atOf({ alert, kind }, now)),
    pce: alert.pce,
    rule: alert.rule,
    severity: alert.severity,
    title: alert.title,
    story: plain(alert.story),
    count: alert.count,
    since: iso(alert.firstAt),
    hosts: hosts.length > 0 ? hosts.map(hostOf) : subject(alert),
    ...(kind === 'acknowledged' && by !== undefined ? { by } : {}),
    ...(kind === 'resolved' && why !== undefined ? { why } : {}),
    ...(root === undefined
      ? {}
      : { link: `https://slack.com/archives/${root.channel}/p${root.ts.replace('.', '')}` }),
  };
};

const atOf = ({ alert, kind }: Pick<Owed, 'alert' | 'kind'>, now: number): number => {
  if (kind === 'firing') return alert.lastAt;
  return (kind === 'resolved' ? alert.resolved?.at : alert.acknowledged?.at) ?? now;
};

const hostOf = ({ name, href, labels }: Workload): NoticeHost => ({
  name,
  href,
  labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])),
});

/** A host that the inventory does not know is still named as the event named it. */
const subject = ({ subject: { kind, name, href } }: Owed['alert']): readonly NoticeHost[] =>
  kind === 'workload' || kind === 'ven' ? [{ name, href, labels: {} }] : [];

const iso = (ms: number): string => new Date(ms).toISOString();
