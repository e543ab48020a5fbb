import { openWorld } from './demo/world.ts';
import { defineVerb, EXIT, UsageError } from './verb.ts';

const PORT = 8080;

/** Plays the whole job on simulators: for people in a browser, or, with --smoke, as a check of itself. */
export const verb = defineVerb({
  name: 'demo',
  usage: 'demo [--port N] [--smoke [--json]]',
  help: `Starts a simulated PCE, a simulated Slack with a page in the browser, and the real bot between them. A story plays.
  --port N   port of the page, default ${PORT}; 0 picks a free one
  --smoke    no page: goes through the whole job, one line per step naming what was seen; exit 1 when one does not hold
  --json     with --smoke: one JSON object a line`,
  options: {
    port: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    if (flags.smoke) {
      const { smoke } = await import('./demo/smoke.ts');
      return (await smoke(edge, flags.json)) ? EXIT.done : EXIT.failed;
    }
    if (flags.json) throw new UsageError('--json goes with --smoke.');
    const port = Number(flags.port ?? PORT);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UsageError(`"${flags.port}" is no port.`);
    const world = await openWorld({
      port,
      pace: { events: '3s', health: '6s', unreachableMinutes: 0.5 },
      postsPerSecond: 1,
    });
    try {
      await world.startBot();
      edge.out(`open ${world.slack.url}`);
      const { tell } = await import('./demo/story.ts');
      await tell(world, edge.signal);
    } finally {
      await world.close();
    }
    return EXIT.done;
  },
});
