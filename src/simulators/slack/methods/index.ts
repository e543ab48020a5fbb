import { CHAT } from './chat.ts';
import { CONVERSATIONS } from './conversations.ts';
import { FILES } from './files.ts';
import type { Method } from './method.ts';
import { MISC } from './misc.ts';
import { PEOPLE } from './people.ts';
import { VIEWS } from './views.ts';

/** The Web API, by method name. apps.connections.open is added by api.ts: it belongs to the sockets. */
export const METHODS: Readonly<Record<string, Method>> = {
  ...CHAT,
  ...CONVERSATIONS,
  ...FILES,
  ...MISC,
  ...PEOPLE,
  ...VIEWS,
};
