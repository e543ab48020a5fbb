import type { BotStatus } from '../core/command.ts';
import { intakeWords, outputWords, syslogWords } from '../core/outside-words.ts';
import { HOLES } from '../core/self-audit.ts';
import { slackChangeWords } from '../core/slack-changes.ts';
import { counted, grouped, span } from '../core/text.ts';
import { atCwd } from './load-config.ts';
import { readStatus } from './status-file.ts';
import { defineVerb, EXIT } from './verb.ts';

/** Says whether the bot that uses a data folder is ready. */
export const verb = defineVerb({
  name: 'status',
  usage: 'status [--data DIR] [--json]',
  help: `Says whether the bot that uses this data folder runs and is ready. Exit 1 when it is not.
  --data DIR   its state, default ./data
  --json       one JSON document`,
  options: { data: { type: 'string', default: 'data' }, json: { type: 'boolean', default: false } },
  async run({ flags }, edge) {
    const now = Date.now();
    const found = await readStatus(atCwd(edge, flags.data), now);
    const ready = found.running && found.file.status.ready;
    if (flags.json) {
      edge.out(
        JSON.stringify(
          found.running ? { pid: found.file.pid, ...found.file.status } : { ready, why: found.why },
        ),
      );
      return ready ? EXIT.done : EXIT.failed;
    }
    if (!found.running) {
      edge.out(`not running: ${found.why}`);
      return EXIT.failed;
    }
    for (const line of lines(found.file.status, ready, now)) edge.out(line);
    return ready ? EXIT.done : EXIT.failed;
  },
});

const lines = (
  { slack, pces, queue, startedAt, outputs = [], intake, restored, selfAudit, changes = [] }: BotStatus,
  ready: boolean,
  now: number,
): string[] => [
  `${ready ? 'ready' : 'not ready'}, running for ${span(now - startedAt)}`,
  `slack: ${slack.connections} of ${slack.wanted} connections${slack.foreign === undefined ? '' : `; another program uses this app (${counted(slack.foreign, 'connection')})`}`,
  ...(restored === undefined
    ? []
    : [
        `restored from a backup at ${new Date(restored.at).toISOString()}, ${restored.checkedAt === undefined ? `checking: ${counted(restored.responses, 'response')} to read back, ${counted(restored.messages, 'message')} to look up` : `checked by ${new Date(restored.checkedAt).toISOString()}`}`,
      ]),
  ...pces.map((pce) => `${pce.name}: ${pceWords(pce, now).join(', ')}`),
  `queue: ${queue.waiting} waiting${queue.dead > 0 ? `, ${queue.dead} could not be shown` : ''}`,
  ...(slack.backlog ?? []).map(
    ({ channel, waiting, waitMs }) => `  ${channel}: ${waiting} waiting, ~${span(waitMs)}`,
  ),
  ...outputs.map((output) => `output ${output.name}: ${outputWords(output, now)}`),
  ...(intake === undefined ? [] : [`from outside: ${intakeWords(intake)}`]),
  ...(selfAudit === undefined
    ? []
    : [
        `self-audit: ${selfAudit.ok ? 'nothing is lost' : counted(selfAudit.problems.length, 'problem')}, ${counted(selfAudit.checked, 'row')} checked ${span(now - selfAudit.at)} ago`,
        ...selfAudit.problems.map(
          ({ what, id, since }) => `  ${HOLES[what]}: ${id}, since ${new Date(since).toISOString()}`,
        ),
      ]),
  ...changes.map((one) => `rule ${slackChangeWords(one)}, ${new Date(one.at).toISOString()}`),
];

const pceWords = (pce: BotStatus['pces'][number], now: number): string[] => [
  pce.lastPollAt === undefined ? 'not polled yet' : `polled ${span(now - pce.lastPollAt)} ago`,
  ...(pce.trouble === undefined ? [] : [pce.trouble]),
  ...(pce.lagMs === undefined ? [] : [`${span(pce.lagMs)} behind`]),
  ...(pce.gapFrom === undefined ? [] : [`a gap from ${new Date(pce.gapFrom).toISOString()} on`]),
  ...((pce.lastSweepFound ?? 0) > 0 ? [`last sweep found ${grouped(pce.lastSweepFound ?? 0)}`] : []),
  ...(pce.syslog === undefined ? [] : [`syslog: ${syslogWords(pce.syslog)}`]),
  ...((pce.overflows ?? 0) > 0 ? [`${counted(pce.overflows ?? 0, 'overflow')}`] : []),
  ...(pce.keyExpiresAt === undefined
    ? []
    : [`key expires in ${Math.floor((pce.keyExpiresAt - now) / 86_400_000)} d`]),
];
