import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);
const time = z.iso.datetime({ offset: true });

/** Body of POST /v2/enqueue as PagerDuty documents it (Events API v2, "Send an Alert Event"); unknown fields are refused. */
export const PagerDutyEvent = z.discriminatedUnion('event_action', [
  z.strictObject({
    routing_key: z.string().length(32),
    event_action: z.literal('trigger'),
    dedup_key: text(255).optional(),
    client: z.string().optional(),
    client_url: z.url().optional(),
    links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
    images: z
      .array(z.strictObject({ src: z.url(), href: z.url().optional(), alt: z.string().optional() }))
      .optional(),
    payload: z.strictObject({
      summary: text(1_024),
      source: text(255),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: time.optional(),
      component: z.string().optional(),
      group: z.string().optional(),
      class: z.string().optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  ...(['acknowledge', 'resolve'] as const).map((action) =>
    z.strictObject({
      routing_key: z.string().length(32),
      event_action: z.literal(action),
      dedup_key: text(255),
    }),
  ),
]);
type PagerDutyEvent = z.infer<typeof PagerDutyEvent>;

/** Body of POST /v2/alerts as Opsgenie documents it (Alert API, "Create Alert"). */
export const OpsgenieAlert = z.strictObject({
  message: text(130),
  alias: text(512).optional(),
  description: z.string().max(15_000).optional(),
  priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']).optional(),
  source: z.string().max(100).optional(),
  entity: z.string().max(512).optional(),
  tags: z.array(text(50)).max(20).optional(),
  details: z
    .record(z.string(), z.string())
    .refine(
      (details) => Object.entries(details).flat().join('').length <= 8_000,
      'details are longer than 8,000',
    )
    .optional(),
  note: z.string().max(25_000).optional(),
  user: z.string().max(100).optional(),
});

/** Body of its "Acknowledge Alert" and "Close Alert". */
export const OpsgenieStep = z.strictObject({
  source: z.string().max(100).optional(),
  user: z.string().max(100).optional(),
  note: z.string().max(25_000).optional(),
});

/** A PagerDuty that keeps incidents by their key, refuses what the real one refuses, and can answer one as a person would. */
export const aPagerDuty = async () => {
  const incidents = new Map<
    string,
    { status: 'triggered' | 'acknowledged' | 'resolved'; readonly told: PagerDutyEvent[] }
  >();
  const refused: unknown[] = [];
  const server = createServer(async (incoming, response) => {
    const read = PagerDutyEvent.safeParse(JSON.parse(await bodyOf(incoming)));
    if (incoming.url !== '/v2/enqueue' || !read.success) {
      refused.push(read.error?.issues ?? incoming.url);
      return void response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"status":"invalid event"}');
    }
    const { dedup_key = 'none', event_action } = read.data;
    const before = incidents.get(dedup_key);
    const status = {
      trigger: before?.status === 'acknowledged' ? 'acknowledged' : 'triggered',
      acknowledge: 'acknowledged',
      resolve: 'resolved',
    } as const;
    incidents.set(dedup_key, { status: status[event_action], told: [...(before?.told ?? []), read.data] });
    response
      .writeHead(202, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: 'success', message: 'Event processed', dedup_key }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v2/enqueue`,
    incidents,
    refused,
    /** Somebody acknowledges an incident: webhook v3 `incident.acknowledged`, signed over the body. @returns the status it was answered with */
    async acknowledge(key: string, hook: string, secret: string, at: number): Promise<number> {
      const body = JSON.stringify({
        event: {
          id: 'E1',
          event_type: 'incident.acknowledged',
          resource_type: 'incident',
          occurred_at: new Date(at).toISOString(),
          agent: { id: 'PLH1HKV', summary: 'Earline Greenholt', type: 'user_reference' },
          data: { id: 'PGR0VU2', type: 'incident', incident_key: key, status: 'acknowledged' },
        },
      });
      const signature = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const answer = await request(hook, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'x-pagerduty-signature': signature },
      });
      await answer.body.dump();
      return answer.statusCode;
    },
  };
};

const bodyOf = async (incoming: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
};
