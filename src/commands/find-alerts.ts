import type { Alert } from '../core/alert.ts';
import type { Store } from '../core/ports.ts';
import { listed } from '../core/text.ts';
import { nearestText, type Problem, problem } from './problem.ts';

/** Alerts about a host or event, those that fire first: by id; else by the newest event, whole or its last part, or by the subject's name. */
const alertsNamed = async (asked: string, store: Store): Promise<readonly Alert[]> => {
  const alert = await store.alertById(asked);
  if (alert !== undefined) return [alert];
  const named = ({ event, subject }: Alert): boolean =>
    event === asked ||
    event?.slice(event.lastIndexOf('/') + 1) === asked ||
    subject.name.toLowerCase() === asked.toLowerCase();
  const firing = (await store.firing()).filter(named);
  if (firing.length > 0) return firing;
  return (await store.alertsSince(0)).filter(named).toSorted((a, b) => b.lastAt - a.lastAt);
};

/** The one alert a person means who wants to do something about it; several or none are a problem that names them. */
export const oneAlert = async (
  asked: string | undefined,
  id: string,
  rest: string,
  store: Store,
): Promise<Alert | Problem> => {
  if (asked === undefined)
    return problem('I expected an alert id or a host; /illumio alerts shows the ids.', '/illumio alerts');
  const found = await alertsNamed(asked, store);
  const [alert, ...others] = found;
  if (alert === undefined) {
    const firing = await store.firing();
    const known = firing.flatMap((one) => [one.id, one.subject.name]);
    return problem(
      `I know no alert "${asked}", and none names it as its event or host.${nearestText(asked, known)}`,
      '/illumio alerts',
    );
  }
  if (others.length === 0) return alert;
  return problem(
    `${found.length} alerts are about ${asked}: ${listed(
      found.map((one) => `${one.id} (${one.title})`),
      5,
    )}.`,
    `/illumio ${id} ${alert.id}${rest}`,
  );
};
