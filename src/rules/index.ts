import type { AlertRule } from '../core/rule.ts';
import { authFailures } from './auth-failures.ts';
import { firewallTampering } from './firewall-tampering.ts';
import { ingestGap } from './ingest-gap.ts';
import { labelChanged } from './label-changed.ts';
import { pceHealth } from './pce-health.ts';
import { pceUnreachable } from './pce-unreachable.ts';
import { policyProvisioned } from './policy-provisioned.ts';
import { venOffline } from './ven-offline.ts';
import { venSuspended } from './ven-suspended.ts';

/** Every built-in alert rule. A new rule is one new file and one line here. */
export const rules: readonly AlertRule[] = [
  firewallTampering,
  venOffline,
  venSuspended,
  policyProvisioned,
  labelChanged,
  authFailures,
  pceHealth,
  pceUnreachable,
  ingestGap,
];
