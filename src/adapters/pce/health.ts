import { type HealthReading, parseHealth } from '../../core/health.ts';
import { PceError } from '../../core/ports.ts';
import type { Client } from './client.ts';
import { badAnswer } from './errors.ts';

/**
 * One look at GET /health and GET /node_available (facts §3). 403 and 404 of the first mean that this PCE has no health to
 * show (SaaS), never that it is down. Rejects with PceError when /health fails otherwise.
 */
export const readHealth = async (client: Client): Promise<HealthReading> => {
  const reading = await client.call(
    { path: '/health', lane: 'ingest', expects: [403, 404] },
    async (answer) => {
      if (answer.status === 403 || answer.status === 404) {
        return `GET /health answers ${answer.status}: not available here (SaaS, or a key without the right)`;
      }
      const body = await answer.json();
      if (!Array.isArray(body)) throw badAnswer('/health is not a list of clusters');
      return parseHealth(body);
    },
  );
  if (typeof reading === 'string') return { available: false, why: reading };
  return { available: true, clusters: reading, nodeAvailable: await nodeAvailable(client) };
};

/** Any 2xx but a proxy's page: a core node is healthy; 404, another refusal, or no answer: none is. Needs no key. */
const nodeAvailable = async (client: Client): Promise<boolean> => {
  try {
    const call = { path: '/node_available', lane: 'ingest', key: 'none', tries: 1, expects: [404] } as const;
    return await client.call(call, async (answer) => {
      answer.body();
      return answer.status < 300;
    });
  } catch (error) {
    if (error instanceof PceError) return false;
    throw error;
  }
};
