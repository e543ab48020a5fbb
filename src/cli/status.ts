import { span } from '../core/text.ts';
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
    const { slack, pces, queue, startedAt } = found.file.status;
    edge.out(`${ready ? 'ready' : 'not ready'}, running for ${span(now - startedAt)}`);
    edge.out(`slack: ${slack.connections} of ${slack.wanted} connections`);
    for (const { name, lastPollAt, trouble } of pces)
      edge.out(
        `${name}: ${lastPollAt === undefined ? 'not polled yet' : `polled ${span(now - lastPollAt)} ago`}${trouble === undefined ? '' : `, ${trouble}`}`,
      );
    edge.out(`queue: ${queue.waiting} waiting${queue.dead > 0 ? `, ${queue.dead} could not be shown` : ''}`);
    return ready ? EXIT.done : EXIT.failed;
  },
});
