/** The person, or the test in their place, tried what a Slack client does not offer; told as a sentence. */
export class CannotDo extends Error {}

/** Refuses an operation of the control API in a sentence. */
export const cannot = (sentence: string): never => {
  throw new CannotDo(sentence);
};
