import { recordPolicyApplied } from '../fleet/policy-sync.ts';
import { isManaged } from '../fleet/ven-row.ts';
import type { JsonObject } from '../json.ts';
import type { Random } from '../random.ts';
import { createRandom } from '../random.ts';
import type { User } from '../users.ts';
import { USERS } from '../users.ts';
import type { World } from '../world.ts';
import { recordEvent } from './build.ts';

const HOURS = 6;
const STEP_MS = 300_000;

/** Fills the log with six hours of what a quiet PCE says: sessions, sign-ins, VENs applying policy (facts §11.14). */
export const seedChatter = (world: World): void => {
  const random = createRandom(`chatter ${world.settings.seed}`);
  const vens = world.fleet.all().filter(isManaged);
  const start = world.settings.now - HOURS * 3_600_000;
  for (let at = start; at < world.settings.now - STEP_MS; at += STEP_MS) {
    const moment = at + random.int(STEP_MS);
    const kind = random.next();
    if (kind < 0.6) session(world, random, moment);
    else if (kind < 0.7) signIn(world, random, moment);
    else if (kind < 0.75) signOutByTimeout(world, random, moment);
    else if (vens.length > 0) recordPolicyApplied(world, random.pick(vens), moment);
  }
};

/** A console session that is made and runs out (fixtures/illumio-ops/event_replay_samples.json). */
const session = (world: World, random: Random, at: number): void => {
  const info = { user: publicUser(random.pick(USERS)) };
  record(world, at, {
    event_type: 'user.create_session',
    status: 'success',
    action: action(world, 'POST', '/api/v2/users/create_session', 201, 'FILTERED'),
    notifications: [{ notification_type: 'user.pce_session_created', info }],
  });
  record(world, at + STEP_MS / 2, {
    event_type: 'user.pce_session_terminated',
    notifications: [
      { notification_type: 'user.pce_session_terminated', info: { reason: 'timeout', ...info } },
    ],
  });
};

const signIn = (world: World, random: Random, at: number): void => {
  const user = publicUser(random.pick(USERS));
  const attempts = random.int(100);
  record(world, at, {
    event_type: 'user.sign_in',
    status: 'success',
    created_by: { user },
    action: action(world, 'POST', '/login/users/sign_in', 302, '192.0.2.50'),
    resource_changes: [
      {
        resource: { user: { ...user, type: 'local' } },
        changes: { sign_in_attempts_count: { before: attempts, after: attempts + 1 } },
        change_type: 'update',
      },
    ],
    notifications: [
      { notification_type: 'user.login_session_created', info: { user: { ...user, type: 'local' } } },
    ],
  });
};

/** Ordinary, though its status is failure (facts §2.3, benign noise). */
const signOutByTimeout = (world: World, random: Random, at: number): void => {
  const user = publicUser(random.pick(USERS));
  record(world, at, {
    event_type: 'user.sign_out',
    status: 'failure',
    action: action(world, 'GET', '/login/logout', 200, '192.0.2.50'),
    notifications: [
      { notification_type: 'user.login_session_terminated', info: { reason: 'timeout', user } },
    ],
  });
};

const record = (world: World, at: number, draft: JsonObject): void => {
  recordEvent(world, draft, at, at);
};

const action = (world: World, method: string, path: string, status: number, ip: string): JsonObject => ({
  uuid: world.random.uuid(),
  api_endpoint: path,
  api_method: method,
  http_status_code: status,
  src_ip: ip,
});

const publicUser = ({ href, username }: User): JsonObject => ({ href, username });
