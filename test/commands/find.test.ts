import { describe, expect, it } from 'vitest';
import { parseEvidenceRef, parseTargetRef } from '../../src/core/command.ts';
import { aBench } from '../support/asking.ts';
import { buttonsOf } from '../support/blocks.ts';
import { aWorkload } from '../support/builders.ts';

describe('/illumio find', () => {
  it('finds the hosts among words, exactly, with what can be done about each', async () => {
    const said = await aBench().ask(
      'find login failed on web-01 from 198.51.100.7 not web-0 nor web-011',
      'U0VIC',
    );
    expect(said).toContain('2 hosts among 4 names and addresses');
    expect(said).toContain('web-01 online · app=shop env=prod role=web\n[Card] [Investigate] [Quarantine…]');
    // A machine without a VEN cannot be isolated.
    expect(said).toContain('printer-1 unmanaged · no labels\n[Card] [Investigate]\n');
  });

  it('a message goes along as evidence, as an id that is looked up', async () => {
    const [message] = await aBench().messages('find web-01 --message 1700000000.000100');
    const button = buttonsOf(message as NonNullable<typeof message>).find(
      ({ action }) => action === 'quarantine',
    );
    const { target, message: source } = parseEvidenceRef(button?.value ?? '');
    expect(source).toEqual({ channel: 'C0SOC', ts: '1700000000.000100' });
    expect(parseTargetRef(target)?.pce).toBe('prod-east');
    expect(JSON.stringify(message?.blocks)).toContain(
      'https://example.slack.com/archives/C0SOC/p1700000000000100',
    );
  });

  it('shows at most twenty, eight at a time', async () => {
    const many = Array.from({ length: 30 }, (_, n) =>
      aWorkload({ name: `web-${n}`, href: `/orgs/1/workloads/w${n}` }),
    );
    const bench = aBench({ pces: { 'prod-east': many } });
    const words = many.map(({ name }) => name).join(' ');
    const [first] = await bench.messages(`find ${words}`);
    expect(first?.text).toContain('30 hosts among 30');
    expect(JSON.stringify(first?.blocks)).toContain('the first 20 are shown');
    const next = buttonsOf(first as NonNullable<typeof first>).find(({ action }) => action === 'ask.next');
    expect(await bench.ask(next?.value ?? '')).toContain('web-8 online');
    const last = await bench.ask(`${next?.value.replace(/\d+$/, '3')}`);
    expect(last).toContain('web-19 online');
    expect(last).not.toContain('web-20');
  });

  it('says so when nothing is a host', async () => {
    expect(await aBench().ask('find nothing to see')).toContain('I found no host name or address in that');
    expect(await aBench().ask('find srv-99')).toContain('None of 1 name or address is a host on prod-east');
  });
});
