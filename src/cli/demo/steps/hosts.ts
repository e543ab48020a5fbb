import { offline, online, suspended, tampering } from '../happenings.ts';
import { root, type Step, say } from '../step.ts';

/** What hosts do: one more that is tampered with, three that fall silent, one that is suspended. */
export const hostSteps: readonly Step[] = [
  {
    title: 'a second host is shown in the channel, not only in the thread',
    async run(scene) {
      scene.world.pce.control.events(tampering(scene, 'db-01'));
      const line = await scene.until('a line about db-01 in the channel', () =>
        scene
          .messages()
          .find((message) => message.thread !== null && message.broadcast && message.words.includes('db-01')),
      );
      return say(line);
    },
  },
  {
    title: 'ven-offline: three hosts in one event, one message, all named',
    async run(scene) {
      scene.world.pce.control.events(offline(scene, ['app-01', 'app-02', 'web-02']));
      for (const name of ['app-01', 'app-02', 'web-02'])
        scene.world.pce.control.workload({ href: scene.href(name), online: false });
      return say(await root(scene, 'app-01', 'app-02', 'web-02'));
    },
  },
  {
    title: 'ven-offline: resolved when all three are back',
    async run(scene) {
      for (const name of ['app-01', 'app-02', 'web-02']) {
        scene.world.pce.control.workload({ href: scene.href(name), online: true });
        scene.world.pce.control.events(online(scene, name));
      }
      const line = await scene.until('a resolved line', () =>
        scene
          .messages()
          .find(
            ({ thread, words }) => thread !== null && words.includes('Resolved') && words.includes('app-01'),
          ),
      );
      return say(line);
    },
  },
  {
    title: 'ven-suspended names the host',
    async run(scene) {
      scene.world.pce.control.events(suspended(scene, 'web-03'));
      return say(await root(scene, 'web-03', 'uspended'));
    },
  },
];
