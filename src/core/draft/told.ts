import type { Finding } from '../rule.ts';
import type { Severity } from '../severity.ts';
import type { Subject } from '../subject.ts';
import { listed, type Text } from '../text.ts';
import { inVersion } from './change.ts';
import type { Session } from './sessions.ts';

/** Where nobody can read the draft: what its events say of it, and that this is all there is. */
export const byEvent = (session: Session): Finding[] => {
  const { alone, words, told } = session;
  if (alone === 'harmless' || told === words.join('\n')) return [];
  const weakens = alone === 'weakened';
  const wider = words.length === 0 ? '' : `The event says: ${listed(words, 5)}. `;
  const unreadable = words.some((one) => one.includes('scope'))
    ? 'How many workloads that concerns could not be read.'
    : 'Scope not readable: how many workloads it concerns is not known.';
  return [
    draftFinding(session, weakens ? 'error' : 'warning', weakens, [
      wider,
      weakens ? 'Something that denies is removed, switched off or less. ' : '',
      unreadable,
    ]),
  ];
};

/** One alert per object and author. The draft is what people open in the console. */
export const subjectOf = ({ href, name, author }: Session): Subject => ({
  kind: 'policy',
  href: href === null ? null : inVersion(href, 'draft'),
  name,
  aspect: author,
});

/** Automation is told in the digest, unless a guard is weakened (definitions §3). */
export const draftFinding = (session: Session, severity: Severity, weakens: boolean, what: Text): Finding => {
  const { name, author, lastAt, routine, version } = session;
  const subject = subjectOf(session);
  const where = version === null ? 'Policy draft' : 'Policy';
  return {
    subject: version === null ? subject : { ...subject, aspect: `${author} ${version}` },
    severity,
    at: lastAt,
    title: `${where} ${weakens ? 'weakens a guard' : 'became broader'}: ${name}`,
    story: [
      `${author} edited the draft of the ${name}, last at `,
      { time: lastAt },
      version === null ? '. ' : `, and it went live as policy version ${version} at once. `,
      ...what,
      version === null ? ' It is not provisioned yet.' : '',
    ],
    workloads: [],
    suggests: [],
    event: session.event,
    ...(version === null ? {} : { life: 'once' as const }),
    ...(routine && !weakens ? { digest: true as const } : {}),
  };
};
