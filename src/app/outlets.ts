import { hostname } from 'node:os';
import { openOutput } from '../adapters/outputs/index.ts';
import { AWAY_MS, createOutlet, type Outlet } from '../pipelines/outputs.ts';
import type { Base } from './base.ts';
import type { Desk } from './desk.ts';

/** A receiver outside Slack with what it is owed. */
export interface RunningOutlet extends Outlet {
  readonly name: string;
  close(): Promise<void>;
}

/** Opens every configured output; each takes over what is critical once Slack has been away for `AWAY_MS`. */
export const openOutlets = async (
  { settings, store, files, slack, clock, log, version, reached, troubles }: Base,
  desks: ReadonlyMap<string, Desk>,
): Promise<readonly RunningOutlet[]> => {
  let slackDownAt: number | undefined = clock.mono();
  slack.onChange(({ up }) => {
    slackDownAt = up > 0 ? undefined : (slackDownAt ?? clock.mono());
  });
  const slackAway = (): boolean => slackDownAt !== undefined && clock.mono() - slackDownAt >= AWAY_MS;
  const inventories = new Map([...desks].map(([name, { inventory }]) => [name, inventory]));
  const outlets: RunningOutlet[] = [];
  for (const one of settings.outputs ?? []) {
    const output = await openOutput(one, { clock, self: { host: hostname(), version } });
    const { tell } = troubles;
    const deps = {
      store,
      changes: files.commits,
      inventories,
      settings,
      slackAway,
      clock,
      log,
      reached,
      tell,
    };
    const outlet = createOutlet({ output, ...deps });
    outlets.push({ name: `output ${one.name}`, ...outlet, close: output.close });
  }
  return outlets;
};
