import { headline, type Notice } from './notice.ts';

/** A mail in both forms; every foreign text is escaped in the second. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What a person reads who gets an alert by mail: what, to which host, since when, and where to go on. */
export const mailOf = (notice: Notice): Mail => {
  const facts = factsOf(notice);
  const names = notice.hosts.map(({ name, labels }) =>
    [name, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(' '),
  );
  return {
    subject: headline(notice).replace(/[\r\n]+/g, ' '),
    text: [
      headline(notice),
      '',
      notice.story,
      '',
      ...facts.map(([key, value]) => `${key}: ${value}`),
      ...(names.length === 0 ? [] : ['', `Hosts (${names.length}):`, ...names.map((name) => `- ${name}`)]),
      '',
    ].join('\n'),
    html: [
      `<h2 style="margin:0 0 12px">${html(headline(notice))}</h2>`,
      `<p>${html(notice.story)}</p>`,
      `<table>${facts.map(([key, value]) => `<tr><td>${html(key)}</td><td>${html(value)}</td></tr>`).join('')}</table>`,
      names.length === 0 ? '' : `<ul>${names.map((name) => `<li>${html(name)}</li>`).join('')}</ul>`,
    ].join('\n'),
  };
};

const factsOf = (notice: Notice): readonly (readonly [string, string])[] => [
  ['PCE', notice.pce],
  ['Rule', notice.rule],
  ['Since', notice.since],
  ...(notice.count > 1 ? [['Times', String(notice.count)] as const] : []),
  ...(notice.why === undefined ? [] : [['Why', notice.why] as const]),
  ...(notice.link === undefined ? [] : [['In Slack', notice.link] as const]),
];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const html = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
