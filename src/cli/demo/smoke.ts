import type { Edge } from '../verb.ts';
import { createScene, Mismatch } from './scene.ts';
import { steps } from './steps/index.ts';
import { openWorld } from './world.ts';

/**
 * Goes through the whole job on fresh simulators and prints one line per step: what was looked at and what stood there. A step that
 * fails does not end the run, so that one defect is seen beside what still works. @returns whether all held
 */
export const smoke = async (edge: Edge, json: boolean): Promise<boolean> => {
  const started = Date.now();
  const world = await openWorld({
    port: 0,
    pace: { events: '2s', health: '3s', unreachableMinutes: 0.15 },
    postsPerSecond: 1,
  });
  let passed = 0;
  let failed = 0;
  try {
    const scene = createScene(world, edge.signal);
    for (const [index, { title, run }] of steps.entries()) {
      const step = index + 1;
      let ok = true;
      let seen: string;
      try {
        seen = await run(scene);
        passed += 1;
      } catch (error) {
        ok = false;
        failed += 1;
        seen = error instanceof Mismatch ? error.message : String(error);
      }
      edge.out(
        json
          ? JSON.stringify({ step, ok, title, seen })
          : `${ok ? 'ok' : 'FAILED'} ${step} ${title}: ${seen}`,
      );
    }
    if (failed > 0) edge.err(world.log());
  } finally {
    await world.close();
  }
  const seconds = Math.round((Date.now() - started) / 1_000);
  edge.out(json ? JSON.stringify({ passed, failed, seconds }) : `${passed} passed, ${failed} failed`);
  return failed === 0;
};
