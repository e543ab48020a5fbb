import { describe, expect, it } from 'vitest';
import { affectedHosts, firstNamedHosts, subjectKey, workloadHrefs } from '../../src/core/subject.ts';
import { anEstate, anEvent, aWorkload, byAgent, byVen, changeOf, noticeOf } from '../support/builders.ts';
import { recorded } from '../support/fixture.ts';

const web = aWorkload({ hostname: 'web-01', labels: 'env=prod' });
const db = aWorkload({ hostname: 'db-01' });
const estate = anEstate([web, db]);
const names = (event: Parameters<typeof affectedHosts>[0]): string[] =>
  affectedHosts(event, estate).map(({ subject }) => subject.name);

describe('who an event is about', () => {
  it.each([
    [
      'every entry of a bulk event',
      anEvent({ resource_changes: [changeOf(web), changeOf(db)] }),
      ['web-01', 'db-01'],
    ],
    [
      'a host that is named twice, once',
      anEvent({ resource_changes: [changeOf(web), changeOf(web)] }),
      ['web-01'],
    ],
    [
      'agents in notifications',
      anEvent({
        notifications: [
          noticeOf('agent.missed_heartbeats', { agent: { href: web.ven?.agentHref, hostname: 'web-01' } }),
          noticeOf('agent.missed_heartbeats', { agent: { href: db.ven?.agentHref, hostname: 'db-01' } }),
        ],
      }),
      ['web-01', 'db-01'],
    ],
    ['the VEN that made the event', anEvent({ created_by: byVen(web) }), ['web-01']],
    [
      'the VEN and its own entry, once',
      anEvent({
        created_by: byVen(web),
        resource_changes: [
          { resource: { ven: { href: web.ven?.href }, agent: { href: web.ven?.agentHref } } },
        ],
      }),
      ['web-01'],
    ],
    ['nobody, when a person signs in', anEvent(), []],
  ])('%s', (_, event, expected) => {
    expect(names(event)).toEqual(expected);
  });

  it('finds the workload of a VEN by their shared UUID, of an agent by the inventory', () => {
    for (const created_by of [byVen(web), byAgent(web)])
      expect(affectedHosts(anEvent({ created_by }), estate)[0]).toMatchObject({
        subject: { kind: 'workload', href: web.href },
        workload: web,
      });
  });

  it('resolves a hostname only if one managed workload bears it', () => {
    const event = anEvent({ created_by: { agent: { href: '/orgs/1/agents/99', hostname: 'web-01' } } });
    expect(affectedHosts(event, estate)[0]?.subject.href).toBe(web.href);
    const twin = aWorkload({ name: 'twin', hostname: 'web-01' });
    expect(affectedHosts(event, anEstate([web, twin]))[0]?.subject).toEqual({
      kind: 'ven',
      href: '/orgs/1/agents/99',
      name: 'web-01',
    });
  });

  it('keeps a host nobody knows with what the event says of it, its labels too', () => {
    const [host] = affectedHosts(recorded('presence', 'offline-19-1'), anEstate());
    expect(host?.subject).toMatchObject({ kind: 'workload', name: 'web-01.example.com' });
    expect(host?.workload?.labels.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'app=shop',
      'env=prod',
    ]);
  });

  it('keeps apart two subjects by href, or by name where there is none', () => {
    const one = { kind: 'workload', href: '/w/1', name: 'a' } as const;
    expect(subjectKey(one)).toBe(subjectKey({ ...one, name: 'renamed' }));
    expect(subjectKey({ ...one, href: null })).not.toBe(subjectKey({ ...one, href: null, name: 'b' }));
  });

  it('takes the first part that names a host when parts may name one host differently', () => {
    const event = anEvent({ created_by: byVen(web), resource_changes: [changeOf(db)] });
    const first = (parts: Parameters<typeof firstNamedHosts>[2]): string[] =>
      firstNamedHosts(event, estate, parts).map(({ subject }) => subject.name);
    expect(first(['notices', 'actor', 'changes'])).toEqual(['web-01']);
    expect(first(['changes', 'actor'])).toEqual(['db-01']);
  });

  it('knows which hrefs are workloads', () => {
    const subject = { kind: 'ven', href: '/orgs/1/agents/1', name: 'x' } as const;
    expect(workloadHrefs({ subject, workload: undefined })).toEqual([]);
    expect(workloadHrefs({ subject, workload: web })).toEqual([web.href]);
    expect(
      workloadHrefs({ subject: { ...subject, kind: 'workload', href: '/w/1' }, workload: undefined }),
    ).toEqual(['/w/1']);
  });
});
