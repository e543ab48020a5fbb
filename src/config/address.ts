import { textLeaf } from './leaf.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An https address; plain http for this machine alone, because keys travel in it (design §6). The end has no `/`. */
export const address = textLeaf({
  expects: 'an https address',
  hint: 'write https://host:port, for example https://pce.example.com:8443',
  json: { format: 'uri', pattern: '^https?://' },
  read: (text, wrong) => {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
      return wrong('must not hold a user or a password', 'keys have their own settings');
    if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
      return wrong('must use https', 'plain http is read for this machine alone (127.0.0.1)');
    if (!['http:', 'https:'].includes(url.protocol)) return undefined;
    if (url.search !== '' || url.hash !== '')
      return wrong('must end after the path', 'remove what begins with ? or #');
    return url.href.replace(/\/+$/, '');
  },
});
