import { customRule } from '../core/custom/custom-rule.ts';
import type { CustomRule } from '../core/custom/spec.ts';
import type { AlertRule } from '../core/rule.ts';
import { adminChange } from './admin-change.ts';
import { apiKeyExpiring } from './api-key-expiring.ts';
import { auditWeakened } from './audit-weakened.ts';
import { authFailures } from './auth-failures.ts';
import { authzDenied } from './authz-denied.ts';
import { blockedSpike } from './blocked-spike.ts';
import { crossEnvironment } from './cross-environment.ts';
import { csrf } from './csrf.ts';
import { enforcementLowered } from './enforcement-lowered.ts';
import { eventsRate } from './events-rate.ts';
import { external } from './external.ts';
import { firewallTampering } from './firewall-tampering.ts';
import { guardLowered } from './guard-lowered.ts';
import { ingestGap } from './ingest-gap.ts';
import { labelChanged } from './label-changed.ts';
import { nenProblem } from './nen-problem.ts';
import { pceHealth } from './pce-health.ts';
import { pceSystem } from './pce-system.ts';
import { pceUnreachable } from './pce-unreachable.ts';
import { policyDraftBroad } from './policy-draft-broad.ts';
import { policyProvisioned } from './policy-provisioned.ts';
import { portScan } from './port-scan.ts';
import { quarantineDrift } from './quarantine-drift.ts';
import { slowScan } from './slow-scan.ts';
import { sweep } from './sweep.ts';
import { trafficSpike } from './traffic-spike.ts';
import { venClone } from './ven-clone.ts';
import { venDeactivated } from './ven-deactivated.ts';
import { venLost } from './ven-lost.ts';
import { venMissedHeartbeats } from './ven-missed-heartbeats.ts';
import { venOffline } from './ven-offline.ts';
import { venProblem } from './ven-problem.ts';
import { venSuspended } from './ven-suspended.ts';

/** Every built-in alert rule. A new rule is one new file and one line here. */
export const rules: readonly AlertRule[] = [
  firewallTampering,
  venOffline,
  venSuspended,
  venLost,
  venMissedHeartbeats,
  venProblem,
  venDeactivated,
  venClone,
  enforcementLowered,
  guardLowered,
  policyDraftBroad,
  policyProvisioned,
  labelChanged,
  authFailures,
  authzDenied,
  csrf,
  adminChange,
  auditWeakened,
  pceHealth,
  pceUnreachable,
  pceSystem,
  nenProblem,
  apiKeyExpiring,
  ingestGap,
  eventsRate,
  quarantineDrift,
  portScan,
  sweep,
  slowScan,
  blockedSpike,
  trafficSpike,
  crossEnvironment,
  external,
];

/** The built-in rules and those of a configuration. */
export const rulesWith = (custom: readonly CustomRule[] = []): readonly AlertRule[] => [
  ...rules,
  ...custom.map(customRule),
];
