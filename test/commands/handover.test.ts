import { describe, expect, it } from 'vitest';
import { aBench, anAlert, someHosts } from '../support/asking.ts';
import { HOUR, T0 } from '../support/builders.ts';
import { aFlow, anEnd } from '../support/flows.ts';

const quarantine = (name: string, parts: { until?: number; kept?: number } = {}) =>
  ({
    type: 'response-requested',
    response: {
      id: `r-${name}`,
      action: 'quarantine',
      pce: 'prod-east',
      target: { href: `/orgs/1/workloads/${name}`, name, labels: [], mode: 'full' },
      by: { team: 'T1', user: 'U0MAYA' },
      byName: 'maya',
      reason: 'a test',
      channel: 'C0SOC',
      alert: null,
      requestedAt: T0,
      state: 'requested',
      releases: null,
      ...(parts.until === undefined ? {} : { until: parts.until }),
    },
  }) as const;

describe('/illumio handover', () => {
  it('lists what is open, gravest first, and how long it has waited', async () => {
    const { ask, store } = aBench();
    await store.commit([
      { type: 'alert-fired', alert: anAlert({ id: 'a1', severity: 'warning', firstAt: T0 - 5 * HOUR }) },
      {
        type: 'alert-fired',
        alert: anAlert({ id: 'a2', rule: 'csrf', severity: 'critical', firstAt: T0 - HOUR }),
      },
    ]);
    const said = await ask('handover', 'U0ANA');
    expect(said).toContain('Open: 2');
    expect(said.indexOf('csrf')).toBeLessThan(said.indexOf('firewall-tampering'));
    expect(said).toMatch(/csrf +1 h/);
    expect(said).toContain('1 critical and 1 warning');
  });

  it('names quarantines by the end of their time, and those to review within a day', async () => {
    const { ask, store } = aBench();
    await store.commit([
      quarantine('web-09', { until: T0 + 30 * HOUR }),
      quarantine('web-08', { until: T0 + 2 * HOUR }),
    ]);
    for (const name of ['web-09', 'web-08'])
      await store.commit([
        { type: 'response-moved', id: `r-${name}`, from: 'requested', to: 'done', at: T0 },
      ]);
    const said = await ask('handover', 'U0ANA');
    expect(said).toContain('In quarantine: 2');
    expect(said).toContain('1 to review within 24 h');
    expect(said.indexOf('web-08')).toBeLessThan(said.indexOf('web-09'));
  });

  it('counts idle and visibility-only hosts, and names machines without a VEN that talk', async () => {
    const { ask, pce } = aBench();
    const printer = someHosts.find(({ name }) => name === 'printer-1');
    pce.flowRows = [aFlow({ source: anEnd('printer-1', { href: printer?.href }), connections: 3 })];
    const said = await ask('handover', 'U0ANA');
    expect(said).toContain('without a VEN and yet talking: printer-1');
    expect(said).toMatch(/Unmanaged but talking +1/);
  });

  it('traffic that cannot be read is said, and hides nothing else', async () => {
    const { ask, pce } = aBench();
    pce.failing = { code: 'unavailable', message: 'the PCE is away' };
    const said = await ask('handover', 'U0ANA');
    expect(said).toContain('could not be read: the PCE is away');
    expect(said).toContain('Open: 0');
  });

  it.each([
    ['handover now', 'I read "now"'],
    ['handover --since 1y', 'a duration'],
  ])('%s: a problem', async (text, words) => {
    expect(await aBench().ask(text, 'U0ANA')).toContain(words);
  });

  it('is for analysts', async () => {
    expect(await aBench().ask('handover', 'U0VIC')).toContain('analyst');
  });
});
