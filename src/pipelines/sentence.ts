import { ChatError, PceError, type PceErrorCode } from '../core/ports.ts';

const PCE: Readonly<Record<PceErrorCode, string>> = {
  unauthorised: 'it does not accept the key of this bot',
  forbidden: 'the key of this bot may not do this there',
  'not-found': 'it does not have what was asked for',
  invalid: 'it refuses the question',
  'rate-limited': 'it is busy; please ask again in a minute',
  unavailable: 'it does not answer',
  timeout: 'it did not answer in time; a shorter window or a label makes the question smaller',
  'no-leader': 'no PCE of the supercluster leads just now',
  'bad-answer': 'its answer cannot be read',
};

/** What a person reads when something failed; the error itself goes to the log. @param pces the PCEs that were asked */
export const sentenceOf = (error: unknown, pces: readonly string[]): string => {
  if (error instanceof PceError)
    return `I could not read ${pces.join(', ')}: ${PCE[error.code]} (${error.message}). Nothing was changed.`;
  if (error instanceof ChatError)
    return `Slack did not do its part (${error.slack}). Nothing was changed; please try again.`;
  return 'Something went wrong in the bot, and it is in its log. Nothing was changed; please try again.';
};
