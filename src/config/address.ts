import { textLeaf, type Wrong } from './leaf.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const SHAPE = { format: 'uri', pattern: '^https?://' } as const;

/** https, or http to this machine; undefined for anything else, said where there is more to say. */
const secureUrl = (text: string, wrong: Wrong): URL | undefined => {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return wrong('must not hold a user or a password', 'keys have their own settings');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    return wrong('must use https', 'plain http is read for this machine alone (127.0.0.1)');
  return ['http:', 'https:'].includes(url.protocol) ? url : undefined;
};

/** An https address; plain http for this machine alone, because keys travel in it (design §6). The end has no `/`. */
export const address = textLeaf({
  expects: 'an https address',
  hint: 'write https://host:port, for example https://pce.example.com:8443',
  json: SHAPE,
  read: (text, wrong) => {
    const url = secureUrl(text, wrong);
    if (url === undefined) return undefined;
    if (url.search !== '' || url.hash !== '')
      return wrong('must end after the path', 'remove what begins with ? or #');
    return url.href.replace(/\/+$/, '');
  },
});

/** A whole address that is called as it stands, what begins with ? included. */
export const callable = textLeaf({
  expects: 'an https address',
  hint: 'write it as the service gives it, for example https://hc.example.com/ping/4f1c…',
  json: SHAPE,
  read: (text, wrong) => secureUrl(text, wrong)?.href,
});
