import { readFileSync } from 'node:fs';
import type { Clock, Output } from '../../core/ports.ts';
import type { OutputSettings } from '../../core/settings.ts';

export interface OutputDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** What a syslog line says of its sender. */
  readonly self: { readonly host: string; readonly version: string };
}

/**
 * The output that was configured; each kind's library is loaded only where one is. Nothing is connected before the first notice.
 * Rejects when its `ca_file` cannot be read.
 */
export const openOutput = async (settings: OutputSettings, { clock, self }: OutputDeps): Promise<Output> => {
  if (settings.type === 'webhook') {
    const { createWebhook } = await import('./webhook.ts');
    const { authorization } = settings;
    return createWebhook(
      { ...settings, headers: authorization === undefined ? {} : { authorization } },
      clock,
    );
  }
  const ca = settings.caFile === undefined ? undefined : readFileSync(settings.caFile, 'utf8');
  if (settings.type === 'syslog') {
    const { createSyslog } = await import('./syslog.ts');
    return createSyslog({ ...settings, ca, self });
  }
  const { createSmtp } = await import('./smtp.ts');
  return createSmtp({ ...settings, ca });
};
