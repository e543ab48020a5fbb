import { ANA, MAYA } from '../scene.ts';
import { root, type Step, say } from '../step.ts';
import { audited, expectEqual, quarantined, wanted } from './looks.ts';

/** From the click to the policy, and back to exactly the labels from before. */
export const quarantineSteps: readonly Step[] = [
  {
    title: 'quarantine by a responder keeps every label and adds one',
    async run(scene) {
      const message = await root(scene, 'Firewall tampering', 'web-01');
      await scene.click(MAYA, message, 'quarantine');
      const change = await quarantined(scene, 'web-01', 'SEC-1');
      return `web-01 by maya: ${change}; ${await audited(scene, 'quarantine', 'done', MAYA)}`;
    },
  },
  {
    title: 'the alert shows who labelled the host and that it waits for policy',
    run: async (scene) =>
      say(await root(scene, 'on web-01', 'Labelled for quarantine by', 'waiting for policy')),
  },
  {
    title: 'once its policy is applied and lets nothing pass the alert says contained, and until when',
    async run(scene) {
      scene.world.pce.control.clock({ advance_ms: 5_000 });
      return say(await root(scene, 'on web-01', 'Contained by', 'policy applied', 'isolated; review at'));
    },
  },
  {
    title: 'a second form submitted for the same host changes nothing: one request, one PUT',
    async run(scene) {
      const before = scene.ephemerals(MAYA).length;
      await scene.command(MAYA, 'quarantine web-01');
      await scene.until(
        'the form or the reason why not',
        () => (scene.modal(MAYA)?.words.includes('already carries') ? true : undefined),
        () => `${scene.modal(MAYA)?.words} ${scene.ephemerals(MAYA).slice(before).join(' | ')}`,
      );
      const puts = scene.writes().filter(({ href }) => href === scene.href('web-01'));
      return `"already carries", ${expectEqual('PUTs on web-01', '1', String(puts.length))} PUT`;
    },
  },
  {
    title:
      'a release so soon needs another person: the requester cannot, ana approves, and exactly the labels from before come back',
    async run(scene) {
      const now = scene.labels('web-01');
      const expected = now
        .split(' ')
        .filter((label) => label !== 'Quarantine=Severe')
        .join(' ');
      const message = await root(scene, 'on web-01', 'Contained by');
      await scene.click(MAYA, message, 'release');
      await scene.until(
        'the form',
        () => (scene.modal(MAYA)?.words.includes('Labels after') ? true : undefined),
        () => scene.modal(MAYA)?.words ?? 'no modal',
      );
      await scene.submit(MAYA, { reason: 'Explained' });
      const request = await wanted(scene, 'Release web-01', 'less than 30 min ago');
      await scene.click(MAYA, request, 'approve');
      const refused = await scene.until('a refusal of an own request', () =>
        scene.ephemerals(MAYA).find((words) => words.includes("You can't approve release")),
      );
      expectEqual('labels before the approval', now, scene.labels('web-01'));
      await scene.click(ANA, request, 'approve');
      await scene.until(
        `labels ${expected}`,
        () => (scene.labels('web-01') === expected ? true : undefined),
        () => scene.labels('web-01'),
      );
      await wanted(scene, 'Release web-01', 'approved by ana');
      return `web-01: ${expected}; maya: ${refused.slice(0, 90)}…; ${await audited(scene, 'release', 'done', MAYA)}`;
    },
  },
];
