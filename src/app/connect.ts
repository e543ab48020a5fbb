import { reachOutput } from '../adapters/outputs/reach.ts';
import { openInventory, openPce, type PceAdapter } from '../adapters/pce/index.ts';
import { systemClock } from '../adapters/schedule/clock.ts';
import { openProbe, openSlack, type SlackProbe } from '../adapters/slack/index.ts';
import { nodeFiles } from '../adapters/store/files.ts';
import { lockHolder } from '../adapters/store/lock.ts';
import type { Chat, Inventory, Log } from '../core/ports.ts';
import type { PceSettings, Settings } from '../core/settings.ts';

/** What `doctor`, `check --live` and `replay --since` look through: the adapters of a configuration, nothing running. */
export interface Connected {
  readonly pces: readonly {
    readonly settings: PceSettings;
    readonly pce: PceAdapter;
    readonly inventory: Inventory;
  }[];
  readonly chat: Chat;
  readonly probe: SlackProbe;
  /** `reach` connects, sends nothing and gives host and port. It rejects with OutputError. */
  readonly outputs: readonly { readonly name: string; reach(): Promise<string> }[];
  /** The living process that uses a data folder. Rejects when that cannot be read. */
  dataHolder(folder: string): Promise<number | undefined>;
  /** Ends all connections; calls under way reject. */
  close(): Promise<void>;
}

/** Opens the adapters without starting anything: nothing is sent before the first call. */
export const connect = (settings: Settings, log: Log): Connected => {
  const clock = systemClock;
  const slack = openSlack(settings.slack, () => ({}), { clock, log });
  const pces = settings.pces.map((own) => {
    const pce = openPce(own, { clock, log });
    return { settings: own, pce, inventory: openInventory(pce, { clock, log }) };
  });
  return {
    pces,
    chat: slack.chat,
    probe: openProbe(settings.slack, log),
    outputs: (settings.outputs ?? []).map((one) => ({ name: one.name, reach: () => reachOutput(one) })),
    dataHolder: (folder) => lockHolder(nodeFiles, folder),
    close: async () => void (await Promise.all([slack.stop(), ...pces.map(({ pce }) => pce.close())])),
  };
};
