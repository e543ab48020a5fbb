import { describe, expect, it } from 'vitest';
import { aBench, someHosts } from '../support/asking.ts';
import { anEvent, aWorkload, byUser, changeOf, labels } from '../support/builders.ts';

const STRAY = aWorkload({ name: 'app-09', labels: 'app=shop env=prod Quarantine=Severe' });

describe('/illumio quarantined', () => {
  it('says that nobody is in quarantine', async () => {
    expect(await aBench().ask('quarantined')).toContain('No host is in quarantine by this bot');
  });

  it('names hosts that carry the label although nobody here put it on, and offers to adopt or release them', async () => {
    const bench = aBench({ pces: { 'prod-east': [...someHosts, STRAY] } });
    const said = await bench.ask('quarantined');
    expect(said).toContain('*app-09* carries the quarantine label, not by this bot');
    expect(said).toContain("who put it on is not in the PCE's events");
    expect(said).toContain('Adopt…');
    expect(said).toContain('Release…');
  });

  it('says who put the label on, where the events of the PCE tell', async () => {
    const bench = aBench({ pces: { 'prod-east': [...someHosts, STRAY] } });
    bench.pce.recorded.push(
      anEvent({
        timestamp: new Date(bench.clock.now() - 3_600_000).toISOString(),
        event_type: 'workload.update',
        created_by: byUser('jdoe@example.com'),
        resource_changes: [
          changeOf(STRAY, {
            labels: { created: labels('Quarantine=Severe'), deleted: [] },
          }),
        ],
      }),
    );
    expect(await bench.ask('quarantined')).toContain('not by this bot: by jdoe@example.com');
  });

  it('offers the same on the card of such a host', async () => {
    const bench = aBench({ pces: { 'prod-east': [...someHosts, STRAY] } });
    const said = await bench.ask('workload app-09');
    expect(said).toContain('Carries the quarantine label, not by this bot');
    expect(said).toContain('Adopt…');
  });
});
