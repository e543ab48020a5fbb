import { tampering } from '../happenings.ts';
import { ANA, OLU, SOC } from '../scene.ts';
import { type Step, say } from '../step.ts';
import { expectEqual } from './looks.ts';

/** A kill, what must hold over the whole run, and a clean stop. */
export const endSteps: readonly Step[] = [
  {
    title: 'a kill in the middle: what happened meanwhile is told, nothing is told twice',
    async run(scene) {
      const before = scene.messages().length;
      await scene.world.stopBot('SIGKILL');
      scene.world.pce.control.events(tampering(scene, 'web-04'));
      await scene.world.startBot();
      const line = await scene.until('an alert about web-04', () => scene.find('web-04', 'tampering'));
      await scene.polls(3);
      const after = scene.messages().length;
      expectEqual('messages more', '1', String(after - before));
      return say(line);
    },
  },
  {
    title: 'no mention ever came from foreign text',
    async run(scene) {
      const configured: readonly unknown[] = ['S0SECOPS1', ANA, OLU];
      const foreign = scene.mentions().filter(({ id }) => !configured.includes(id));
      expectEqual('mentions', '[]', JSON.stringify(foreign));
      return 'only @secops and the approvers, from the configuration';
    },
  },
  {
    title: 'the audit chain verifies',
    async run(scene) {
      const { code, out } = await scene.world.cli('audit', 'verify', '--data', '@data', '--json');
      expectEqual('exit code', '0', String(code));
      return out.trim();
    },
  },
  {
    title: 'a stop is clean: exit 0',
    async run(scene) {
      const code = await scene.world.stopBot('SIGTERM');
      return `exit ${expectEqual('exit code', '0', String(code))}, ${scene.messages(SOC).length} messages`;
    },
  },
];
