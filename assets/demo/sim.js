import { $, h } from './dom.js';

/**
 * The simulator behind the page: what it last said, and what it is asked to do. Only GET /_sim/… and posts to /_sim/….
 * `state` and `here` are read everywhere and set by app.js alone.
 */

/** The newest answer of /_sim/state. */
export let state;
/** Where the page is: the person (a user), the channel or null for the app's Home, the ts of the open thread. */
export let here = { me: undefined, channel: null, thread: null };

export const learn = (fresh) => {
  state = fresh;
};
export const stand = (place) => {
  here = place;
};

export const userOf = (id) => state.users.find((user) => user.id === id);
export const nameOf = (id) => userOf(id)?.profile.display_name || (id === 'USLACKBOT' ? 'Slackbot' : id);

/** Shows a sentence about a trouble above the message box; '' takes it away. */
export const say = (sentence) => {
  const close = h('button.plain', { type: 'button', onclick: () => say('') }, 'Dismiss');
  $('trouble').replaceChildren(sentence, close);
  $('trouble').hidden = sentence === '';
};

/** Posts as the present person; what cannot be done is said in the simulator's own sentence. */
export const post = async (route, body) => {
  say('');
  const request = { method: 'POST', body: JSON.stringify({ user: here.me.id, ...body }) };
  const response = await fetch(`/_sim/${route}`, request).catch(() => undefined);
  const answer = (await response?.json().catch(() => undefined)) ?? {
    ok: false,
    error: 'the demo does not answer',
  };
  if (!response?.ok) say(`That cannot be done: ${answer.error}.`);
  return answer;
};

/** Marks a control while its work is under way. */
export const busy = async (control, work) => {
  control?.setAttribute('aria-busy', 'true');
  const answer = await work;
  control?.removeAttribute('aria-busy');
  return answer;
};

export const get = (path) =>
  fetch(`/_sim/${path}`)
    .then((response) => response.json())
    .catch(() => undefined);
