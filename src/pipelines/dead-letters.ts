import type { Delivery } from '../core/alert.ts';
import type { Store } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import type { Troubles } from './troubles.ts';

/**
 * The alarm about each message that was given up (promise 2), taken from its durable row until Slack has shown it: no crash between the
 * two loses it. What was given up in one channel for one reason is one alarm. @returns the job that looks for them
 */
export const createDeadLetters = ({
  store,
  alarm,
}: {
  readonly store: Pick<Store, 'dead' | 'commit'>;
  readonly alarm: Troubles['alarm'];
}): (() => Promise<void>) => {
  /** Handed over in this process. */
  const raised = new Set<string>();
  return async () => {
    const fresh = (await store.dead()).filter(({ key, alarmed }) => alarmed !== true && !raised.has(key));
    const together = new Map<string, Delivery[]>();
    for (const row of fresh) {
      const group = `${row.channel} ${row.trouble}`;
      together.set(group, [...(together.get(group) ?? []), row]);
      raised.add(row.key);
    }
    for (const rows of together.values()) {
      const [{ key, channel, trouble = 'refused' }] = rows as [Delivery];
      const alerts = new Set(rows.flatMap((one) => one.alerts));
      alarm(
        `dead.${key}.${rows.length}`,
        `${rows.length === 1 ? 'A message' : `${rows.length} messages`} about ${counted(alerts.size, 'alert')} cannot be shown in ${channel} (${trouble}). /illumio alerts lists them.`,
        async () => {
          const keys = rows.map((one) => one.key);
          await store.commit([{ type: 'deliveries-alarmed', keys }]);
          for (const one of keys) raised.delete(one);
        },
      );
    }
  };
};
