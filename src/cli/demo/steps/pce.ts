import { root, type Step, say } from '../step.ts';

/** The PCE itself: a node that runs full, and no answer at all. */
export const pceSteps: readonly Step[] = [
  {
    title: 'pce-health names node, what and value, and resolves',
    async run(scene) {
      scene.world.pce.control.health({ disk: 97 });
      const message = await root(scene, 'disk', '97');
      scene.world.pce.control.health({ disk: 20 });
      return say(message);
    },
  },
  {
    title: 'pce-unreachable is told once, and resolved when it answers again',
    async run(scene) {
      const id = scene.world.pce.control.fault({ path: '/api/v2', kind: 'status', status: 503 });
      const message = await root(scene, 'prod-east', 'reach');
      scene.world.pce.control.clearFaults(id);
      await scene.until('the end', () =>
        scene.messages().find(({ thread, words }) => thread === message.ts && words.includes('Resolved')),
      );
      return say(message);
    },
  },
];
