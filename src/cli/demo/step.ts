import type { Scene, Seen } from './scene.ts';

/** One thing the smoke run does and looks at. */
export interface Step {
  readonly title: string;
  /** @returns what was seen; throws Mismatch when it is not what was expected */
  run(scene: Scene): Promise<string>;
}

/** The first words of a message, as a step reports them. */
export const say = ({ words }: Seen): string => `"${words.replaceAll(/\s+/g, ' ').slice(0, 110)}…"`;

/** Waits for a message with these words that is no line of a thread. */
export const root = (scene: Scene, ...words: string[]): Promise<Seen> =>
  scene.until(`a message with ${words.join(', ')}`, () => {
    const found = scene.find(...words);
    return found?.thread === null ? found : undefined;
  });
