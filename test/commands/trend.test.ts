import { describe, expect, it } from 'vitest';
import { agentFigure } from '../../src/core/series/agents.ts';
import { flowFigure } from '../../src/core/series/flows.ts';
import { healthFigure } from '../../src/core/series/health.ts';
import { HOUR_MS } from '../../src/core/series/sample.ts';
import { aBench } from '../support/asking.ts';
import { HOUR, T0 } from '../support/builders.ts';
import { aFlow } from '../support/flows.ts';

/** The hour at whose beginning the bench's clock stands. */
const NOW = T0 / HOUR_MS;

const bench = async () => {
  const made = aBench();
  const add = (
    hour: number,
    kind: 'agents' | 'events' | 'health' | 'flows',
    figures: Record<string, number>,
  ) => made.series.add('prod-east', hour, kind, figures);
  return { ...made, add };
};

/** Hours, oldest first, from `first` on; undefined = not sampled. */
const filled = async (
  kind: 'agents' | 'events' | 'health' | 'flows',
  last: number,
  hours: readonly (Record<string, number> | undefined)[],
) => {
  const made = await bench();
  for (const [i, figures] of hours.entries())
    if (figures !== undefined) await made.add(last - hours.length + 1 + i, kind, figures);
  return made;
};

const modes = (full: number, selective: number) => ({
  [agentFigure('mode', 'full')]: full,
  [agentFigure('mode', 'selective')]: selective,
  [agentFigure('offline', 'offline')]: 3,
  [agentFigure('offline', 'online')]: 97,
});

describe('/illumio trend', () => {
  it('agents by=mode: the newest figures, from which PCE, and what was not sampled', async () => {
    const { ask } = await filled('agents', NOW, [modes(10, 2), undefined, undefined, modes(11, 1)]);
    const said = await ask('trend agents by=mode --since 4h', 'U0ANA');
    expect(said).toContain('Agents by mode');
    expect(said).toContain('full 11, selective 1');
    expect(said).toContain('Not sampled, left blank: 2 h');
    expect(said).toContain('prod-east');
    expect(said).toContain('chart: --files or --share');
  });

  it('agents by=offline shows those that are offline, not all that are online', async () => {
    const { ask } = await filled('agents', NOW, [modes(10, 2)]);
    const said = await ask('trend agents by=offline --since 1h', 'U0ANA');
    expect(said).toContain('offline 3');
    expect(said).not.toContain('97');
  });

  it('events by=type: most an hour and the last; an hour without events is zero, one that was not read is a hole', async () => {
    const { ask } = await filled('events', NOW - 2, [
      { 'user.login': 4 },
      {},
      undefined,
      { 'agent.tampering': 9 },
    ]);
    const said = await ask('trend events by=type --since 4h', 'U0ANA');
    expect(said).toContain('Most events an hour: 9');
    expect(said).toContain('agent.tampering 9');
    expect(said).toContain('user.login 0');
    expect(said).toContain('left blank: 1 h');
  });

  it('events type=user.* leaves out the others', async () => {
    const { ask } = await filled('events', NOW - 2, [{ 'user.login': 4, 'agent.tampering': 9 }]);
    expect(await ask('trend events type=user.* --since 1h', 'U0ANA')).not.toContain('agent.tampering');
  });

  const node = (name: string, max: number) => ({
    [healthFigure(name, 'disk', 'average')]: max - 5,
    [healthFigure(name, 'disk', 'max')]: max,
    [healthFigure(name, 'replication lag', 'average')]: 2,
  });
  it('health: the fullest node, most of each hour; by=disk every node', async () => {
    const { ask } = await filled('health', NOW - 1, [{ ...node('core0', 60), ...node('data1', 91) }]);
    expect(await ask('trend health --since 1h', 'U0ANA')).toContain('disk 91');
    const nodes = await ask('trend health by=disk --since 1h', 'U0ANA');
    expect(nodes).toContain('core0 55');
    expect(nodes).toContain('data1 86');
    expect(await ask('trend health by=lag --since 1h', 'U0ANA')).toContain('seconds');
  });

  const decided = (group: string, blocked: number) => ({
    [flowFigure(undefined, 'allowed')]: 900,
    [flowFigure(group, 'allowed')]: 40,
    [flowFigure(group, 'blocked')]: blocked,
  });
  it('flows of a group: decisions, without asking the PCE where all was sampled', async () => {
    const hours = Array.from({ length: 24 }, (_, i) => decided('env=prod', i));
    const { ask, pce } = await filled('flows', NOW - 2, hours);
    const said = await ask('trend flows env=prod --since 6h', 'U0ANA');
    expect(said).toContain('New connections of env=prod');
    expect(said).toContain('allowed 40');
    expect(said).toContain('blocked 23');
    expect(pce.queries).toEqual([]);
  });

  it('flows before the first sample: the whole days before it out of the PCE’s day buckets, an hour on average, said so', async () => {
    const { ask, pce, chat } = await filled('flows', NOW - 2, [decided('env=prod', 5)]);
    const noon = new Date(T0 - 24 * HOUR).toISOString();
    pce.flowRows = [aFlow({ connections: 2_400, decision: 'blocked', first: noon, last: noon })];
    const said = await ask('trend flows env=prod --since 72h --files', 'U0ANA');
    expect(said).toContain('pale: day buckets of the PCE, an hour on average');
    expect(
      pce.queries.map(({ from, to }) => [new Date(from).toISOString(), new Date(to).toISOString()]),
    ).toEqual([['2026-11-20T00:00:00.000Z', '2026-11-21T23:59:59.999Z']]);
    const csv = chat.files.find(({ name }) => name.endsWith('.csv'))?.content;
    expect(csv).toContain('"2026-11-21T00:00:00.000Z",24,0,0,100,0');
    expect(chat.files.map(({ name }) => name)).toEqual(['trend-flows.csv', 'trend-flows.png']);
  });

  it('flows of the whole estate asks the PCE for earlier days only with --all', async () => {
    const { ask, pce } = await filled('flows', NOW - 2, [decided('env=prod', 5)]);
    expect(await ask('trend flows', 'U0ANA')).toContain('--all asks the PCE');
    expect(pce.queries).toEqual([]);
    await ask('trend flows --all', 'U0ANA');
    expect(pce.queries.length).toBe(1);
  });

  it('nothing sampled yet is said, not drawn as zero', async () => {
    const { ask } = await bench();
    expect(await ask('trend agents by=os', 'U0ANA')).toContain('Nothing was sampled in this window.');
  });

  it.each([
    ['trend', 'trend wants to know what of'],
    ['trend agent', 'Nearest: agents'],
    ['trend agents by=vresion', 'Nearest: version'],
    ['trend agents web-01', 'I read "web-01"'],
    ['trend events by=user', 'by=type'],
    ['trend health by=ram', 'cpu, memory, disk, lag'],
    ['trend flows env=prd', 'prod'],
    ['trend flows app=shop', 'watch_groups'],
    ['trend flows env=prod,dev', 'one value of one label'],
    ['trend agents --since 91d', 'at most 90d'],
    ['trend agents --pce prod-west', 'There is no PCE "prod-west"'],
  ])('%s: a problem that says what was expected', async (text, words) => {
    const { ask } = await bench();
    expect(await ask(text, 'U0ANA')).toContain(words);
  });

  it('is for analysts', async () => {
    const { ask } = await bench();
    expect(await ask('trend agents', 'U0VIC')).toContain('analyst');
  });
});
