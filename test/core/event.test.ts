import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../src/core/event.ts';
import { anEvent, byUser, noticeOf, rawEvent, readEvent } from '../support/builders.ts';
import { pceFixture } from '../support/fixture.ts';

const REJECTED: readonly [string, unknown, string][] = [
  ['a text', 'agent.tampering', 'not a JSON object'],
  ['null', null, 'not a JSON object'],
  ['an array', [], 'not a JSON object'],
  ['no href', { event_type: 'x', timestamp: '2026-01-01T00:00:00Z' }, 'no href'],
  ['no type', { href: '/x', timestamp: '2026-01-01T00:00:00Z' }, 'no event_type'],
  ['no time', { href: '/x', event_type: 'x' }, 'no timestamp with a time zone'],
  [
    'a time without a zone',
    { href: '/x', event_type: 'x', timestamp: '2026-01-01T00:00:00' },
    'no timestamp with a time zone',
  ],
];

describe('reading an event', () => {
  it.each(REJECTED)('refuses %s', (_, row, why) => {
    expect(parseEvent(row)).toEqual({ ok: false, why });
  });

  it.each(['tampering', 'presence', 'agent-update', 'policy', 'labels'])(
    'reads every recorded row of %s.json',
    (file) => {
      for (const row of pceFixture(file) as unknown[]) expect(parseEvent(row)).toMatchObject({ ok: true });
    },
  );

  it('takes `time` for `timestamp`, as syslog bodies say', () => {
    const { timestamp, ...row } = rawEvent();
    expect(readEvent({ ...row, time: timestamp }).at).toBe(Date.parse(String(timestamp)));
  });

  it('knows the names of before 18.2', () => {
    expect(anEvent({ event_type: 'agent.put_from_agent' }).type).toBe('agent.update');
    expect(anEvent({ event_type: 'login.logout' }).type).toBe('user.sign_out');
  });

  it('reads null, empty and FILTERED as unknown', () => {
    const { action } = anEvent({
      action: { api_endpoint: 'FILTERED', api_method: '', src_ip: null, http_status_code: '204' },
    });
    expect(action).toEqual({
      endpoint: undefined,
      method: undefined,
      address: undefined,
      status: 204,
      apiKeyId: undefined,
    });
  });

  it('reads `error` as the documented `err`, and an odd status as none', () => {
    expect(anEvent({ severity: 'error', status: 'odd' })).toMatchObject({ severity: 'err', status: null });
  });

  it('names who did it, and with which key', () => {
    const event = anEvent({ created_by: byUser('maya'), action: { info: { api_key_id: 'feedbeef' } } });
    expect(event.actor).toMatchObject({ kind: 'user', name: 'maya' });
    expect(event.action.apiKeyId).toBe('feedbeef');
    expect(
      anEvent({ created_by: { service_account: { href: '/orgs/1/service_accounts/1', name: 'sync' } } })
        .actor,
    ).toMatchObject({ kind: 'service_account', name: 'sync' });
    expect(anEvent({ created_by: null }).actor).toEqual({ kind: 'unknown' });
    expect(anEvent({ created_by: { agent: { href: '/orgs/1/agents/1', hostname: null } } }).actor).toEqual({
      kind: 'host',
      agentHref: '/orgs/1/agents/1',
    });
  });

  it('leaves out attributes that are null and notifications without a type', () => {
    const event = anEvent({
      resource_changes: [
        { resource: { workload: { href: '/w' } }, changes: { labels: null, online: { after: false } } },
      ],
      notifications: [{ info: {} }, noticeOf('workload.online')],
    });
    expect(event.resources[0]?.changes).toEqual({ online: { after: false } });
    expect(event.notices).toEqual([{ type: 'workload.online', info: {} }]);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.dictionary(
          fc.constantFrom('created_by', 'action', 'resource_changes', 'notifications'),
          fc.anything(),
        ),
        (value, parts) => {
          parseEvent(value);
          expect(parseEvent({ ...rawEvent(), ...parts })).toMatchObject({ ok: true });
        },
      ),
    );
  });
});
