import type { AlertRule } from '../core/rule.ts';
import { adminChange } from './admin-change.ts';
import { auditWeakened } from './audit-weakened.ts';
import { authFailures } from './auth-failures.ts';
import { authzDenied } from './authz-denied.ts';
import { csrf } from './csrf.ts';
import { enforcementLowered } from './enforcement-lowered.ts';
import { firewallTampering } from './firewall-tampering.ts';
import { guardLowered } from './guard-lowered.ts';
import { ingestGap } from './ingest-gap.ts';
import { labelChanged } from './label-changed.ts';
import { pceHealth } from './pce-health.ts';
import { pceUnreachable } from './pce-unreachable.ts';
import { policyProvisioned } from './policy-provisioned.ts';
import { venClone } from './ven-clone.ts';
import { venLost } from './ven-lost.ts';
import { venOffline } from './ven-offline.ts';
import { venSuspended } from './ven-suspended.ts';

/** Every built-in alert rule. A new rule is one new file and one line here. */
export const rules: readonly AlertRule[] = [
  firewallTampering,
  venOffline,
  venSuspended,
  venLost,
  venClone,
  enforcementLowered,
  guardLowered,
  policyProvisioned,
  labelChanged,
  authFailures,
  authzDenied,
  csrf,
  adminChange,
  auditWeakened,
  pceHealth,
  pceUnreachable,
  ingestGap,
];
