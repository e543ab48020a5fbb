import { blocksNode, closeMenu, draftKey, drafts } from './blocks.js';
import { $, fill, h, json } from './dom.js';
import { clock, dateOf, decode, encode, mrkdwn, pretty, timeNode } from './mrkdwn.js';
import { busy, get, here, learn, nameOf, post, say, stand, state, userOf } from './sim.js';

/**
 * The demo's page: shows the simulated workspace as one person sees it, and does what that person could do.
 * It only reads GET /_sim/state and posts to /_sim/…; what it cannot draw as Slack would, it shows as JSON.
 * Foreign text becomes text nodes, never HTML. Where you are is in the address: #person/channel/thread.
 */

// ── What is known ──────────────────────────────────────────────────────────────

/** The newest ts each person has seen, by "person/channel". */
const readUpTo = new Map();
/** Ephemerals that were dismissed: Slack's client forgets them, too. */
const dismissed = new Set();

const HOME = 'app-home';
/** The rights that the demo's configuration gives (src/cli/demo/config.ts): Slack knows nothing of them. */
const RIGHTS = { U0MAYA001: 'responder', U0JO00001: 'responder', U0ANA0001: 'approver', U0OPS0001: 'admin' };

const isOutside = (user) => user.team_id !== state.app.team;
const people = () => state.users.filter((user) => !user.is_bot && !user.deleted);
const byTs = (a, b) => Number(a.ts) - Number(b.ts);

const rightsOf = (user) => {
  if (isOutside(user)) return 'other workspace';
  return user.is_restricted ? 'guest' : (RIGHTS[user.id] ?? 'no rights');
};

/** Whether a person's client lists this conversation; the simulator itself refuses the others. */
const canSee = (user, channel) => {
  if (channel.members.includes(user.id)) return true;
  if (channel.is_im || channel.is_private) return false;
  return isOutside(user) ? channel.is_ext_shared : !user.is_restricted;
};

const address = (...parts) => `#${parts.filter(Boolean).map(encodeURIComponent).join('/')}`;

// ── Messages ───────────────────────────────────────────────────────────────────

const isApp = (id) => userOf(id)?.is_bot || id === 'USLACKBOT';

const avatarNode = (id) => {
  const attributes = { class: isApp(id) && 'bot', 'aria-hidden': 'true' };
  const node = h('div.avatar', attributes, nameOf(id)[0].toUpperCase());
  node.style.setProperty(
    '--hue',
    [...id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 7),
  );
  return node;
};

const bylineNode = (from, ts) =>
  h(
    'div.byline',
    h('b', nameOf(from)),
    isApp(from) && h('span.tag', 'APP'),
    timeNode(dateOf(ts), clock(dateOf(ts))),
  );

const fileNode = ({ url, name, title, text }) =>
  h(
    'div.file',
    h('a', { href: url, download: name }, title || name),
    /\.(png|jpe?g|gif|svg)$/i.test(name) && h('img', { src: url, alt: title || name }),
    text !== null && h('details', h('summary', 'Show what is in it'), h('pre', text)),
  );

/** Blocks where there are any, else the text: beside blocks the text is only the notification. */
const contentNode = (channel, { ts, blocks, text }) =>
  blocks.length > 0
    ? blocksNode({ id: ts, target: { channel: channel.id, ts } }, blocks)
    : h('div.text', mrkdwn(text));

const repliesOf = (channel, ts) =>
  channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts && !one.deleted);

const threadLink = (channel, ts, ...label) => {
  const href = address(here.me.name, channel.name, ts);
  return h('a.replies', { href, 'data-control': 'thread' }, label);
};

const repliesLink = (channel, ts) => {
  const replies = repliesOf(channel, ts);
  const last = replies.at(-1);
  if (last === undefined) return null;
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  return threadLink(
    channel,
    ts,
    count,
    h('small', ` · last ${clock(dateOf(last.ts))} from ${nameOf(last.user)}`),
  );
};

const broadcastNote = (channel, threadTs) => {
  const root = channel.messages.find((one) => one.ts === threadTs);
  return h('p.note', 'replied to a thread', root && [': ', threadLink(channel, threadTs, decode(root.text))]);
};

/** The app's entries of a message's menu, shown where the pointer or the keyboard is. */
const shortcutsNode = (channel, ts) =>
  state.app.shortcuts.map(({ name, callback_id }) => {
    const onclick = ({ currentTarget }) =>
      busy(currentTarget, post('shortcut', { channel: channel.id, ts, callback_id }));
    return h('button.plain.shortcut', { type: 'button', onclick }, `⋮ ${name}`);
  });

const messageNode = (channel, message, inThread) => {
  const { ts, user, thread_ts, broadcast, edited, deleted, attachments, files, reactions } = message;
  if (deleted) return h('li.message', h('p.note', 'This message was deleted. ', repliesLink(channel, ts)));
  const reacted = Object.entries(reactions).map(([name, users]) => h('span', `:${name}: ${users.length}`));
  const body = [
    bylineNode(user, ts),
    contentNode(channel, message),
    edited && h('span.edited', '(edited)'),
    attachments.map(json),
    files.map(fileNode),
    reacted.length > 0 && h('div.reactions', reacted),
    !inThread && repliesLink(channel, ts),
    !isOutside(here.me) && shortcutsNode(channel, ts),
  ];
  const note = broadcast && !inThread && broadcastNote(channel, thread_ts);
  return h('li.message', note, avatarNode(user), h('div', body));
};

const ephemeralNode = (channel, one) => {
  const onclick = () => {
    dismissed.add(one.ts);
    render();
  };
  const note = h(
    'p.note',
    'Only visible to you · ',
    h('button.plain', { type: 'button', onclick }, 'Dismiss'),
  );
  const body = h('div', bylineNode(one.from, one.ts), contentNode(channel, one));
  return h('li.message.ephemeral', note, avatarNode(one.from), body);
};

/** What only this person sees in a channel (thread null) or a thread. */
const ephemeralsOf = (channel, thread) =>
  state.ephemerals
    .filter((one) => one.channel === channel.id && one.user === here.me.id && one.thread_ts === thread)
    .filter((one) => !one.deleted && !dismissed.has(one.ts))
    .map((one) => ({ ...one, ephemeral: true }));

/** What a channel shows: roots, what was also sent to the channel, and deleted roots that still have a thread. */
const inChannel = (channel) =>
  channel.messages
    .filter((one) => one.thread_ts === null || one.thread_ts === one.ts || one.broadcast)
    .filter((one) => !one.deleted || repliesOf(channel, one.ts).length > 0);

/** Messages as items of a log, in a channel with a heading before each day. */
const logItems = (channel, messages, inThread) => {
  let day = '';
  return messages.toSorted(byTs).flatMap((one) => {
    const replies = inThread ? [] : repliesOf(channel, one.ts);
    const make = () => (one.ephemeral ? ephemeralNode(channel, one) : messageNode(channel, one, inThread));
    const item = {
      key: one.ts,
      mark: JSON.stringify([here.me.id, one, replies.length, replies.at(-1)?.ts]),
      make,
    };
    const heading = pretty('full')(dateOf(one.ts));
    if (inThread || heading === day) return [item];
    day = heading;
    return [{ key: heading, mark: '', make: () => h('li.day', heading) }, item];
  });
};

// ── The parts of the page ──────────────────────────────────────────────────────

/** Draws messages; stays at the end when it was there, and goes there for what only this person sees. */
const drawLog = (log, place, items, empty) => {
  const scroller = log.parentElement;
  const isElsewhere = log.dataset.place !== place;
  const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  log.dataset.place = place;
  const made = fill(
    log,
    items.length > 0 ? items : [{ key: '', mark: empty, make: () => h('li.empty', empty) }],
  );
  if (!isElsewhere) for (const node of made) node.classList.add('new');
  const isForMe = made.some((node) => node.matches('.ephemeral'));
  if (isElsewhere || wasAtEnd || isForMe) scroller.scrollTop = scroller.scrollHeight;
};

/** Says new messages to screen readers with the text they were posted with, as Slack does. */
const announce = (messages, seen) => {
  const fresh = messages.filter(
    (one) => Number(one.ts) > seen && one.user !== (one.ephemeral ? '' : here.me.id),
  );
  const said = fresh.map((one) => `${nameOf(one.from ?? one.user)}: ${decode(one.text)}`);
  if (seen > 0 && said.length > 0) $('announce').textContent = said.join('. ');
};

const drawChannel = () => {
  const { me, channel } = here;
  const place = `${me.id}/${channel.id}`;
  const messages = [...inChannel(channel), ...ephemeralsOf(channel, null)].sort(byTs);
  announce(messages, readUpTo.get(place) ?? 0);
  readUpTo.set(place, Number(messages.at(-1)?.ts ?? 0));
  drawLog($('messages'), place, logItems(channel, messages, false), 'Nothing has been said here yet.');
};

const drawThread = () => {
  const { me, channel, thread } = here;
  const root = channel?.messages.find((one) => one.ts === thread);
  $('thread').hidden = root === undefined;
  if (root === undefined) return;
  $('thread-title').textContent = `Thread in #${channel.name}`;
  const messages = [root, ...repliesOf(channel, thread), ...ephemeralsOf(channel, thread)];
  drawLog($('replies'), `${me.id}/${thread}`, logItems(channel, messages, true), '');
};

const inView = (view, errors) => ({
  id: view.id,
  target: { view_id: view.id },
  values: view.state.values,
  errors,
});

const drawHome = () => {
  const view = state.homes.find((one) => one.user === here.me.id);
  const nothing = 'The app shows nothing on its Home tab.';
  const make = () => (view ? blocksNode(inView(view, view.errors), view.blocks) : h('p', nothing));
  fill($('home'), [{ key: view?.id ?? '', mark: view?.hash ?? '', make }]);
};

const isUnread = (channel) => {
  const seen = readUpTo.get(`${here.me.id}/${channel.id}`) ?? 0;
  return inChannel(channel).some((one) => Number(one.ts) > seen && one.user !== here.me.id);
};

const sideItem = (href, isHere, label, note, unread = false) => ({
  key: href,
  mark: JSON.stringify([isHere, label, note, unread]),
  make: () => {
    const dot = unread && h('span.dot', h('span.unseen', 'unread'));
    return h('li', h('a', { href, 'aria-current': isHere && 'true' }, label, h('span.side-note', note), dot));
  },
});

const channelItem = (channel) => {
  const isHere = channel === here.channel;
  const notes = { private: channel.is_private, shared: channel.is_ext_shared, archived: channel.is_archived };
  const note = Object.keys(notes)
    .filter((name) => notes[name])
    .join(', ');
  return sideItem(
    address(here.me.name, channel.name),
    isHere,
    titleOf(channel),
    note,
    !isHere && isUnread(channel),
  );
};

const titleOf = (channel) => {
  if (channel === null) return `${nameOf(state.app.bot_user)} home`;
  return channel.is_im ? `${nameOf(state.app.bot_user)} messages` : `# ${channel.name}`;
};

const drawSide = () => {
  const { me, channel } = here;
  const visible = state.channels.filter((one) => canSee(me, one));
  const home = sideItem(address(me.name, HOME), channel === null, titleOf(null), '');
  fill($('channels'), visible.filter((one) => !one.is_im).map(channelItem));
  fill($('apps'), isOutside(me) ? [] : [home, ...visible.filter((one) => one.is_im).map(channelItem)]);
  const personItem = (user) =>
    sideItem(address(user.name, channel?.name ?? HOME), user === me, user.real_name, rightsOf(user));
  fill($('people'), people().map(personItem));
  const bot = state.connections > 0 ? 'The bot is connected.' : 'No bot is connected.';
  $('about').textContent = `A simulated Slack on this machine; nothing leaves it. ${bot}`;
};

/** Why nothing can be written here, if so. */
const closedBecause = (channel) => {
  if (channel?.is_archived) return `#${channel.name} is archived.`;
  // manifest.yml: messages_tab_read_only_enabled.
  return channel?.is_im ? 'Sending messages to this app has been turned off.' : '';
};

const drawComposer = (form, placeholder) => {
  const why = closedBecause(here.channel);
  form.hidden = here.channel === null;
  for (const control of form.querySelectorAll('input, button')) control.hidden = why !== '';
  form.querySelector('p').textContent = why;
  form.querySelector('input').placeholder = placeholder;
};

// ── Modals ─────────────────────────────────────────────────────────────────────

/** What the dialog shows: a view's id, a mark of what is drawn, the block ids of required inputs that were left empty. */
const NO_MODAL = { id: undefined, mark: undefined, missing: [] };
let modal = NO_MODAL;
/** The view that the person has just closed, which the state may still have. */
let closedView;

const drawModal = () => {
  const dialog = $('modal');
  const view = state.views.find((one) => one.user === here.me.id && one.type === 'modal' && one.top);
  if (view?.id === modal.id && view === undefined) return;
  if (view === undefined) {
    modal = NO_MODAL;
    return dialog.close();
  }
  const missing = view.id === modal.id ? modal.missing : [];
  const mark = JSON.stringify([view.hash, view.errors, missing]);
  if (view.id === closedView || (view.id === modal.id && mark === modal.mark)) return;
  modal = { id: view.id, mark, missing };
  const left = Object.fromEntries(missing.map((block) => [block, 'Please fill this in.']));
  const body = dialog.querySelector('.body');
  const submit = view.submit && h('button.primary', { type: 'submit' }, view.submit);
  const close = h('button', { type: 'button', onclick: closeModal }, view.close ?? 'Close');
  $('modal-title').textContent = view.title;
  body.replaceChildren(blocksNode(inView(view, { ...view.errors, ...left }), view.blocks));
  dialog.querySelector('footer').replaceChildren(...[close, submit].filter(Boolean));
  if (!dialog.open) dialog.showModal();
  const field = body.querySelector('[aria-invalid]') ?? body.querySelector('input, select, textarea, button');
  (field ?? close).focus();
};

const submitModal = async (event) => {
  event.preventDefault();
  const view = state.views.find((one) => one.id === modal.id);
  if (!view?.submit) return;
  const values = {};
  for (const block of view.blocks.filter(({ type }) => type === 'input')) {
    const value = drafts.get(draftKey({ place: view, block, element: block.element }));
    if (value !== undefined) values[block.block_id] = { [block.element.action_id]: value };
  }
  const work = post('submit', { view_id: view.id, values });
  const answer = await busy($('modal').querySelector('[type=submit]'), work);
  modal.missing = answer.error === 'missing_required' ? answer.fields : [];
  drawModal();
};

/** What is being filled in is no longer missing. */
const clearError = ({ target }) => {
  const field = target.closest('.field');
  field?.querySelector('.error')?.remove();
  field?.querySelector('[aria-invalid]')?.removeAttribute('aria-invalid');
};

/** Remembers at once what is being closed: the dialog's own event comes later, and news of the view in between must not open it again. */
const closing = () => {
  closedView = modal.id;
};
const closeModal = () => {
  closing();
  $('modal').close();
};

/** Escape, ✕ and the close button all close the dialog. Was it not the app who closed the view, then it may want to know. */
const modalClosed = () => {
  if (modal === NO_MODAL) return;
  closedView = modal.id;
  modal = NO_MODAL;
  void post('close', { view_id: closedView });
};

// ── Doing things ───────────────────────────────────────────────────────────────

const WHY = {
  operation_timeout: 'the app did not answer within 3 seconds',
  dispatch_failed: 'the app is not connected',
};
let toldUntil = 0;

/** Says what Slack would tell this person of an app that did not answer, or answered what cannot be shown. */
const tellErrors = () => {
  for (const { at, user, about, error, messages = [] } of state.errors) {
    if (at <= toldUntil || user !== here.me.id) continue;
    toldUntil = at;
    const why = WHY[error] ?? 'Slack cannot show what the app answered';
    say(`“${about}” failed: ${why} (${[error, ...messages].join('; ')}).`);
  }
};

/** What a client makes of typed text: escaped, with @names as mentions. */
const asSent = (text) =>
  encode(text).replace(/(?<![\w@])@([\w.-]*\w)/g, (all, name) => {
    const user = state.users.find((one) => one.name === name);
    const group = state.groups.find((one) => one.handle === name);
    if (user) return `<@${user.id}>`;
    return group ? `<!subteam^${group.id}>` : all;
  });

const send = (text, thread) => {
  const { command } = state.app;
  const channel = here.channel.id;
  const [, name, rest] = /^(\/\S*)\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined)
    return post('message', { channel, text: asSent(text), thread_ts: thread ?? undefined });
  if (name !== command) return say(`${name} is not a command of this workspace. Try ${command} help.`);
  return thread
    ? say(`${name} is not supported in threads. Sorry!`)
    : post('command', { channel, text: rest });
};

/** A box for messages and commands; the arrow keys bring back what was sent from it. */
const composer = (form, threadOf) => {
  const box = form.querySelector('input');
  const sent = [];
  let at = 0;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = box.value.trim();
    // Before the first state has arrived there is nowhere to send it: it stays in the box.
    if (text === '' || !state) return;
    if (sent.at(-1) !== text) sent.push(text);
    at = sent.length;
    box.value = '';
    void busy(form.querySelector('button'), send(text, threadOf()));
  });
  box.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined || at + step < 0 || at + step > sent.length) return;
    event.preventDefault();
    at += step;
    box.value = sent[at] ?? '';
  });
};

// ── Going places, and keeping up ───────────────────────────────────────────────

/** Reads the address. Who or what is not there becomes the first that is. */
const locate = () => {
  const [person, place, thread] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const me = people().find((user) => user.name === person) ?? people()[0];
  if (place === HOME && !isOutside(me)) return { me, channel: null, thread: null };
  const visible = state.channels.filter((channel) => canSee(me, channel));
  const channel = visible.find((one) => one.name === place) ?? visible[0] ?? null;
  return { me, channel, thread: channel?.name === place ? thread : undefined };
};

const render = () => {
  stand(locate());
  const { me, channel } = here;
  document.title = `${titleOf(channel)} – ${me.real_name} – Illumio ChatOps demo`;
  $('title').textContent = titleOf(channel);
  $('whoami').textContent = `${me.real_name}, ${rightsOf(me)}`;
  $('messages').hidden = channel === null;
  $('home').hidden = channel !== null;
  drawSide();
  if (channel === null) drawHome();
  else drawChannel();
  drawThread();
  drawComposer($('composer'), channel ? `Message #${channel.name}, or ${state.app.command} help` : '');
  drawComposer($('thread-composer'), 'Reply…');
  drawModal();
  tellErrors();
};

const showMenu = (isOpen) => {
  document.body.classList.toggle('menu-open', isOpen);
  $('menu').setAttribute('aria-expanded', String(isOpen));
  if (isOpen) $('side').querySelector('a').focus();
};

/** Goes where the address says; the app hears when its Home is opened. */
const go = () => {
  const before = here;
  showMenu(false);
  say('');
  render();
  const wasHome = before.channel === null && before.me === here.me;
  if (here.channel === null && !wasHome) void post('home', {});
  if (here.thread && here.thread !== before.thread) $('thread-scroll').focus();
};

/** Draws every change; when the demo is gone, says so and waits for it to come back. */
const follow = async () => {
  let isGone = false;
  for (;;) {
    const fresh = await get('state');
    if (fresh === undefined) {
      isGone = true;
      say('The demo has stopped. This page goes on when it runs again.');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      continue;
    }
    learn(fresh);
    toldUntil ||= state.now;
    if (isGone || here.me === undefined) go();
    else render();
    isGone = false;
    await get(`changes?since=${state.change}`);
  }
};

const closeThread = () => {
  location.hash = address(here.me.name, here.channel.name);
};

const onEscape = () => {
  const menu = document.querySelector('details.more[open]');
  if (menu !== null) closeMenu(menu);
  else if (document.body.classList.contains('menu-open')) {
    showMenu(false);
    $('menu').focus();
  } else if (here.thread) closeThread();
};

document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details.more[open]'))
    if (!menu.contains(target)) menu.open = false;
});
document.addEventListener('keydown', ({ key }) => key === 'Escape' && !$('modal').open && onEscape());
$('menu').addEventListener('click', () => showMenu(!document.body.classList.contains('menu-open')));
$('thread-close').addEventListener('click', closeThread);
$('modal').addEventListener('close', modalClosed);
$('modal-form').addEventListener('submit', submitModal);
$('modal-form').addEventListener('input', clearError);
$('modal-close').addEventListener('click', closeModal);
$('modal').addEventListener('cancel', closing);
window.addEventListener('hashchange', () => state && go());
composer($('composer'), () => undefined);
composer($('thread-composer'), () => here.thread);
void follow();
