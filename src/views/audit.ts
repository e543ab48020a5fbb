import type { AuditRecord } from '../core/audit.ts';
import type { Message } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import { pageButtons } from './ask.ts';
import { csv } from './csv.ts';
import { actions, askButton, bold, clip, context, md, message, richText, section, time } from './parts.ts';

/** Characters of one record: fifteen of them fit a message. */
const SHORT = { name: 60, text: 120 } as const;

export interface ShownAudit {
  /** The host, person or action that was asked for; '' = all. */
  readonly about: string;
  readonly total: number;
  readonly records: readonly AuditRecord[];
  readonly page: number;
  readonly pages: number;
  /** The question without its page, as typed after /illumio. */
  readonly again: string;
  readonly basis: readonly string[];
}

/** Records of the audit log, newest first. */
export const auditView = ({ about, total, records, page, pages, again, basis }: ShownAudit): Message => {
  const head = `${total === 0 ? 'No record' : counted(total, 'record')}${about === '' ? '' : ` of ${clip(about, SHORT.name)}`} in the audit log`;
  return message(head, [
    richText([{ bold: head }]),
    ...records.map((record) => section(lineOf(record))),
    ...(total === 0
      ? []
      : [actions(...pageButtons(again, page, pages), askButton(`${again} --files`, 'CSV of all', 'csv'))]),
    context(md`${[...(pages > 1 ? [`page ${page} of ${pages}`] : []), ...basis].join(' · ')}`),
  ]);
};

const lineOf = ({
  seq,
  time: at,
  actorName,
  action,
  target,
  pce,
  verdict,
  why,
  reason,
  approver,
}: AuditRecord) => {
  const what = `${action}${target === undefined ? '' : ` ${target.name}`}`;
  const more = [
    ...(why === undefined ? [] : [why]),
    ...(reason === undefined ? [] : [`“${reason}”`]),
    ...(approver === undefined ? [] : [`agreed: ${approver}`]),
    ...(pce === undefined ? [] : [pce]),
    `record ${seq}`,
  ].join(' · ');
  return md`${time(Date.parse(at), '{date_short_pretty} {time_secs}')} ${bold(clip(actorName, SHORT.name))} ${clip(what, SHORT.name)}: ${verdict}\n${clip(more, SHORT.text)}`;
};

/** All of them for a file, newest first: each with the hash by which `audit verify --anchor` finds it. */
export const auditCsv = (records: readonly AuditRecord[]): string =>
  csv(
    COLUMNS.map(([name]) => name),
    records.map((record) => COLUMNS.map(([, cell]) => cell(record) ?? '')),
  );

const COLUMNS: readonly (readonly [string, (record: AuditRecord) => string | number | undefined])[] = [
  ['seq', ({ seq }) => seq],
  ['time', ({ time: at }) => at],
  ['actor', ({ actorName }) => actorName],
  ['actor_id', ({ actor }) => ('user' in actor ? `${actor.team}/${actor.user}` : actor.system)],
  ['role', ({ role }) => role],
  ['action', ({ action }) => action],
  ['verdict', ({ verdict }) => verdict],
  ['why', ({ why }) => why],
  ['pce', ({ pce }) => pce],
  ['target', ({ target }) => target?.name],
  ['target_href', ({ target }) => target?.href ?? undefined],
  ['reason', ({ reason }) => reason],
  ['ticket', ({ ticket }) => ticket],
  ['approver', ({ approver }) => approver],
  ['before', ({ before }) => before],
  ['after', ({ after }) => after],
  ['channel', ({ channel }) => channel],
  ['response', ({ response }) => response],
  ['hash', ({ hash }) => hash],
];
