import { tampering } from '../happenings.ts';
import { Mismatch, OTTO, SAM } from '../scene.ts';
import { root, type Step, say } from '../step.ts';
import { audited, expectEqual, refused } from './looks.ts';

/** A changed firewall: told once, and nobody without the right acts on it. */
export const tamperingSteps: readonly Step[] = [
  {
    title: 'firewall-tampering: one message names the host and what to do',
    async run(scene) {
      scene.world.pce.control.events(
        tampering(scene, 'web-01', { href: '/orgs/1/events/smoke-tampering-1' }),
      );
      const message = await root(scene, 'Firewall tampering on web-01', 'What to do');
      return say(message);
    },
  },
  {
    title: 'the same event read again by overlapping polls is not told or counted twice',
    async run(scene) {
      await scene.polls(3);
      const told = scene.messages().filter(({ words }) => words.includes('Firewall tampering on web-01'));
      expectEqual('messages', '1', String(told.length));
      if (/×\d/.test(told[0]?.words ?? '')) throw new Mismatch(`expected no counter, saw ${told[0]?.words}`);
      return 'one message, no counter, after 3 more polls';
    },
  },
  {
    title: 'a refused click by an outsider: told, audited, no call to change the PCE',
    async run(scene) {
      const words = await refused(scene, OTTO);
      if (!words.includes("can't quarantine")) throw new Mismatch(`expected a refusal, saw ${words}`);
      return `${words.slice(0, 120)}… ${await audited(scene, 'quarantine asked', 'refused', OTTO)}`;
    },
  },
  {
    title: 'a refused click by a member without the role: told who may, audited',
    async run(scene) {
      const words = await refused(scene, SAM);
      if (!words.includes("can't quarantine") || !words.includes('S0SECOPS1'))
        throw new Mismatch(`expected a refusal that names who may, saw ${words}`);
      return `${words.slice(0, 140)}… ${await audited(scene, 'quarantine asked', 'refused', SAM)}`;
    },
  },
];
