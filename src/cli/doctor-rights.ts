import type { PceSettings } from '../core/settings.ts';
import { counted } from '../core/text.ts';
import { attempt, fails, holds, type Outcome, skipped } from './doctor-check.ts';
import type { Checks, Patient } from './doctor-patient.ts';

type Key = 'read' | 'write' | 'traffic';

/** What each configured key may do, as the PCE says it with every object (facts/pce-api §4.2 `caps`). */
export const rightsChecks = (patient: Patient): Checks => {
  const { settings } = patient;
  const own = (key: 'write' | 'traffic'): boolean =>
    settings[key] !== undefined && settings[key].key !== settings.read.key;
  const keys: readonly Key[] = ['read', ...(['write', 'traffic'] as const).filter(own)];
  return Object.fromEntries(keys.map((key) => [`${key}-rights`, () => rightsOf(patient, key)]));
};

const rightsOf = ({ pce, settings, all }: Patient, key: Key): Promise<Outcome> =>
  attempt(
    async () => {
      const { workloads, ruleSets } = await pce.rights(key);
      if (workloads.said === 0)
        return skipped('the PCE says of no host what this key may do: only a change can show it');
      const policy = [
        ...(ruleSets.write > 0 ? ['change draft policy'] : []),
        ...(ruleSets.provision > 0 ? ['provision it'] : []),
      ].join(' and ');
      const hosts = `may change ${workloads.write} of ${counted(workloads.said, 'host')} looked at`;
      const detail = policy === '' ? `${hosts}, and no policy` : `${hosts}, and ${policy}`;
      if (writes(settings, key)) {
        if (workloads.write === 0 && all.quarantine !== undefined)
          return fails(
            detail,
            'Give its owner a role that may change workloads (Workload Manager) in the scope of the hosts that may be quarantined.',
          );
        const outside =
          workloads.write < workloads.said ? '; the PCE refuses a quarantine of the others' : '';
        return holds(
          `${detail}${outside}${policy === '' ? '' : '. The bot never touches policy: it needs less'}`,
        );
      }
      return holds(
        workloads.write + ruleSets.write + ruleSets.provision === 0
          ? 'reads only'
          : `${detail}. The bot only reads with it: a read-only role is enough`,
      );
    },
    ({ message }) => skipped(`cannot be read: ${message}`),
  );

/** Whether the bot writes with this key: with the read key only where it is the write key too. */
const writes = ({ read, write }: PceSettings, key: Key): boolean =>
  key === 'write' || (key === 'read' && write?.key === read.key);
