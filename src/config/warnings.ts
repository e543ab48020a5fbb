import type { Settings } from '../core/settings.ts';
import type { Flaw } from './problem.ts';

/** What is allowed and probably not meant. */
export const warningsOf = ({
  pces,
  channels,
  quarantine,
  roles,
  protected: guarded,
  outputs = [],
  intake,
}: Settings): Flaw[] => {
  const flaws: Flaw[] = [];
  if (outputs.length === 0)
    flaws.push({
      path: ['outputs'],
      message: 'is empty: criticals can reach nobody while Slack is away',
      hint: 'name a webhook, mail or syslog server',
    });
  if (intake !== undefined && intake.tls === undefined && !isLoopback(intake.host))
    flaws.push({
      path: ['intake', 'cert_file'],
      message:
        'is missing: what is reported crosses the network readable (nobody can change it, it is signed)',
      hint: 'give cert_file and key_file, or let a proxy on this machine speak TLS',
    });
  if (channels.fallback === channels.fallthrough)
    flaws.push({
      path: ['fallback_channel'],
      message: 'is the default channel: when that is archived, nobody hears of it',
      hint: 'name another channel',
    });
  if (quarantine === undefined) return flaws;
  if (pces.every(({ write }) => write === undefined))
    flaws.push({
      path: ['quarantine'],
      message: 'is configured, but no PCE has a write_key: it stays off',
      hint: 'add write_key and write_secret to a PCE',
    });
  if (roles.responder.length === 0)
    flaws.push({
      path: ['quarantine'],
      message: 'is configured, but nobody is a responder',
      hint: 'name people or a user group in roles.responder',
    });
  if (roles.approver.length === 0)
    flaws.push({
      path: ['quarantine'],
      message: 'is configured, but nobody is an approver: what needs a second person lapses',
      hint: 'name people in roles.approver',
    });
  if (guarded.length === 0)
    flaws.push({
      path: ['protected'],
      message: 'is empty: domain controllers and DNS may be isolated by one person',
      hint: 'leave the setting out to get the shipped list',
    });
  return flaws;
};

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');
