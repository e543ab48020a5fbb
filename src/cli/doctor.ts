import type { Connected } from '../app.ts';
import { problemText } from '../config/problem.ts';
import type { Settings } from '../core/settings.ts';
import { counted } from '../core/text.ts';
import { connected } from './connected.ts';
import { type Check, fails } from './doctor-check.ts';
import { strategyOutcome } from './doctor-containment.ts';
import { checkData } from './doctor-data.ts';
import { checkOutputs } from './doctor-outputs.ts';
import { patientOf } from './doctor-patient.ts';
import { checkPce } from './doctor-pce.ts';
import { placesIn } from './doctor-places.ts';
import { rehearse } from './doctor-rehearse.ts';
import { checkPosting, checkSlack } from './doctor-slack.ts';
import { atCwd, loadConfig } from './load-config.ts';
import { defineVerb, EXIT } from './verb.ts';

const MINUTE_MS = 60_000;
const MOST_MINUTES = 60;

/** Looks at everything the bot needs, with its own keys and tokens. */
export const verb = defineVerb({
  name: 'doctor',
  usage: 'doctor [--config F] [--data DIR] [--post] [--rehearse HOST [--minutes N]] [--json]',
  help: `Asks every PCE and Slack, with the keys and tokens of the configuration, whether the bot can work, and says for each thing
that does not hold what to do. Reads only, but for one tiny traffic query per PCE that it deletes again. May run beside the bot.

  --config F   configuration, default ./config.yml
  --data DIR   state, default ./data
  --post       also posts a test message to every channel the bot posts to, and removes it
  --rehearse HOST  quarantines that test host, waits until its policy is applied, and gives its labels back
  --minutes N      waits at most so long for the policy, default 10
  --json       {ok, checks:[{id, ok, detail, fix}]}; ok is null for what was not looked at

Exits 0 when every check holds, 1 when one does not, 2 when the configuration is wrong.`,
  options: {
    config: { type: 'string', default: 'config.yml' },
    data: { type: 'string', default: 'data' },
    post: { type: 'boolean', default: false },
    rehearse: { type: 'string', default: '' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    const print = (checks: readonly Check[]): boolean => {
      const ok = checks.every((check) => check.ok !== false);
      if (flags.json) edge.out(JSON.stringify({ ok, checks }));
      else for (const line of asText(checks)) edge.out(line);
      return ok;
    };
    const config = loadConfig(edge, flags.config);
    if (!config.ok) {
      print(
        config.errors.map((problem) => ({
          id: 'config',
          ...fails(problemText({ ...problem, hint: '' }), problem.hint),
        })),
      );
      return EXIT.usage;
    }
    const forMs = Number(flags.minutes) * MINUTE_MS;
    if (!(forMs > 0 && forMs <= MOST_MINUTES * MINUTE_MS)) {
      print([
        {
          id: 'rehearse.minutes',
          ...fails(
            `--minutes ${flags.minutes} is no time`,
            `Write a number of minutes up to ${MOST_MINUTES}.`,
          ),
        },
      ]);
      return EXIT.usage;
    }
    const folder = atCwd(edge, flags.data);
    const checks = await connected(config.settings, edge, (world) =>
      flags.rehearse === ''
        ? examine(world, config.settings, folder, flags.post)
        : rehearse(flags.rehearse, forMs, {
            patients: world.pces.map((desk) => patientOf(desk, config.settings, Date.now())),
            settings: config.settings,
            folder,
          }),
    );
    return print(checks) ? EXIT.done : EXIT.failed;
  },
});

/** All checks in the order they are shown: what is asked of different machines is asked at the same time. */
const examine = async (
  world: Connected,
  settings: Settings,
  folder: string,
  post: boolean,
): Promise<Check[]> => {
  const now = Date.now();
  const [data, slack, outputs, ...pces] = await Promise.all([
    checkData(folder, world),
    checkSlack(world, settings),
    checkOutputs(world),
    ...world.pces.map((desk) => checkPce(patientOf(desk, settings, now))),
  ]);
  const usable = placesIn(settings).filter(
    ({ id, posts }) =>
      posts && slack.some((check) => check.id === `slack.channel.${id}` && check.ok === true),
  );
  return [
    ...pces.flat(),
    { id: 'quarantine', ...strategyOutcome(settings.quarantine) },
    ...slack,
    ...(post
      ? await checkPosting(
          world.chat,
          usable.map(({ id }) => id),
        )
      : []),
    ...outputs,
    ...data,
  ];
};

const asText = (checks: readonly Check[]): string[] => {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const lines = checks.map(({ id, ok, detail, fix }) => {
    const mark = ok === null ? 'skip' : ok ? 'ok' : 'FAIL';
    return `${mark.padEnd(4)}  ${id.padEnd(width)}  ${detail}${fix ? ` → ${fix}` : ''}`.replace(
      /\p{Cc}/gu,
      '?',
    );
  });
  const failed = checks.filter(({ ok }) => ok === false).length;
  const unseen = checks.filter(({ ok }) => ok === null).length;
  return [
    ...lines,
    `${counted(checks.length, 'check')}, ${failed === 0 ? 'none fails' : `${failed} failed`}${unseen === 0 ? '' : `, ${unseen} not looked at`}`,
  ];
};
