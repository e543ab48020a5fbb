import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dict, dict, text } from '../../../core/foreign.ts';
import { ANNOUNCE, MAYA, Mismatch, OTTO, type Scene, type Seen } from '../scene.ts';
import { root } from '../step.ts';

/** The value when it is what was expected; else a Mismatch that names both. */
export const expectEqual = (what: string, expected: string, saw: string): string => {
  if (expected !== saw) throw new Mismatch(`expected ${what} ${expected}, saw ${saw}`);
  return saw;
};

const audit = async ({ world }: Scene): Promise<readonly Dict[]> =>
  (await readFile(join(world.dataDir, 'audit.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => dict(JSON.parse(line)));

/** Looks for a line of the audit log of this run. */
export const audited = async (
  scene: Scene,
  action: string,
  verdict: string,
  actor: string,
): Promise<string> => {
  const found = (await audit(scene)).some(
    (row) =>
      row['action'] === action && row['verdict'] === verdict && text(dict(row['actor'])['user']) === actor,
  );
  if (!found) throw new Mismatch(`expected an audit line "${action}: ${verdict}" by ${actor}, saw none`);
  return `audit "${action}: ${verdict}"`;
};

/** Waits for a message about a request, where approvers are asked. */
export const wanted = (scene: Scene, ...words: string[]): Promise<Seen> =>
  scene.until(
    `a request with ${words.join(', ')}`,
    () => scene.messages(ANNOUNCE).find((message) => words.every((word) => message.words.includes(word))),
    () =>
      scene
        .messages(ANNOUNCE)
        .map(({ words: said }) => said.slice(0, 80))
        .join(' | '),
  );

/** Presses the quarantine button as somebody who may not. @returns what he reads; a PUT meanwhile is a Mismatch */
export const refused = async (scene: Scene, user: string): Promise<string> => {
  const message = await root(scene, 'Firewall tampering', 'web-01');
  const before = scene.ephemerals(user).length;
  const puts = scene.writes().length;
  // The outsider is in no channel with the bot: his click is one that a stolen or forged payload would carry.
  await scene.click(user, message, 'quarantine', user === OTTO);
  const pick = await scene.until('an answer to the click', () => scene.ephemerals(user)[before]);
  expectEqual('writes on the PCE', String(puts), String(scene.writes().length));
  return pick;
};

/** Fills in and sends the quarantine form that maya has just asked for; every label stays and one is added. @returns the change */
export const quarantined = async (scene: Scene, hostname: string, ticket: string): Promise<string> => {
  const before = scene.labels(hostname);
  const formSays = (...words: string[]): Promise<true> =>
    scene.until(
      `a form with ${words.join(', ')}`,
      () => (words.every((word) => scene.modal(MAYA)?.words.includes(word)) ? true : undefined),
      () => scene.modal(MAYA)?.words ?? 'no modal',
    );
  await formSays(hostname, 'Labels after', 'Quarantine=Severe');
  await scene.submit(MAYA, { reason: 'Unexplained firewall change', ticket });
  const after = [...before.split(' '), 'Quarantine=Severe'].sort().join(' ');
  await scene.until(
    `labels ${after}`,
    () => (scene.labels(hostname) === after ? after : undefined),
    () => scene.labels(hostname),
  );
  await formSays('read back');
  return `${before} → + Quarantine=Severe`;
};

/** Gives a command as maya. @returns the first answer with this word, whatever its case */
export const answered = async (scene: Scene, command: string, word: string): Promise<string> => {
  const before = scene.ephemerals(MAYA).length;
  await scene.command(MAYA, command);
  return scene.until(
    `an answer to /illumio ${command} with "${word}"`,
    () =>
      scene
        .ephemerals(MAYA)
        .slice(before)
        .find((words) => words.toLowerCase().includes(word.toLowerCase())),
    () => scene.ephemerals(MAYA).slice(before).join(' | '),
  );
};
