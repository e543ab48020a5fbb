import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { countPeers, staysOpenUnder } from '../../src/core/peers.ts';
import type { Policy, Side } from '../../src/core/policy.ts';
import { EVERY_SERVICE, rangesOfName } from '../../src/core/service-ranges.ts';
import { aWorkload, labels, T0 } from '../support/builders.ts';

const web = aWorkload({ hostname: 'web-01', labels: 'role=web' });
const app = aWorkload({ hostname: 'app-01', labels: 'role=app' });
const end = (name: string, href?: string) => ({ address: '192.0.2.9', href, name, labels: [] });
const here = end('web-01', web.href);
const there = end('app-01', app.href);

const flow = (parts: Partial<Flow>): Flow => ({
  source: there,
  destination: here,
  service: '443/tcp',
  process: undefined,
  connections: 1,
  bytes: 0,
  decision: 'allowed',
  direction: 'inbound',
  first: '',
  firstAt: T0,
  last: '',
  lastAt: T0,
  ...parts,
});

const counted = (flows: readonly Flow[], staysOpen = () => false) => {
  const peers = countPeers(web.href, staysOpen);
  for (const one of flows) peers.take(one);
  return peers.result(true);
};

describe('the peers of a host', () => {
  it('are distinct ones of both directions; what is not its own traffic is passed over', () => {
    const outside = end('198.51.100.7');
    const peers = counted([
      flow({}),
      flow({ service: '22/tcp' }),
      flow({ source: here, destination: { ...outside, address: '198.51.100.7' }, service: '53/udp' }),
      flow({ source: outside, destination: there }),
      flow({ source: here, destination: here }),
    ]);
    expect(peers).toMatchObject({ count: 2, cut: 2, complete: true });
    expect(peers.top.map(({ peer, direction, service }) => `${direction} ${peer} ${service}`)).toEqual([
      'out 198.51.100.7 53/udp',
      'in app-01 22/tcp',
      'in app-01 443/tcp',
    ]);
  });

  it('count a connection once that both ends reported', () => {
    const both = [
      flow({ connections: 7 }),
      flow({ connections: 5, direction: 'outbound' }),
      flow({ connections: 2 }),
    ];
    expect(counted(both).top).toEqual([
      { peer: 'app-01', direction: 'in', service: '443/tcp', connections: 9 },
    ]);
  });

  it('are named most connections first, five at most', () => {
    const many = Array.from({ length: 9 }, (_, n) =>
      flow({ source: end(`h${n}`, `/orgs/1/workloads/${n}`), connections: n + 1 }),
    );
    const { count, cut, top } = counted(many);
    expect({ count, cut }).toEqual({ count: 9, cut: 9 });
    expect(top.map(({ connections }) => connections)).toEqual([9, 8, 7, 6, 5]);
  });

  it('are not cut where the new labels still let them pass', () => {
    const side = (text?: string): Side => ({
      everyWorkload: text === undefined,
      labels: text === undefined ? undefined : { all: labels(text).map(({ href }) => [href]), except: [] },
      workloads: [],
      lists: [],
      unread: [],
    });
    const rule = { name: 'r', scopes: [], scopeUnread: false, unscopedConsumers: false };
    const policy: Policy = {
      rules: [
        { ...rule, href: '1', kind: 'allow', providers: side(), consumers: side(), services: EVERY_SERVICE },
        {
          ...rule,
          href: '2',
          kind: 'override-deny',
          providers: side('Quarantine=Severe'),
          consumers: side(),
          services: rangesOfName('443/tcp'),
        },
      ],
    };
    const after = labels('role=web Quarantine=Severe');
    const staysOpen = staysOpenUnder(policy, web, after, (href) => (href === app.href ? app : undefined));
    const peers = countPeers(web.href, staysOpen);
    for (const service of ['443/tcp', '22/tcp']) peers.take(flow({ service }));
    peers.take(flow({ source: here, destination: there }));
    expect(peers.result(false)).toEqual({
      count: 1,
      cut: 1,
      top: [{ peer: 'app-01', direction: 'in', service: '443/tcp', connections: 1 }],
      complete: false,
    });
  });
});
