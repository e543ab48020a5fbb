import { dict, number, text } from '../../../core/foreign.ts';
import { Mismatch, type Scene } from '../scene.ts';

type Side = 'inbound' | 'outbound' | 'other';

/** Connections of one flow on one day, as its ends told them. */
interface Told {
  readonly name: string;
  readonly who: string;
  readonly sides: Record<Side, number>;
}

const DAY_MS = 86_400_000;

/**
 * The busiest source of the last 24 h, summed from the simulator's own rows by another path than the bot's: rows of one flow are
 * told by both ends, and the side with more connections counts (definitions §0).
 */
export const topSource = ({ world }: Scene): { readonly name: string; readonly connections: number } => {
  const to = Date.now();
  const rows = world.pce.control.flows({
    from: new Date(to - DAY_MS).toISOString(),
    to: new Date(to).toISOString(),
  });
  const flows = new Map<string, Told>();
  for (const row of rows) {
    const [src, service] = [dict(row['src']), dict(row['service'])];
    const who = identityOf(row['src']);
    const day = text(dict(row['timestamp_range'])['first_detected'])?.slice(0, 10);
    const key = JSON.stringify([
      who,
      identityOf(row['dst']),
      service['port'],
      service['proto'],
      row['policy_decision'],
      day,
    ]);
    const flow = flows.get(key) ?? {
      name: nameOf(src),
      who,
      sides: { inbound: 0, outbound: 0, other: 0 },
    };
    flow.sides[sideOf(row['flow_direction'])] += number(row['num_connections']) ?? 0;
    flows.set(key, flow);
  }
  const sources = new Map<string, { readonly name: string; readonly connections: number }>();
  for (const { name, who, sides } of flows.values()) {
    const before = sources.get(who)?.connections ?? 0;
    sources.set(who, { name, connections: before + Math.max(...Object.values(sides)) });
  }
  const [best] = [...sources.values()].sort((a, b) => b.connections - a.connections);
  if (best === undefined) throw new Mismatch('expected flows in the simulator, saw none');
  return best;
};

const identityOf = (end: unknown): string =>
  text(dict(dict(end)['workload'])['href']) ?? String(dict(end)['ip']);

const nameOf = ({ ip, workload }: Readonly<Record<string, unknown>>): string =>
  text(dict(workload)['hostname']) ?? text(dict(workload)['name']) ?? String(ip);

const sideOf = (direction: unknown): Side =>
  direction === 'inbound' || direction === 'outbound' ? direction : 'other';
