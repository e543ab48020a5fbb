import { labelText } from './label.ts';
import type { QuarantinedHost } from './quarantined.ts';
import { counted } from './text.ts';
import { MODES, type Workload } from './workload.ts';

const MINUTE_MS = 60_000;

/** What may become of a host in quarantine (definitions §7.11). */
export const DRIFTS = ['label', 'gone', 'suspended', 'mode', 'silent'] as const;
export type Drift = (typeof DRIFTS)[number];

/** What a GET says of a host in quarantine: nothing when it is as it was. null = the PCE no longer has it. @param longMs a VEN not heard for longer is told */
export const driftsOf = (
  host: QuarantinedHost,
  read: Workload | null,
  now: number,
  longMs: number,
): { readonly drift: Drift; readonly story: string }[] => {
  if (read === null) return [{ drift: 'gone', story: 'The PCE no longer has it.' }];
  if (!read.managed || read.ven?.status === 'uninstalled')
    return [{ drift: 'gone', story: 'Its VEN was unpaired: nothing enforces the quarantine.' }];
  const lost = host.labels.filter(({ href }) => read.labels.every((label) => label.href !== href));
  const heard = read.ven?.heartbeatAt;
  const silentMs = heard === undefined ? 0 : now - heard;
  return [
    ...(lost.length > 0
      ? [{ drift: 'label', story: `It no longer carries ${labelText(lost)}.` } as const]
      : []),
    ...(read.ven?.status === 'suspended'
      ? [{ drift: 'suspended', story: 'Its VEN is suspended: it enforces nothing.' } as const]
      : []),
    ...(isLower(read.mode, host.mode)
      ? [{ drift: 'mode', story: `Its enforcement went from ${host.mode} to ${read.mode}.` } as const]
      : []),
    ...(silentMs > longMs
      ? [
          {
            drift: 'silent',
            story: `Its VEN was not heard for ${counted(Math.floor(silentMs / MINUTE_MS), 'minute')}: whether it still enforces the quarantine is not known.`,
          } as const,
        ]
      : []),
  ];
};

/** An unknown mode is no step down. */
const isLower = (now: Workload['mode'], then: Workload['mode']): boolean =>
  now !== undefined && then !== undefined && MODES.indexOf(now) < MODES.indexOf(then);
