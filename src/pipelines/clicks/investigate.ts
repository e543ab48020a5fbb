import { bold, md } from '../../views/parts.ts';
import { pickHost } from '../../views/pick-host.ts';
import { asCommand, type Pressed, type Some, show } from './pressed.ts';

/** A person is called what he calls himself: only a plain word is made part of a command, never an option, a pattern or a second word. */
const PLAIN_NAME = /^[\w.:][\w.:-]*$/;

/** Investigates the host of a message, or asks which of several. What is about no host is about who did it. */
export const investigate = async ({ click, tell, deps }: Pressed, alerts: Some): Promise<void> => {
  const [first] = alerts;
  const onHosts = alerts.filter(({ workloads }) => workloads.length > 0);
  if (onHosts.length > 1) return show(click, pickHost('investigate', onHosts), deps);
  const [only] = onHosts;
  const href = only?.workloads[0];
  if (only !== undefined && href !== undefined)
    return deps.ask(asCommand(click, `investigate ${href} --pce ${only.pce}`));
  const { kind, name } = first.subject;
  if (kind === 'user' && PLAIN_NAME.test(name))
    return deps.ask(asCommand(click, `who ${name} --pce ${first.pce}`));
  return tell(
    md`${bold(first.title)} is not about a host I know. Look for one: /illumio workload 192.0.2.10`,
    'Not about a host I know',
  );
};
