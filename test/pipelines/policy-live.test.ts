import { describe, expect, it } from 'vitest';
import { MINUTE } from '../support/builders.ts';
import { aContext } from '../support/rules.ts';
import { AMS, aPolicyLab, CORE, DRAFT, QUARANTINE } from './policy-lab.ts';

const RULE = 'policy-provisioned';
type Lab = Awaited<ReturnType<typeof aPolicyLab>>;

const provision = ({ call }: Lab, by = 'tom') =>
  call('POST', '/orgs/1/sec_policy', { update_description: 'Go' }, by);
const HTTPS = [{ port: 443, proto: 6 }];

/** A small rule set of its own: what is done to it concerns few hosts. */
const aLab = (context = aContext()) =>
  aPolicyLab(
    ({ call, scope }) => {
      call('POST', `${DRAFT}/rule_sets`, { name: 'Reports', scopes: scope('app=reports env=dev') }, 'admin');
      call('POST', '/orgs/1/sec_policy', { update_description: 'Reports' }, 'admin');
    },
    { context },
  );
const SMALL = `${DRAFT}/rule_sets/1001`;
const quarantine = { strategy: 'deny', labels: { Quarantine: 'Severe' } } as never;

describe('policy that goes live', () => {
  it('for few ordinary hosts is not worth a word', async () => {
    const lab = await aLab();
    lab.call('POST', `${SMALL}/sec_rules`, { providers: [AMS], consumers: [AMS], ingress_services: HTTPS });
    provision(lab);
    await lab.pass(5_000);
    expect(await lab.told(RULE)).toEqual([]);
  });

  const MATTERS: readonly [string, (lab: Lab) => void, string][] = [
    [
      'a deny rule, wherever it stands',
      ({ call, label }) =>
        call('POST', `${SMALL}/deny_rules`, {
          providers: [label('role=batch')],
          consumers: [AMS],
          ingress_services: HTTPS,
        }),
      'It changes what Reports denies.',
    ],
    [
      'a rule that names the quarantine label',
      ({ call, label }) =>
        call('POST', `${SMALL}/sec_rules`, {
          providers: [AMS],
          consumers: [label('Quarantine=Severe')],
          ingress_services: HTTPS,
        }),
      'It changes rules that name the quarantine label, in Reports.',
    ],
    [
      'a high-value host',
      ({ call, label }) =>
        call('POST', `${SMALL}/sec_rules`, {
          providers: [AMS],
          consumers: [label('role=dc')],
          ingress_services: HTTPS,
          unscoped_consumers: true,
        }),
      '5 high-value hosts are concerned.',
    ],
  ];
  it.each(MATTERS)(
    'and touches %s is told whatever the number, also by automation',
    async (_, edit, words) => {
      const lab = await aLab(aContext({ automation: ['tom*'], highValue: ['role=dc'], quarantine }));
      edit(lab);
      provision(lab);
      await lab.pass(5_000);
      expect(await lab.story(RULE)).toContain(words);
    },
  );

  it('names the draft alert it settles', async () => {
    const lab = await aPolicyLab();
    lab.call('PUT', `${CORE}/sec_rules/403`, { providers: [AMS], consumers: [AMS], ingress_services: HTTPS });
    await lab.pass();
    expect(await lab.told('policy-draft-broad')).toHaveLength(1);
    provision(lab);
    await lab.pass(5_000);
    expect(await lab.story(RULE)).toContain(
      'It settles what was told of the draft: rule set Core services by maya@example.com.',
    );
    expect(await lab.over('policy-draft-broad')).toEqual([
      'provisioned as policy version 13 by tom@example.com',
    ]);
  });

  it('appends what became of the hosts in the next half hour: an error from the sixth policy error on', async () => {
    const lab = await aLab(aContext({ quarantine }));
    lab.call('PUT', `${QUARANTINE}/deny_rules/501`, { enabled: false });
    provision(lab);
    await lab.pass(5_000);
    const hosts = Object.entries(lab.sim.control.state().workloads).slice(0, 7);
    const fail = (from: number, to: number) =>
      lab.sim.control.events(
        hosts.slice(from, to).map(([href, row]) => ({
          event_type: 'agent.update',
          status: 'success',
          created_by: {
            ven: { href: href.replace('/workloads/', '/vens/'), hostname: String(Object(row).hostname) },
          },
          notifications: [{ notification_type: 'agent.policy_deploy_failed', info: null }],
        })),
      );
    fail(0, 5);
    await lab.pass(MINUTE);
    expect(await lab.told(RULE)).toEqual([
      expect.stringMatching(/^told (warning|error) ×1 Policy provisioned/),
    ]);
    fail(5, 6);
    await lab.pass(MINUTE);
    expect(await lab.told(RULE)).toEqual([
      expect.stringMatching(
        /^told error ×2 After policy version \d+: 0 VENs offline, policy errors on 6 hosts$/,
      ),
    ]);
    await lab.pass(30 * MINUTE);
    expect((await lab.told(RULE))[0]).toContain('×2');
  });

  it('a host that went offline within half an hour is appended at its end', async () => {
    const lab = await aLab(aContext({ quarantine }));
    lab.call('PUT', `${QUARANTINE}/deny_rules/501`, { enabled: false });
    provision(lab);
    await lab.pass(5_000);
    const [href, row] = Object.entries(lab.sim.control.state().workloads)[0] ?? [];
    lab.sim.control.events({
      event_type: 'system_task.agent_offline_check',
      status: 'success',
      resource_changes: [
        {
          resource: { workload: { href, hostname: String(Object(row).hostname), labels: [] } },
          changes: { online: { before: true, after: false } },
          change_type: 'update',
        },
      ],
    });
    await lab.pass(MINUTE);
    await lab.pass(29 * MINUTE);
    expect(await lab.told(RULE)).toEqual([
      expect.stringMatching(/×2 After policy version \d+: 1 VEN offline, policy errors on 0 hosts$/),
    ]);
  });
});
