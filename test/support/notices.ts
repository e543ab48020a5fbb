import type { Notice } from '../../src/core/output/notice.ts';

/** Something that happened on web-01. */
export const aNotice = (over: Partial<Notice> = {}): Notice => ({
  version: 1,
  id: 'k1',
  kind: 'firing',
  dedupe: 'prod-east|firewall-tampering|/orgs/1/workloads/1',
  at: '2026-11-22T10:02:11.000Z',
  pce: 'prod-east',
  rule: 'firewall-tampering',
  severity: 'error',
  title: 'firewall tampering on web-01',
  story: 'The host firewall was changed outside Illumio 3 times.',
  count: 3,
  since: '2026-11-22T10:02:11.000Z',
  hosts: [{ name: 'web-01', href: '/orgs/1/workloads/1', labels: { app: 'shop', env: 'prod' } }],
  ...over,
});
