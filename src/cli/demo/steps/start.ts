import type { Step } from '../step.ts';

/** The bot comes up. */
export const startSteps: readonly Step[] = [
  {
    title: 'the bot starts and connects',
    async run(scene) {
      await scene.world.startBot();
      const { connections } = scene.world.slack.control.state() as { connections: number };
      await scene.polls(1);
      return `${connections} Socket Mode connection(s), events polled`;
    },
  },
];
