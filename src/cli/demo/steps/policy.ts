import { draftBroadRule, provision } from '../happenings.ts';
import { root, type Step, say } from '../step.ts';

/** A too broad rule, from its draft to its provisioning. */
export const policySteps: readonly Step[] = [
  {
    title: 'policy-draft-broad says in words what a draft would open, before it goes live',
    async run(scene) {
      draftBroadRule(scene);
      return say(
        await root(
          scene,
          'Policy draft became broader: rule set Core services',
          'New rule: from all workloads to all workloads on 8443/tcp',
          'It would touch 54 workloads, 22 of them env=prod',
        ),
      );
    },
  },
  {
    title: 'policy-provisioned says how many workloads are affected and names the draft it settles',
    async run(scene) {
      provision(scene);
      return say(
        await root(
          scene,
          'policy version 13',
          '54 workloads',
          'It settles what was told of the draft: rule set Core services by jdoe@example.com',
        ),
      );
    },
  },
  {
    title: 'and the alert on the draft is resolved: provisioned, by whom',
    async run(scene) {
      return say(await root(scene, 'Core services', 'Resolved', 'provisioned as policy version 13'));
    },
  },
];
