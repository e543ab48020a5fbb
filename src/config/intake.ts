import { z } from 'zod';
import { integer, textLeaf, words } from './leaf.ts';
import { network } from './selector.ts';

const listenHost = textLeaf({
  expects: 'an address of this machine',
  hint: 'write 127.0.0.1, 0.0.0.0 or the address of one interface',
  json: {},
  read: (text) => (/^[A-Za-z0-9.:-]+$/.test(text) ? text : undefined),
});

/** PEM files of a server: what it shows, and its key. */
const serverFiles = {
  cert_file: words.optional().meta({ description: 'PEM file of the certificate this port shows: TLS.' }),
  key_file: words.optional().meta({ description: 'PEM file of its key.' }),
};

/** Where one PCE sends its syslog stream (definitions §9): polling goes on, and remains the truth. */
export const syslogStream = z.strictObject({
  port: integer(1, 65_535).meta({ description: 'A port of its own for each PCE.' }),
  host: listenHost.prefault('127.0.0.1'),
  from: z
    .array(network)
    .default([])
    .meta({ description: 'Addresses and networks that may connect; none = any.' }),
  client_ca_file: words.optional().meta({ description: 'Only peers with a certificate of this authority.' }),
  ...serverFiles,
});

/** Where other products report detections (definitions §9). Off unless written. */
export const intake = z.strictObject({
  port: integer(1, 65_535).meta({ description: 'A port of its own.' }),
  host: listenHost.prefault('127.0.0.1'),
  secret: words.optional().meta({ description: 'Signs time and body of every call (HMAC-SHA256).' }),
  secret_file: words.optional(),
  pagerduty_secret: words
    .optional()
    .meta({ description: 'Of a PagerDuty webhook (v3): acknowledging there acknowledges here.' }),
  pagerduty_secret_file: words.optional(),
  ...serverFiles,
});
