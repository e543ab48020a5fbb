import { readFile } from 'node:fs/promises';
import process from 'node:process';
import {
  type Door,
  openDoors,
  openProbes,
  openProcessFigures,
  signedByPagerDuty,
  signedByUs,
} from '../adapters/http/index.ts';
import { listenSyslog } from '../adapters/syslog/index.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { IntakeSettings, Listening } from '../core/settings.ts';
import type { Intake } from '../pipelines/intake.ts';
import type { Meter } from '../pipelines/meter.ts';
import { createPceStream } from '../pipelines/pce-stream.ts';
import { createProbes, type ProbesDeps } from '../pipelines/probes.ts';
import type { Desk } from './desk.ts';

/** Answers the probes of this machine on 127.0.0.1. @returns how to end that */
export const serveProbes = async (
  port: number,
  deps: Omit<ProbesDeps, 'process' | 'nodeVersion'>,
  log: Log,
): Promise<() => Promise<void>> => {
  const figures = openProcessFigures();
  const probes = createProbes({ ...deps, process: figures.read, nodeVersion: process.version });
  const server = await openProbes({ port }, probes, log);
  return async () => {
    figures.close();
    await server.close();
  };
};

/** The port for calls of other products, each kind with the signature it needs. */
export const listenOutside = async (
  settings: IntakeSettings,
  outside: Intake,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
) => {
  const ours = signedByUs(settings.secret, clock, outside.first);
  const { pagerDutySecret } = settings;
  const doors: Record<string, Door> = {
    '/v1/alerts': { check: ours, take: outside.alert },
    '/v1/acknowledgements': { check: ours, take: outside.acknowledge },
    ...(pagerDutySecret === undefined
      ? {}
      : {
          '/v1/pagerduty': { check: signedByPagerDuty(pagerDutySecret, clock), take: outside.pagerDuty },
        }),
  };
  const server = await openDoors(
    { host: settings.host, port: settings.port, tls: await pemOf(settings) },
    doors,
    { log, refused: outside.refused },
  );
  log.info({ host: settings.host, port: server.port }, 'listening for calls from outside');
  return server;
};

/** The port for the PCE's own syslog stream, where one is configured. @returns how to end it */
export const hearStream = async (
  { settings: { name, syslog }, alerting }: Desk,
  { meter, log }: { readonly meter: Meter; readonly log: Log },
  refused: Intake['refused'],
): Promise<(() => Promise<void>)[]> => {
  if (syslog === undefined) return [];
  const { host, port, from, clientCaFile } = syslog;
  const pem = await pemOf(syslog);
  const ca = clientCaFile === undefined ? undefined : await readFile(clientCaFile, 'utf8');
  const stream = createPceStream({ pce: name, alerting, meter, log });
  const listener = await listenSyslog({ host, port, from, tls: pem && { ...pem, ca } }, stream, {
    log,
    refused: (peer, why) => refused({ path: `syslog of ${name}`, from: peer, status: 403, why }),
  });
  log.info({ pce: name, host, port: listener.port }, 'listening for the syslog stream');
  return [
    async () => {
      await listener.close();
      await stream.idle();
    },
  ];
};

const pemOf = async ({ tls }: Listening) =>
  tls && { cert: await readFile(tls.certFile, 'utf8'), key: await readFile(tls.keyFile, 'utf8') };
