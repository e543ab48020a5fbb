import { aborted } from './aborted.ts';
import { createApp } from './app.ts';
import { createHttpDoor } from './http.ts';
import type { Way } from './way.ts';

/** HTTP mode: a port that Slack calls. */
export const receive: Way = async ({ settings, us, intake, clock, log }, { onChange, onPort }, signal) => {
  const door = createHttpDoor(settings, clock, log);
  await createApp(settings, door.receiver, us, intake, log);
  onPort(await door.listen());
  onChange({ up: 1, wanted: 1, problem: undefined });
  await aborted(signal);
  await door.close();
};
