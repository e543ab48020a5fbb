import { relabel } from '../happenings.ts';
import { root, type Step, say } from '../step.ts';

/** A host that crosses a border. */
export const labelSteps: readonly Step[] = [
  {
    title: 'label-changed shows before and after when a host crosses a border',
    async run(scene) {
      relabel(scene, 'db-01', 'dev');
      return say(await root(scene, 'Labels changed: db-01', 'env'));
    },
  },
];
