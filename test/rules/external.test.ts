import { expect, it } from 'vitest';
import type { ExternalAlert, MeantHost } from '../../src/core/external.ts';
import { plain } from '../../src/core/text.ts';
import { external } from '../../src/rules/external.ts';
import { anEstate, anEvent, aWorkload, saw, T0 } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01' });
const twin = aWorkload({ hostname: 'web-02' });

const ALERT: ExternalAlert = {
  id: 'edr-1',
  source: 'edr',
  title: 'Credential dumping',
  severity: 'critical',
  hosts: [],
  ips: [],
  facts: { user: 'jdoe' },
};
const host = (named: string, matches: MeantHost['matches'], kind: MeantHost['kind'] = 'name'): MeantHost => ({
  named,
  kind,
  matches,
});
const detected = (hosts: readonly MeantHost[]) =>
  watching(external).see({
    kind: 'external',
    pce: 'prod-east',
    now: T0,
    estate: anEstate(),
    alert: ALERT,
    hosts,
  }).findings;

const CASES: readonly [string, readonly MeantHost[], readonly string[], readonly string[]][] = [
  ['a host that is known', [host('web-01', [web])], ['critical web-01'], ['quarantine']],
  [
    'its name and its address are one finding',
    [host('web-01', [web]), host('192.0.2.10', [web], 'address')],
    ['critical web-01'],
    ['quarantine'],
  ],
  ['a name nobody has is told, without a button', [host('laptop-9', [])], ['critical laptop-9'], []],
  [
    'an address of two hosts is told, without a button',
    [host('192.0.2.10', [web, twin], 'address')],
    ['critical 192.0.2.10'],
    [],
  ],
  ['a detection that means no host of this PCE', [], [], []],
];

it.each(CASES)('%s', (_, hosts, expected, suggests) => {
  const findings = detected(hosts);
  expect(told(findings)).toEqual(expected);
  expect([...new Set(findings.flatMap((one) => one.suggests))]).toEqual(suggests);
});

it('says who reports what, and what is in doubt', () => {
  expect(plain(detected([host('laptop-9', [])])[0]?.story ?? [])).toBe(
    'edr reports: Credential dumping. user: jdoe. No workload has the name laptop-9: look for it in the PCE yourself.',
  );
});

it("is silent about the PCE's own events, whatever they are", () => {
  const events = [anEvent({ event_type: 'agent.tampering' }), anEvent()];
  expect(watching(external).see(saw(events)).findings).toEqual([]);
});
