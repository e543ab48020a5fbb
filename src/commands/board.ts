import type { Command } from '../core/command.ts';
import { isLabelTerm, parseLabelQuery } from '../core/label-query.ts';
import { listed } from '../core/text.ts';
import { panelView } from '../views/panel.ts';
import { boards } from './board/index.ts';
import { panelOf } from './board/panel.ts';
import { chosenDesks } from './desks.ts';
import { nearestText, problem, unexpected } from './problem.ts';
import { parseWords } from './words.ts';

const EXAMPLE = '/illumio board workloads';

/** What a team would keep on a wall: security, the PCE itself, the workloads. The same as the Home tab and pinned messages show. */
export const board: Command = {
  id: 'board',
  summary: 'a board of security, of the PCE itself or of the workloads, with what changed since yesterday',
  usage: `/illumio board ${boards.map(({ id }) => id).join('|')} [key=value …] [--pce name] [--share]`,
  examples: [EXAMPLE, '/illumio board pce --share', '/illumio board security env=prod'],
  role: 'viewer',
  scope: 'estate',
  async run(given, asker, deps) {
    const parsed = parseWords(given, { id: 'board', example: EXAMPLE }, ['pce', 'share']);
    if (!parsed.ok) return parsed.problem;
    const [what = '', ...terms] = parsed.words;
    const ids = boards.map(({ id }) => id);
    const chosen = boards.find(({ id }) => id === what);
    if (chosen === undefined)
      return problem(
        `${what === '' ? 'board wants to know which one' : `There is no board "${what}"`}: ${listed(ids)}.${nearestText(what, ids)}`,
        EXAMPLE,
      );
    if (!(await asker.may(chosen.action, [])))
      return problem(
        `The board "${what}" shows traffic: it is for analysts. The others are ${listed(ids.filter((id) => id !== what))}.`,
        EXAMPLE,
      );
    const desks = chosenDesks(deps.desks, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const odd = terms.find((word) => !isLabelTerm(word));
    if (odd !== undefined) return unexpected(`board ${what}`, odd);
    if (terms.length > 0 && chosen.id === 'pce')
      return problem(
        'The board of the PCE is about its nodes: labels do not narrow it.',
        '/illumio board pce',
      );
    const labels = parseLabelQuery(
      terms,
      desks.flatMap(({ inventory }) => [...inventory.labels()]),
    );
    if (!labels.ok) return problem(labels.problem, EXAMPLE);
    const panel = await panelOf(chosen, { desks, labels: labels.query, traffic: true }, deps);
    return {
      kind: 'answer',
      share: parsed.flags.share === true,
      message: panelView({
        ...panel,
        basis: [...panel.basis, ...(terms.length === 0 ? [] : [terms.join(' ')])],
      }),
    };
  },
};
