import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../support/builders.ts';
import { aContext } from '../support/rules.ts';
import { AMS, aPolicyLab, CORE, DRAFT, QUARANTINE, SHOP_PROD } from './policy-lab.ts';

const RULE = 'policy-draft-broad';
type Lab = Awaited<ReturnType<typeof aPolicyLab>>;

const HTTPS = [{ port: 443, proto: 6 }];

/** Five ways to make a policy broader, each as somebody does it at the console, and what is told of it. */
const WIDENINGS: readonly [string, (lab: Lab) => void, string, string][] = [
  [
    'a rule: all workloads to all databases',
    ({ call, label }) =>
      call('POST', `${CORE}/sec_rules`, {
        providers: [label('role=db')],
        consumers: [AMS],
        ingress_services: HTTPS,
      }),
    'firing warning ×1 Policy draft became broader: rule set Core services',
    'maya@example.com edited the draft of the rule set Core services, last at hh:mm. New rule: from all workloads to role=db on 443/tcp. It would touch 270 workloads, 110 of them env=prod. That is 270 of 270 managed ones, 0 before. It is not provisioned yet.',
  ],
  [
    'an IP list in use',
    ({ call }) => call('PUT', `${DRAFT}/ip_lists/2`, { ip_ranges: [{ from_ip: '0.0.0.0/0' }] }),
    'firing warning ×1 Policy draft became broader: IP list Partners',
    'maya@example.com edited the draft of the IP list Partners, last at hh:mm. Rule in Core services: sources Partners → any address (Partners), Partners 256 addresses → 4,294,967,296 addresses. It would touch 75 workloads, 25 of them env=prod. The IP list Partners is used by 1 rule in Core services. It is not provisioned yet.',
  ],
  [
    'a service in use',
    ({ call }) =>
      call('PUT', `${DRAFT}/services/3`, { service_ports: [{ port: 1, to_port: 65_535, proto: 6 }] }),
    'firing warning ×1 Policy draft became broader: service SSH',
    'maya@example.com edited the draft of the service SSH, last at hh:mm. Rule in Core services: services 22/tcp → 1–65535/tcp. It would touch 270 workloads, 110 of them env=prod. All services would cross the border of a scope. The service SSH is used by 1 rule in Core services. It is not provisioned yet.',
  ],
  [
    'a label group in use',
    ({ call, label }) =>
      call('PUT', GROUP, {
        labels: ['stage', 'dev', 'prod'].map((env) => label(`env=${env}`).label),
      }),
    'firing warning ×1 Policy draft became broader: label group Non-production',
    'maya@example.com edited the draft of the label group Non-production, last at hh:mm. Rule in Core services: sources env=stage and dev → env=stage, dev and prod. It would touch 270 workloads, 110 of them env=prod. That is 270 of 270 managed ones, 175 before. The label group Non-production is used by 1 rule in Core services. It is not provisioned yet.',
  ],
  [
    'a rule switched on',
    ({ call }) => call('PUT', OFF, { enabled: true }),
    'firing warning ×1 Policy draft became broader: rule set Core services',
    'maya@example.com edited the draft of the rule set Core services, last at hh:mm. Rule switched on: from all workloads to all workloads on 443/tcp. It would touch 270 workloads, 110 of them env=prod. That is 270 of 270 managed ones, 0 before. It is not provisioned yet.',
  ],
];

const GROUP = `${DRAFT}/label_groups/22016906-613a-4f87-9f6c-70e753868be0`;
const OFF = `${CORE}/sec_rules/1003`;

/** The seeded policy, with a rule for partners, one for a label group and one that is switched off. */
const aLab = () =>
  aPolicyLab(({ call, label }) => {
    for (const rule of [
      { providers: [label('role=web')], consumers: [{ ip_list: { href: `${DRAFT}/ip_lists/2` } }] },
      { providers: [label('role=jump')], consumers: [{ label_group: { href: GROUP } }] },
      { enabled: false, providers: [AMS], consumers: [AMS] },
    ])
      call('POST', `${CORE}/sec_rules`, { ...rule, ingress_services: HTTPS }, 'admin');
    call('POST', '/orgs/1/sec_policy', { update_description: 'Partners' }, 'admin');
  });

describe('a draft that makes the policy broader', () => {
  it.each(WIDENINGS)(
    '%s: told once, in words, a minute after the last edit',
    async (_, edit, title, story) => {
      const lab = await aLab();
      edit(lab);
      await lab.pass(20_000);
      expect(await lab.told(RULE)).toEqual([]);
      await lab.pass();
      expect([await lab.told(RULE), await lab.story(RULE)]).toEqual([[title], story]);
      await lab.pass(HOUR + MINUTE);
      expect(await lab.told(RULE)).toEqual([title]);
    },
  );
});

const BROAD = { providers: [AMS], consumers: [AMS], ingress_services: HTTPS };
const broaden = ({ call }: Lab, by?: string) => call('PUT', `${CORE}/sec_rules/403`, BROAD, by);
const provision = ({ call }: Lab) => call('POST', '/orgs/1/sec_policy', { update_description: 'Go' }, 'tom');

describe('a draft that makes nothing broader', () => {
  it('a ring-fence, all ↔ all inside one app and env, is quiet with all its edits', async () => {
    const lab = await aLab();
    const { call, label, scope } = lab;
    const set = call('POST', `${DRAFT}/rule_sets`, { name: 'reports', scopes: scope('app=reports env=dev') });
    const rule = call('POST', `${String(set['href'])}/sec_rules`, { providers: [AMS], consumers: [AMS] });
    await lab.pass();
    call('PUT', String(rule['href']), { consumers: [label('role=batch')] });
    call('PUT', `${SHOP_PROD}/sec_rules/11`, { ingress_services: [] });
    call('PUT', SHOP_PROD, { description: 'Ring-fence' });
    await lab.pass();
    expect(await lab.told(RULE)).toEqual([]);
  });

  it('what is undone before a minute is over is quiet', async () => {
    const lab = await aLab();
    lab.call('PUT', OFF, { enabled: true });
    await lab.pass(30_000);
    lab.call('PUT', OFF, { enabled: false });
    await lab.pass();
    await lab.pass();
    expect(await lab.told(RULE)).toEqual([]);
  });
});

describe('the life of the alert', () => {
  it('is one per author and object: another one who edits is not blamed for what was broad before', async () => {
    const lab = await aLab();
    broaden(lab);
    await lab.pass();
    lab.call('PUT', `${CORE}/sec_rules/401`, { ingress_services: [{ port: 53, proto: 17 }] }, 'tom');
    await lab.pass();
    expect(await lab.told(RULE)).toEqual([
      'firing warning ×1 Policy draft became broader: rule set Core services',
    ]);
    lab.call('PUT', OFF, { enabled: true }, 'tom');
    await lab.pass();
    expect(await lab.told(RULE)).toHaveLength(2);
  });

  it('edits within half an hour edit it', async () => {
    const lab = await aLab();
    broaden(lab);
    await lab.pass();
    lab.call('PUT', OFF, { enabled: true });
    await lab.pass();
    expect(await lab.told(RULE)).toEqual([
      'firing warning ×2 Policy draft became broader: rule set Core services',
    ]);
    expect(await lab.story(RULE)).toContain('Rule switched on: from all workloads');
  });

  it('is judged at the latest 10 minutes after the first edit, however many follow', async () => {
    const lab = await aLab();
    for (let i = 0; i < 12; i++) {
      lab.call('PUT', `${CORE}/sec_rules/403`, { ...BROAD, ingress_services: [{ port: 443 + i, proto: 6 }] });
      await lab.pass(49_000);
      expect(await lab.told(RULE)).toHaveLength(0);
    }
    lab.call('PUT', `${CORE}/sec_rules/403`, BROAD);
    await lab.pass(15_000);
    expect(await lab.told(RULE)).toHaveLength(1);
  });

  const ENDS: readonly [string, (lab: Lab) => void, string][] = [
    ['provisioning', provision, 'provisioned as policy version 14 by tom@example.com'],
    [
      'reverting',
      ({ call }) => call('DELETE', '/orgs/1/sec_policy/pending', undefined),
      'no draft of it is left',
    ],
    [
      'narrowing, by whomever',
      ({ call, label }) =>
        call(
          'PUT',
          `${CORE}/sec_rules/403`,
          { providers: [label('role=jump')], consumers: [label('role=jump')] },
          'tom',
        ),
      'narrowed: nothing in it is broad any more',
    ],
  ];
  it.each(ENDS)('ends with %s', async (_, end, why) => {
    const lab = await aLab();
    broaden(lab);
    await lab.pass();
    end(lab);
    await lab.pass();
    expect(await lab.over(RULE)).toEqual([why]);
    expect(await lab.told(RULE)).toEqual([
      'resolved warning ×1 Policy draft became broader: rule set Core services',
    ]);
  });

  it('what goes live before it was judged is told from the versions before and after', async () => {
    const lab = await aLab();
    broaden(lab);
    provision(lab);
    await lab.pass(5_000);
    expect(await lab.told(RULE)).toEqual(['told warning ×1 Policy became broader: rule set Core services']);
    expect(await lab.story(RULE)).toBe(
      'maya@example.com edited the draft of the rule set Core services, last at hh:mm, and it went live as policy version 14 at once. Rule in Core services: sources any address (Any (0.0.0.0/0 and ::/0)) → all workloads, destinations role=web → all workloads. It would touch 270 workloads, 110 of them env=prod. That is 270 of 270 managed ones, 75 before.',
    );
  });

  it('a guard that is weakened is an error, also when automation did it', async () => {
    const context = aContext({ automation: ['tom*'] });
    const lab = await aPolicyLab(undefined, { context });
    lab.call('PUT', `${QUARANTINE}/deny_rules/501`, { enabled: false }, 'tom');
    lab.call('PUT', `${CORE}/sec_rules/403`, BROAD, 'tom');
    await lab.pass();
    expect(await lab.told(RULE)).toEqual([
      'firing warning ×1 Policy draft became broader: rule set Core services',
      'firing error ×1 Policy draft weakens a guard: rule set Quarantine',
    ]);
  });

  it.each([
    ['may not read the draft', 403, 0],
    ['gets no answer for 10 minutes', 503, 11 * MINUTE],
  ])('says what the event says where the bot %s', async (_, status, later) => {
    const lab = await aLab();
    lab.sim.control.fault({ path: '/sec_policy/draft/', kind: 'status', status });
    broaden(lab);
    await lab.pass();
    if (later > 0) {
      expect(await lab.told(RULE)).toEqual([]);
      await lab.pass(later);
    }
    expect(await lab.story(RULE)).toBe(
      'maya@example.com edited the draft of the rule set 40, last at hh:mm. The event says: all workloads as sources, all workloads as destinations and 443/tcp added. Scope not readable: how many workloads it concerns is not known. It is not provisioned yet.',
    );
  });
});
