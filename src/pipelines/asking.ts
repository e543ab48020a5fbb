import type { Question } from '../core/authorise.ts';
import type { Asker, Command, CommandDeps, Reply } from '../core/command.ts';
import type { Deed } from '../core/deed.ts';
import { nearest } from '../core/nearest.ts';
import {
  type Audit,
  ChatError,
  type Inbound,
  type Log,
  type Message,
  type Profile,
  type Renderer,
} from '../core/ports.ts';
import { openFormHere, openHere } from '../views/open-here.ts';
import { context, type Markup, md, message, section } from '../views/parts.ts';
import { problemView } from '../views/problem.ts';
import { progressView } from '../views/progress.ts';
import { attach } from './attachments.ts';
import type { MayI } from './explain.ts';
import type { Gate } from './gate.ts';
import { QuestionEnded, type Questions } from './questions.ts';
import { refusalText } from './refusal.ts';
import { sentenceOf } from './sentence.ts';
import type { Doer } from './tending.ts';

type Asked = Extract<Inbound, { kind: 'command' }>;
type Answer = Extract<Reply, { kind: 'answer' }>;

/** Says something to the asker alone. */
export type Say = (words: Markup, plain: string) => Promise<void>;

export interface AskingDeps {
  readonly deps: CommandDeps;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly log: Log;
  readonly renderer: Renderer;
  readonly questions: Pick<Questions, 'open'>;
  /** Does what a command asks for about alerts and silences, as the buttons do. */
  act(deed: Deed, doer: Doer): Promise<void>;
  /** Says a line for all to see; once per key. */
  announce(key: string, line: Message): void;
  /** Says whether the asker could do something to a host now, and why. */
  explain(question: MayI): Promise<Message>;
  /** Asks in a form what a command is about. */
  openForm(inbound: Asked, reply: Extract<Reply, { kind: 'form' }>): Promise<void>;
  /** Takes over a command that wants to change a host: checks, opens the form. */
  openResponse(inbound: Asked, reply: Extract<Reply, { kind: 'respond' }>, say: Say): Promise<void>;
}

/** Commands a person may give in ten minutes (definitions §8). */
const MOST = 30;
const WINDOW_MS = 10 * 60_000;
/**
 * After which a person is told that something is under way, and how far it is. A response_url takes five answers (facts/slack §3):
 * three of these, the answer, and a sentence about files.
 */
const SLOW_MS = [2_000, 15_000, 60_000] as const;

/** The way of a question: parse → authorise → run → answer. Whatever happens, the asker reads one plain answer. */
export const createAsking = (asking: AskingDeps): ((inbound: Asked) => Promise<void>) => {
  const { deps, log } = asking;
  const rate = createRate();
  return async (inbound) => {
    const words = inbound.text
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    const tell = (answer: Message): Promise<void> => sendTo(inbound, answer, deps);
    try {
      if (!rate(inbound.person, deps.clock.mono()))
        return await tell(
          problemView(
            `You have given ${MOST} commands within 10 minutes; please wait a little. Nothing was done.`,
          ),
        );
      await handle(inbound, words, tell, asking);
    } catch (err) {
      if (err instanceof QuestionEnded) return await tell(problemView(err.message));
      log.error({ err, command: words[0], user: inbound.person.user }, 'a command failed');
      const pces = deps.desks.map(({ pce }) => pce.name);
      const named = words[words.indexOf('--pce') + 1];
      const text = sentenceOf(err, named !== undefined && pces.includes(named) ? [named] : pces);
      await tell(problemView(text)).catch((cause: unknown) =>
        log.error({ err: cause, user: inbound.person.user }, 'the answer to a command could not be given'),
      );
    }
  };
};

const handle = async (
  inbound: Asked,
  words: readonly string[],
  tell: (answer: Message) => Promise<void>,
  asking: AskingDeps,
): Promise<void> => {
  const { deps, gate } = asking;
  const [id = 'help', ...rest] = words;
  const command = deps.catalog.commands.find((one) => one.id === id.toLowerCase());
  if (command === undefined) return tell(unknown(id, rest, deps.catalog.commands));

  const targets: Question['targets'] = command.scope === 'own' ? 'later' : [];
  const { verdict, profile } = await gate.check(inbound.person, command.id, {
    targets,
    channel: inbound.channel,
  });
  await note(inbound, profile, command.id, verdict, asking);
  if (!verdict.allowed) {
    const { words: why, plain } = refusalText(`use ${command.id}`, verdict);
    return tell(message(plain, [section(why)]));
  }

  const asker: Asker = {
    profile,
    channel: inbound.channel,
    may: async (action, hosts) =>
      (await gate.check(inbound.person, action, { targets: hosts, channel: inbound.channel })).verdict
        .allowed,
  };
  const reply = await asked(inbound, (desks) => command.run(rest, asker, { ...deps, desks }), tell, asking);
  switch (reply.kind) {
    case 'problem':
      return tell(problemView(reply.text, reply.copy));
    case 'respond':
      // A form opens only from something that was pressed or typed after /illumio.
      if (inbound.triggerId === '') return tell(openHere(reply));
      return asking.openResponse(inbound, reply, (said, plain) => tell(message(plain, [section(said)])));
    case 'form':
      return inbound.triggerId === '' ? tell(openFormHere(reply)) : asking.openForm(inbound, reply);
    case 'explain':
      return tell(await asking.explain({ ...reply, person: inbound.person, channel: inbound.channel }));
    case 'deed':
      return asking.act(reply.deed, { person: inbound.person, channel: inbound.channel, show: tell });
    case 'answer':
      if (reply.announce !== undefined) asking.announce(`command.${inbound.id}`, reply.announce);
      if (reply.share === true) return share(inbound, reply, tell, profile, asking);
      await tell(reply.message);
      return reply.direct === true ? sendFiles(inbound, reply, tell, asking) : undefined;
    default:
      return reply satisfies never;
  }
};

const unknown = (id: string, rest: readonly string[], commands: readonly Command[]): Message => {
  const [near] = nearest(
    id,
    commands.map((one) => one.id),
  );
  return problemView(
    `There is no command "${id}".${near === undefined ? '' : ` Did you mean ${near}?`}`,
    near === undefined ? '/illumio help' : ['/illumio', near, ...rest].join(' '),
  );
};

/** Look-ups are audited without their answers (definitions §7). */
const note = async (
  inbound: Asked,
  profile: Profile,
  command: string,
  verdict: Awaited<ReturnType<Gate['check']>>['verdict'],
  { audit }: AskingDeps,
): Promise<void> =>
  audit.append({
    actor: inbound.person,
    actorName: profile.name,
    action: `command ${command}`,
    verdict: verdict.allowed ? 'allowed' : 'refused',
    ...(verdict.allowed ? { role: `${verdict.role}, ${verdict.how}` } : { why: verdict.why }),
    channel: inbound.channel,
    reason: inbound.text.slice(0, 300),
  });

/** Runs a command; when it takes long, the asker is told what it waits for, how far it is, and how to stop it. */
const asked = async (
  inbound: Asked,
  run: (desks: CommandDeps['desks']) => Promise<Reply>,
  tell: (answer: Message) => Promise<void>,
  { deps: { clock, desks }, questions, log }: AskingDeps,
): Promise<Reply> => {
  const question = questions.open(inbound.id, inbound.person);
  const done = new AbortController();
  const notices = async (): Promise<void> => {
    for (const ms of SLOW_MS) {
      await clock.sleep(ms, done.signal);
      if (done.signal.aborted) return;
      await tell(
        progressView(
          desks.map(({ pce }) => pce.name),
          question.asked(),
          inbound.id,
        ),
      );
    }
  };
  const running = run(question.desks).finally(() => {
    question.close();
    done.abort();
  });
  // A notice comes before the answer, and one that Slack refused must not cost the answer.
  const [outcome, noticed] = await Promise.allSettled([running, notices()]);
  if (noticed.status === 'rejected')
    log.debug({ err: noticed.reason }, 'how far a question is was not shown');
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
};

/** Posts an answer for everybody, only where the configuration and the asker's role allow it; else he alone reads it, and why. */
const share = async (
  inbound: Asked,
  reply: Answer,
  tell: (answer: Message) => Promise<void>,
  profile: Profile,
  asking: AskingDeps,
): Promise<void> => {
  const { chat, settings } = asking.deps;
  const alone = (why: Markup): Promise<void> =>
    tell({ ...reply.message, blocks: [...reply.message.blocks.slice(0, 49), context(why)] });

  if (!settings.channels.share.includes(inbound.channel))
    return alone(
      md`Not shared: this channel is not one of share_channels in the configuration. Only you see this.`,
    );
  const { verdict } = await asking.gate.check(inbound.person, 'share', {
    targets: [],
    channel: inbound.channel,
  });
  await note(inbound, profile, 'share', verdict, asking);
  if (!verdict.allowed) return alone(md`Not shared: ${verdict.why}. Only you see this.`);
  if ((await chat.channel(inbound.channel)).external)
    return alone(md`Not shared: this channel is shared with another organisation. Only you see this.`);
  await chat.slot(inbound.channel, 'post');
  const { channel, thread } = inbound;
  const place = { channel, ...(thread === undefined ? {} : { thread }) };
  const ts = await chat.post({ ...place, key: `share.${inbound.id}` }, reply.message);
  await attach({ channel, thread: thread ?? ts }, reply, { chat, renderer: asking.renderer });
};

/** What belongs to a private answer goes to its asker alone (definitions §8). */
const sendFiles = async (
  inbound: Asked,
  reply: Answer,
  tell: (answer: Message) => Promise<void>,
  asking: AskingDeps,
): Promise<void> => {
  const { chat } = asking.deps;
  try {
    const channel = await chat.direct(inbound.person.user);
    const said = `What you asked for: ${inbound.text}`;
    await chat.slot(channel, 'post');
    const thread = await chat.post(
      { channel, key: `files.${inbound.id}` },
      message(said, [section(md`${said}`)]),
    );
    await attach({ channel, thread }, reply, { chat, renderer: asking.renderer });
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    asking.log.warn({ err, user: inbound.person.user }, 'files of an answer could not be sent');
    const why = `I can't send you the files by direct message (${err.slack}). In a channel of share_channels, --share puts them into the thread.`;
    await tell(message(why, [section(md`${why}`)]));
  }
};

/** By response_url where there is one. A command that stands for a button may have none, nor has one asked in a thread: it is answered there. */
const sendTo = (
  { responseUrl, channel, person, thread }: Asked,
  answer: Message,
  { chat }: CommandDeps,
): Promise<void> =>
  responseUrl === ''
    ? chat.ephemeral({ channel, user: person.user, ...(thread === undefined ? {} : { thread }) }, answer)
    : chat.respond(responseUrl, answer);

/** True while a person has not used up his commands. @returns a function of who asks and the monotonic time in ms */
const createRate = (): ((person: Asked['person'], now: number) => boolean) => {
  const times = new Map<string, number[]>();
  return ({ team, user }, now) => {
    for (const [who, all] of times) if ((all[all.length - 1] ?? 0) <= now - WINDOW_MS) times.delete(who);
    const who = `${team}/${user}`;
    const recent = (times.get(who) ?? []).filter((at) => at > now - WINDOW_MS);
    if (recent.length >= MOST) return false;
    times.set(who, [...recent, now]);
    return true;
  };
};
