import { seriesChart } from '../charts/series.ts';
import type { Command } from '../core/command.ts';
import { HOUR_MS } from '../core/series/sample.ts';
import { trendWindow } from '../core/series/trend.ts';
import { listed, span } from '../core/text.ts';
import { csv } from '../views/csv.ts';
import { trendView } from '../views/trend.ts';
import { oneDesk } from './desks.ts';
import { nearestText, problem } from './problem.ts';
import { attached, pictureOf } from './traffic-question.ts';
import { agents } from './trend/agents.ts';
import { events } from './trend/events.ts';
import { flows } from './trend/flows.ts';
import { health } from './trend/health.ts';
import type { TrendSubject } from './trend/subject.ts';
import { parseWords } from './words.ts';

const SUBJECTS: readonly TrendSubject[] = [agents, events, health, flows];
const EXAMPLE = agents.example;
const DEFAULT_MS = 72 * HOUR_MS;

/** How something went over days, out of the hourly samples: what was not sampled is left blank, never filled in. */
export const trend: Command = {
  id: 'trend',
  summary: 'how agents, events, the health of the PCE or traffic went over hours and days',
  usage: `/illumio trend ${SUBJECTS.map(({ usage }) => usage).join(' | ')} [--since 72h] [--all] [--pce name] [--share] [--files]`,
  examples: [EXAMPLE, '/illumio trend health --since 7d', '/illumio trend flows env=prod --files'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, { id: 'trend', example: EXAMPLE }, [
      'pce',
      'since',
      'all',
      'share',
      'files',
    ]);
    if (!parsed.ok) return parsed.problem;
    const { flags } = parsed;
    const [what = '', ...words] = parsed.words;
    const subject = SUBJECTS.find(({ id }) => id === what);
    const ids = SUBJECTS.map(({ id }) => id);
    if (subject === undefined)
      return problem(
        `${what === '' ? 'trend wants to know what of' : `I have no trend of "${what}"`}: I sample ${listed(ids)}.${nearestText(what, ids)}`,
        EXAMPLE,
      );
    const desk = oneDesk(deps.desks, flags.pce, ['/illumio trend', what, ...words].join(' '));
    if ('kind' in desk) return desk;
    const window = trendWindow(flags.since ?? DEFAULT_MS, deps.clock.now() - subject.sampledAfterMs);
    const samples = await deps.series.between(desk.pce.name, window.from, window.to);
    const made = await subject.of({ desk, words, flags, window, samples }, deps);
    if ('kind' in made) return made;
    const { also = [], ...shown } = made;
    const basis = [
      `last ${span(flags.since ?? DEFAULT_MS)}`,
      ...(window.step === 1 ? [] : [`averages of ${window.step} h`]),
      ...also,
      desk.pce.name,
    ];
    const chart = seriesChart({
      ...shown,
      basis: `${basis.join(' · ')} · UTC`,
      from: window.from * HOUR_MS,
      to: window.to * HOUR_MS,
    });
    const keys = shown.keys.map(({ id }) => id);
    return {
      kind: 'answer',
      share: flags.share === true,
      message: trendView({
        title: shown.title,
        lines: chart.lines,
        basis: flags.share === true || flags.files === true ? basis : [...basis, 'chart: --files or --share'],
      }),
      ...attached(flags, {
        file: () => ({
          name: `trend-${subject.id}.csv`,
          title: shown.title,
          content: csv(
            ['from', 'hours', ...keys],
            shown.samples.map(({ at, spanMs, values }) => [
              new Date(at).toISOString(),
              spanMs / HOUR_MS,
              // An empty cell is a hole, a 0 is a zero.
              ...keys.map((key) => values?.[key] ?? ''),
            ]),
          ),
        }),
        picture: () => pictureOf(`trend-${subject.id}.png`, shown.title, chart),
      }),
    };
  },
};
