import type { PceError } from '../core/ports.ts';
import type { PceSettings } from '../core/settings.ts';
import { span } from '../core/text.ts';
import { attempt, type Check, fails, holds, type Outcome, skipped } from './doctor-check.ts';
import { containmentChecks } from './doctor-containment.ts';
import { estateChecks } from './doctor-estate.ts';
import { expiryOutcome, keyOutcome, type Patient } from './doctor-patient.ts';
import { rightsChecks } from './doctor-rights.ts';

/** Design §3: more is shown; more still makes windows miss events. */
const SKEW_MS = { shown: 2_000, fails: 60_000 } as const;

/** Everything about one PCE; what needs a right key is not looked at without one. */
export const checkPce = async (patient: Patient): Promise<readonly Check[]> => {
  const { name } = patient.settings;
  const contact = await contactWith(patient);
  const key = contact.ok ? await keyOutcome(patient, 'read') : skipped('the PCE is out of reach');
  const why = key.ok === null ? key.detail : 'the read key is not accepted';
  const guarded = { ...estateChecks(patient), ...containmentChecks(patient), ...rightsChecks(patient) };
  const outcomes: [string, Outcome][] = [
    ['reachable', contact.reachable],
    ['clock', contact.clock],
    ['read-key', key],
    ['key-expiry', expiryOutcome(patient)],
  ];
  for (const [part, look] of Object.entries(guarded))
    outcomes.push([part, key.ok === true ? await look() : skipped(`not looked at: ${why}`)]);
  return outcomes.map(([part, outcome]) => ({ id: `pce.${name}.${part}`, ...outcome }));
};

const contactWith = async ({ pce, settings }: Patient) => {
  let clock = skipped('the PCE is out of reach');
  const reachable = await attempt(
    async () => {
      const { ms, aheadMs } = await pce.contact();
      clock = clockOutcome(aheadMs);
      return holds(`answers in ${Math.round(ms)} ms`);
    },
    (error) => fails(`${settings.url}: ${error.message}`, wayTo(settings, error as PceError)),
  );
  return { ok: reachable.ok === true, reachable, clock };
};

const wayTo = ({ url, caFile }: PceSettings, { message }: PceError): string =>
  message.startsWith('TLS')
    ? `Renew the certificate of the PCE, or name the authority it comes from in ca_file (now: ${caFile ?? 'that of the system'}); url must name the host of the certificate.`
    : `Check url, name resolution and firewall from this machine: curl -v ${url}/api/v2/node_available`;

const clockOutcome = (aheadMs: number | undefined): Outcome => {
  if (aheadMs === undefined) return skipped('the PCE says no time (no Date header)');
  const off = Math.abs(aheadMs);
  if (off <= SKEW_MS.shown) return holds('within 2 s of ours');
  const detail = `${span(off)} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`;
  return off <= SKEW_MS.fails
    ? holds(`${detail}: harmless, but set both by NTP`)
    : fails(detail, 'Set the clocks of this machine and of the PCE by NTP: events would be read late.');
};
