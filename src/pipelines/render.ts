import { type Alert, type Incident, NAMED_IN_ROOT } from '../core/alert.ts';
import type { Inventory, Pce, Store } from '../core/ports.ts';
import type { AlertRule } from '../core/rule.ts';
import { alertLine, alertRoot, type ShownAlert, type ShownIncident } from '../views/alert.ts';
import { alertFile } from '../views/alert-file.ts';
import { alertPlain } from '../views/alert-plain.ts';
import type { Render } from './delivery.ts';

export interface RenderDeps {
  readonly store: Pick<Store, 'quarantines'>;
  readonly desks: ReadonlyMap<
    string,
    { readonly pce: Pick<Pce, 'link'>; readonly inventory: Pick<Inventory, 'workload'> }
  >;
  readonly rules: readonly AlertRule[];
  /** The link of the configuration for a rule. */
  readonly runbook: (rule: string) => string | undefined;
}

/** Gathers what a message shows beside the alert itself, from the newest state, and hands it to the view. */
export const createRender = (deps: RenderDeps): Render => ({
  root: async (incident, alerts, mention) => alertRoot(await shown(incident, alerts, deps), mention),
  line: async (incident, alerts, { reason, mention, repeated, place }) =>
    alertLine(await shown(incident, alerts, deps), reason, mention, repeated, place === 'file'),
  plain: async (incident, alerts, { reason, place }) =>
    alertPlain(
      await shown(incident, place === 'root' ? alerts.slice(0, NAMED_IN_ROOT) : alerts, deps),
      reason,
    ),
  file: async (incident, alerts) => alertFile(await shown(incident, alerts, deps)),
});

const shown = async (
  incident: Incident,
  alerts: readonly Alert[],
  deps: RenderDeps,
): Promise<ShownIncident> => {
  const rule = deps.rules.find(({ id }) => id === incident.rule);
  return {
    incident,
    alerts: await Promise.all(alerts.map((alert) => shownAlert(alert, deps))),
    title: rule?.title ?? incident.rule,
    todo: rule?.todo ?? 'Look at the host in the PCE.',
    runbook: deps.runbook(incident.rule),
  };
};

const shownAlert = async (alert: Alert, { store, desks }: RenderDeps): Promise<ShownAlert> => {
  const desk = desks.get(alert.pce);
  const [href] = alert.workloads;
  if (desk === undefined || href === undefined)
    return { alert, workload: undefined, quarantine: undefined, link: undefined };
  const [response] = await store.quarantines(alert.pce, href);
  return {
    alert,
    workload: desk.inventory.workload(href),
    quarantine:
      response?.endedAt === undefined
        ? undefined
        : { ...response, at: response.endedAt, policy: response.policy ?? {} },
    link: desk.pce.link(href),
  };
};
