import { sha256 } from '../../load-config.ts';
import { knocked, STRANGER } from '../happenings.ts';
import { MAYA, Mismatch } from '../scene.ts';
import type { Step } from '../step.ts';
import { answered, quarantined } from './looks.ts';

const HOST = 'db-01';

/** What happened to the host in the chapters before, in this order, and what of it the investigation says. */
const STORY: readonly (readonly [string, string])[] = [
  ['tampering', 'agent.tampering: workload.oob_policy_changes'],
  ['label change', 'env=prod → env=dev'],
  ['provisioning', 'Open reporting to all'],
  ['blocked flows', `blocked from ${STRANGER} 445/tcp, 12 connections`],
  ['quarantine', 'quarantine done'],
];

/** All that happened to one host, as one story, with files that an auditor can check. */
export const investigationSteps: readonly Step[] = [
  {
    title: 'a host with a story is blocked from outside, and quarantined',
    async run(scene) {
      // The PCE's clock was moved on a little: what happens next must not lie before what happened there.
      const pceNow = Date.parse(scene.world.pce.control.state().now);
      await scene.until('the time of the PCE', () => (Date.now() > pceNow ? true : undefined));
      knocked(scene, HOST);
      await scene.command(MAYA, `quarantine ${HOST}`);
      return `${HOST}: ${await quarantined(scene, HOST, 'SEC-2')}`;
    },
  },
  {
    title:
      '/illumio investigate tells its tampering, label change, provisioning, blocked flows and quarantine in order',
    async run(scene) {
      const story = await answered(scene, `investigate ${HOST} --since 1h`, `Investigation of ${HOST}`);
      let from = 0;
      for (const [what, words] of STORY) {
        const at = story.indexOf(words, from);
        if (at < 0)
          throw new Mismatch(`expected the ${what} ("${words}") after what was before, saw ${story}`);
        from = at;
      }
      return STORY.map(([what]) => what).join(' → ');
    },
  },
  {
    title: 'its evidence comes as five files whose SHA-256 stand in the message',
    async run(scene) {
      const files = await scene.until('five files', () => {
        const found = scene.files().filter(({ name }) => name.startsWith(`investigation-${HOST}`));
        return found.length === 5 ? found : undefined;
      });
      const story =
        scene.ephemerals(MAYA).findLast((words) => words.includes(`Investigation of ${HOST}`)) ?? '';
      for (const { name, text } of files)
        if (!story.includes(`${sha256(text)}  ${name}`))
          throw new Mismatch(`expected the hash of ${name} (${sha256(text)}), saw ${story}`);
      return files
        .map(({ name, text }) => `${name.replace(/^.*Z/, '')} ${sha256(text).slice(0, 8)}`)
        .join(', ');
    },
  },
];
