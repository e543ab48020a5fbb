import type { Command } from '../core/command.ts';
import { ack } from './ack.ts';
import { alerts } from './alerts.ts';
import { assign } from './assign.ts';
import { auditLog } from './audit.ts';
import { blocked } from './blocked.ts';
import { board } from './board.ts';
import { canI } from './can-i.ts';
import { changes } from './changes.ts';
import { closeAlert } from './close.ts';
import { cross } from './cross.ts';
import { disarm } from './disarm.ts';
import { enforcement } from './enforcement.ts';
import { event } from './event.ts';
import { events } from './events.ts';
import { find } from './find.ts';
import { flows } from './flows.ts';
import { geo } from './geo.ts';
import { handover } from './handover.ts';
import { health } from './health.ts';
import { help } from './help.ts';
import { investigate } from './investigate.ts';
import { my } from './my.ts';
import { note } from './note.ts';
import { policy } from './policy.ts';
import { processes } from './process.ts';
import { quarantine } from './quarantine.ts';
import { quarantined } from './quarantined.ts';
import { rearm } from './rearm.ts';
import { release } from './release.ts';
import { scan } from './scan.ts';
import { services } from './services.ts';
import { silence } from './silence.ts';
import { silences } from './silences.ts';
import { snooze } from './snooze.ts';
import { standing } from './standing.ts';
import { status } from './status.ts';
import { test } from './test.ts';
import { top } from './top.ts';
import { trend } from './trend.ts';
import { unsilence } from './unsilence.ts';
import { who } from './who.ts';
import { why } from './why.ts';
import { workload } from './workload.ts';

/** Every sub-command of /illumio, in the order help lists them. A new one is one new file and one line here. */
export const commands: readonly Command[] = [
  alerts,
  ack,
  snooze,
  assign,
  note,
  closeAlert,
  silence,
  silences,
  unsilence,
  workload,
  find,
  investigate,
  top,
  blocked,
  flows,
  cross,
  scan,
  geo,
  trend,
  board,
  handover,
  services,
  processes,
  events,
  event,
  who,
  changes,
  policy,
  auditLog,
  quarantine,
  release,
  enforcement,
  quarantined,
  my,
  canI,
  disarm,
  rearm,
  health,
  standing,
  why,
  status,
  test,
  help,
];
