import type { Deed } from '../core/deed.ts';
import { narrowest } from '../core/matcher.ts';
import { SILENCE_CHOICES } from '../core/silence-trial.ts';
import { createSilenceRequests, type SilenceRequestDeps, type SilenceRequests } from './silence-requests.ts';
import { createTending, type Doer, type Tending, type TendingDeps } from './tending.ts';

export interface Acting {
  readonly tend: Tending;
  readonly silence: SilenceRequests;
  /** One or the other, as the deed is. */
  act(deed: Deed, doer: Doer): Promise<void>;
}

/** What people do about alerts and silences, by button or command: who closes one as expected or false is offered what keeps it away. */
export const createActing = (deps: Omit<TendingDeps, 'offer'> & SilenceRequestDeps): Acting => {
  const silence = createSilenceRequests(deps);
  const tend = createTending({
    ...deps,
    offer: (alert, doer) => silence({ ...narrowest(alert), verb: 'silence', forMs: SILENCE_CHOICES }, doer),
  });
  return {
    tend,
    silence,
    act(deed, doer) {
      switch (deed.verb) {
        case 'acknowledge':
        case 'snooze':
        case 'assign':
        case 'note':
        case 'node-removed':
        case 'close':
          return tend(deed, doer);
        default:
          return silence(deed, doer);
      }
    },
  };
};
