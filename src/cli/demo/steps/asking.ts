import { MAYA, Mismatch } from '../scene.ts';
import { root, type Step, say } from '../step.ts';
import { answered } from './looks.ts';
import { topSource } from './top-source.ts';

/** What people ask, and what they do about an alert. */
export const askingSteps: readonly Step[] = [
  {
    title: '/illumio workload shows the card of a host',
    async run(scene) {
      const before = scene.ephemerals(MAYA).length;
      await scene.command(MAYA, 'workload web-01');
      const card = await scene.until(
        'a card',
        () =>
          scene
            .ephemerals(MAYA)
            .slice(before)
            .find((words) => words.includes('web-01') && words.includes('app=shop')),
        () => scene.ephemerals(MAYA).slice(before).join(' | '),
      );
      return card.slice(0, 140);
    },
  },
  {
    title: '/illumio top: the numbers are those of an independent sum over the stored flows',
    async run(scene) {
      const expected = topSource(scene);
      const words = await answered(scene, 'top src --by connections', expected.name);
      const figure = expected.connections.toLocaleString('en-US');
      if (!words.includes(figure))
        throw new Mismatch(`expected ${expected.name} with ${figure} connections, saw ${words}`);
      if (!words.includes('prod-east')) throw new Mismatch(`expected a basis line, saw ${words}`);
      return `${expected.name} ${figure} connections`;
    },
  },
  {
    title: '/illumio health, alerts, status, why, quarantine, release, help and test answer',
    async run(scene) {
      const health = await answered(scene, 'health', 'prod-east');
      await answered(scene, 'alerts', 'tampering');
      await answered(scene, 'status', 'prod-east');
      await answered(scene, 'help', '/illumio top');
      await answered(scene, 'release db-02', 'quarantine');
      await answered(scene, 'test', 'test');
      const alert = /[\w-]{12}/.exec(await answered(scene, 'alerts', 'db-01'))?.[0] ?? '';
      await answered(scene, `why ${alert}`, 'Rule ');
      return `${health.slice(0, 100)}…`;
    },
  },
  {
    title: 'acknowledge: the message says who, and a second one is told so',
    async run(scene) {
      const message = await root(scene, 'irewall', 'db-01');
      const before = scene.ephemerals(MAYA).length;
      await scene.click(MAYA, message, 'acknowledge');
      const shown = await root(scene, 'Acknowledged by', 'db-01');
      await scene.click(MAYA, message, 'acknowledge').catch(() => undefined);
      return `${say(shown)} ${scene.ephemerals(MAYA).slice(before).join(' ')}`;
    },
  },
  {
    title: '/illumio with an unknown label names the nearest, and shows nothing wider',
    async run(scene) {
      const before = scene.ephemerals(MAYA).length;
      await scene.command(MAYA, 'workload env=prdo');
      return (
        await scene.until(
          'the nearest name',
          () =>
            scene
              .ephemerals(MAYA)
              .slice(before)
              .find((words) => words.includes('env=prod')),
          () => scene.ephemerals(MAYA).slice(before).join(' | '),
        )
      ).slice(0, 140);
    },
  },
];
