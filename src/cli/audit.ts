import { AUDIT, type ChainVerdict, verifyChain } from '../core/audit.ts';
import { dict, number } from '../core/foreign.ts';
import { auditLines } from './audit-lines.ts';
import { answerWhoCould } from './audit-who-could.ts';
import { atCwd, sha256 } from './load-config.ts';
import { defineVerb, EXIT, UsageError } from './verb.ts';

export const verb = defineVerb({
  name: 'audit',
  usage:
    'audit verify [--data DIR] [--anchor HASH] [--json] | audit who-could ACTION --at TIME [host | key=value…] [--data DIR] [--config F] [--json]',
  help: `verify: checks DIR/audit.jsonl (./data) and the full files before it, audit-….jsonl: every record must match its own hash and
follow from the one before it. Where files older than 400 days were removed, a later record has to say so.

  --anchor  a hash that was posted to the announce channel: the record it names must still be there, so that
            a record rewritten with all its followers, or a tail cut off, is found too
  --json    {ok, records, firstBad?:{line, seq, why}}

Exits 0 when the chain holds, 1 when it doesn't or there is no file.

who-could: who could do ACTION (quarantine, approve, …) then, and who held which role, out of what the record says of starts and
user groups. Of a host: with the labels the record has of it from before, or those that are named.

  --at      2026-07-01T10:00:00Z, or a day, which means its beginning
  --config  for records of a start that hold no roles: the configuration file of that time, which its hash proves
  --json    {ok, at, action, about, start, config, everyone, could:[{user, role, how}], held:[{role, user, how, from?}], unknownGroups}
            or {ok: false, at, action, why}

Exits 0 when the record tells all of it, 1 when it does not reach so far back or its chain is broken.`,
  options: {
    data: { type: 'string', default: 'data' },
    anchor: { type: 'string' },
    at: { type: 'string' },
    config: { type: 'string', default: 'config.yml' },
    json: { type: 'boolean', default: false },
  },
  words: { most: 12 },
  async run({ flags, words }, edge) {
    const [what, action = '', ...about] = words;
    if (what === 'who-could') return answerWhoCould({ ...flags, at: flags.at, action, about }, edge);
    if (what !== 'verify') throw new UsageError('Say what to do: audit verify or audit who-could.');
    if (words.length > 1) throw new UsageError(`"${action}" is one word too many.`);
    if (flags.anchor !== undefined && !/^[0-9a-f]{64}$/i.test(flags.anchor))
      throw new UsageError('--anchor takes a SHA-256: 64 characters of 0-9 and a-f.');
    const verdict = verified(atCwd(edge, flags.data), flags.anchor?.toLowerCase());
    if (flags.json) edge.out(JSON.stringify(shown(verdict)));
    else if (verdict.ok)
      edge.out(`${verdict.records} records, the chain holds. Newest hash: ${verdict.head}`);
    else
      edge.out(
        `The chain is broken at ${verdict.file === undefined ? '' : `${verdict.file} `}line ${verdict.firstBad.line}: ${verdict.firstBad.why}. ${verdict.records} records before it hold.`,
      );
    return verdict.ok ? EXIT.done : EXIT.failed;
  },
});

const shown = (verdict: Verified) =>
  verdict.ok
    ? { ok: true, records: verdict.records }
    : {
        ok: false,
        records: verdict.records,
        // A line of a full file is of no use without its name; the shape is fixed, so its name is part of why.
        firstBad: {
          ...verdict.firstBad,
          why:
            verdict.file === undefined || verdict.file === AUDIT
              ? verdict.firstBad.why
              : `${verdict.file}: ${verdict.firstBad.why}`,
        },
      };

/** With the file a bad line stands in, and its line there. */
type Verified = ChainVerdict & { readonly file?: string };

const verified = (folder: string, anchor: string | undefined): Verified => {
  const read = auditLines(folder);
  if (!read.ok) return { ok: false, records: 0, firstBad: { line: 1, seq: null, why: read.why } };
  const { lines, at } = read;
  const verdict = verifyChain(lines, sha256);
  if (!verdict.ok) {
    const { file, line } = at(verdict.firstBad.line);
    return { ...verdict, file, firstBad: { ...verdict.firstBad, line } };
  }
  if (anchor === undefined || lines.some((line) => dict(JSON.parse(line))['hash'] === anchor)) return verdict;
  return {
    ok: false,
    records: verdict.records,
    file: at(lines.length).file,
    firstBad: {
      line: at(lines.length).line,
      seq: number(dict(JSON.parse(lines.at(-1) ?? '{}'))['seq']) ?? null,
      why: 'no record has the hash of the anchor: records were cut off or written anew',
    },
  };
};
