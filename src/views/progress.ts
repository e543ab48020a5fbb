import type { Message } from '../core/ports.ts';
import { grouped, span } from '../core/text.ts';
import { actions, button, md, message, section } from './parts.ts';

/** The button that ends a question; its value is the question's id. */
export const STOP_QUESTION = 'stop-question';

/** How far a PCE is with a question. */
interface Asked {
  readonly pce: string;
  readonly stage: 'waiting' | 'queued' | 'working';
  readonly rows: number;
  readonly sinceMs: number;
}

/** What is waited for, to whom it takes long, with a button to stop it where there is something to stop. */
export const progressView = (pces: readonly string[], asked: readonly Asked[], question: string): Message => {
  const said = `Reading ${(asked.length === 0 ? pces : asked.map(({ pce }) => pce)).join(', ')} …`;
  if (asked.length === 0) return message(said, [section(md`${said}`)]);
  return message(said, [
    section(md`${said} ${asked.map(trail).join('; ')}`),
    actions(button({ action: STOP_QUESTION, value: question, text: 'Stop', label: 'Stop this question' })),
  ]);
};

/** `queued → working → 34,120 flows`, as far as it is. */
const trail = ({ stage, rows, sinceMs }: Asked): string => {
  if (stage === 'waiting') return `waiting for two other questions, ${span(sinceMs)}`;
  const steps = ['queued', ...(stage === 'working' || rows > 0 ? ['working'] : [])];
  return `${[...steps, ...(rows > 0 ? [`${grouped(rows)} flows`] : [])].join(' → ')}, ${span(sinceMs)}`;
};
