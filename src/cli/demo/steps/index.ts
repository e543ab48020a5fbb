import type { Step } from '../step.ts';
import { askingSteps } from './asking.ts';
import { endSteps } from './end.ts';
import { hostSteps } from './hosts.ts';
import { investigationSteps } from './investigation.ts';
import { labelSteps } from './labels.ts';
import { pceSteps } from './pce.ts';
import { policySteps } from './policy.ts';
import { quarantineSteps } from './quarantine.ts';
import { startSteps } from './start.ts';
import { tamperingSteps } from './tampering.ts';

/** The whole job, in the order a team would meet it. Each step looks at the simulators' state. */
export const steps: readonly Step[] = [
  ...startSteps,
  ...tamperingSteps,
  ...quarantineSteps,
  ...hostSteps,
  ...labelSteps,
  ...policySteps,
  ...investigationSteps,
  ...pceSteps,
  ...askingSteps,
  ...endSteps,
];
