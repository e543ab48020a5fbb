import { clearInterval, setInterval } from 'node:timers';
import { draftBroadRule, knocked, offline, online, provision, relabel, tampering } from './happenings.ts';
import { createScene, type Scene } from './scene.ts';
import type { DemoWorld } from './world.ts';

/**
 * What happens, and how many seconds after the start. The second host that is tampered with comes late: until then people can act on the
 * first alone, whose message it joins.
 */
const STORY: readonly (readonly [number, (scene: Scene) => void])[] = [
  [4, (scene) => scene.world.pce.control.events(tampering(scene, 'web-01'))],
  [12, (scene) => scene.world.pce.control.events(tampering(scene, 'web-01'))],
  [25, (scene) => drop(scene, ['app-01', 'app-02', 'web-02'])],
  [38, draftBroadRule],
  [75, (scene) => scene.world.pce.control.health({ disk: 97 })],
  [110, (scene) => scene.world.pce.control.events(tampering(scene, 'db-01'))],
  [115, (scene) => relabel(scene, 'db-01', 'dev')],
  [125, provision],
  [140, (scene) => knocked(scene, 'db-01')],
  [150, (scene) => back(scene, ['app-01', 'app-02'])],
  [160, (scene) => scene.world.pce.control.health({ disk: 41 })],
  [180, (scene) => back(scene, ['web-02'])],
];

const drop = (scene: Scene, hosts: readonly string[]): void => {
  for (const host of hosts) scene.world.pce.control.workload({ href: scene.href(host), online: false });
  scene.world.pce.control.events(offline(scene, hosts));
};

const back = (scene: Scene, hosts: readonly string[]): void => {
  for (const host of hosts) {
    scene.world.pce.control.workload({ href: scene.href(host), online: true });
    scene.world.pce.control.events(online(scene, host));
  }
};

/** Plays the story once and keeps the demo running until the signal. */
export const tell = (world: DemoWorld, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const scene = createScene(world, signal);
    const started = Date.now();
    const open = [...STORY];
    const timer = setInterval(() => {
      while (open[0] !== undefined && Date.now() - started > open[0][0] * 1_000) open.shift()?.[1](scene);
    }, 500);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(timer);
        resolve();
      },
      { once: true },
    );
  });
