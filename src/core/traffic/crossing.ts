import type { End } from '../flow.ts';
import type { RuleContext } from '../rule.ts';
import type { NewEdge } from './edge.ts';

/** New edges from one (app, env) group to another in another zone, on one service (definitions §5 cross-environment). */
export interface Crossing {
  readonly from: string;
  readonly to: string;
  readonly service: string;
  readonly edges: readonly NewEdge[];
}

/** What crosses from zone to zone, without hosts that serve all of them; only machines with labels stand in a zone. */
export const crossings = (edges: readonly NewEdge[], context: RuleContext): Crossing[] => {
  if (!context.zoned) return [];
  const found = new Map<string, Crossing & { readonly edges: NewEdge[] }>();
  for (const edge of edges) {
    const { source, destination, service } = edge;
    if (!crosses(edge, context)) continue;
    const [from, to] = [groupName(source), groupName(destination)];
    const key = crossingKey({ from, to, service });
    const known = found.get(key);
    if (known === undefined) found.set(key, { from, to, service, edges: [edge] });
    else known.edges.push(edge);
  }
  return [...found.values()];
};

export const crossingKey = ({ from, to, service }: Omit<Crossing, 'edges'>): string =>
  `${from} → ${to} on ${service}`;

const crosses = ({ source, destination, decisions }: NewEdge, context: RuleContext): boolean =>
  hasZone(source) &&
  hasZone(destination) &&
  decisions.some((one) => one === 'allowed' || one === 'potentially_blocked') &&
  context.zone(source.labels) !== context.zone(destination.labels) &&
  !context.common(source.labels) &&
  !context.common(destination.labels);

const hasZone = ({ href, labels }: End): boolean => href !== undefined && labels.length > 0;

/** `app=shop env=prod`; what has neither is named by the labels it has. */
const groupName = ({ labels }: End): string => {
  const own = labels.filter(({ key }) => key === 'app' || key === 'env');
  return (own.length > 0 ? own : labels)
    .map(({ key, value }) => `${key}=${value}`)
    .sort()
    .join(' ');
};
