import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNamed } from '../config/files.ts';
import { type ChainVerdict, verifyChain } from '../core/audit.ts';
import { dict } from '../core/foreign.ts';
import { atCwd, sha256 } from './load-config.ts';
import { defineVerb, EXIT, UsageError } from './verb.ts';

export const verb = defineVerb({
  name: 'audit',
  usage: 'audit verify [--data DIR] [--anchor HASH] [--json]',
  help: `Verifies DIR/audit.jsonl (./data): every record must match its own hash and follow from the one before it.

  --anchor  a hash that was posted to the announce channel: the record it names must still be there, so that
            a record rewritten with all its followers, or a tail cut off, is found too
  --json    {ok, records, firstBad?:{line, seq, why}}

Exits 0 when the chain holds, 1 when it doesn't or there is no file.`,
  options: {
    data: { type: 'string', default: 'data' },
    anchor: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  words: { most: 1 },
  async run({ flags, words }, edge) {
    if (words[0] !== 'verify') throw new UsageError('Say what to do: audit verify.');
    if (flags.anchor !== undefined && !/^[0-9a-f]{64}$/i.test(flags.anchor))
      throw new UsageError('--anchor takes a SHA-256: 64 characters of 0-9 and a-f.');
    const file = join(atCwd(edge, flags.data), 'audit.jsonl');
    const verdict = verified(file, flags.anchor?.toLowerCase());
    if (flags.json) edge.out(JSON.stringify(shown(verdict)));
    else if (verdict.ok)
      edge.out(`${verdict.records} records, the chain holds. Newest hash: ${verdict.head}`);
    else
      edge.out(
        `The chain is broken at line ${verdict.firstBad.line}: ${verdict.firstBad.why}. ${verdict.records} records before it hold.`,
      );
    return verdict.ok ? EXIT.done : EXIT.failed;
  },
});

const shown = (verdict: ChainVerdict) =>
  verdict.ok
    ? { ok: true, records: verdict.records }
    : { ok: false, records: verdict.records, firstBad: verdict.firstBad };

const verified = (file: string, anchor: string | undefined): ChainVerdict => {
  const read = readNamed((path) => readFileSync(path, 'utf8'), file);
  if (!read.ok)
    return { ok: false, records: 0, firstBad: { line: 1, seq: null, why: `${file}: ${read.why}` } };
  const lines = read.content.split('\n');
  // Every record ends with a newline; what follows the last one is a record cut short, unless it is nothing.
  if (lines[lines.length - 1] === '') lines.pop();
  const verdict = verifyChain(lines, sha256);
  if (!verdict.ok || anchor === undefined || lines.some((line) => dict(JSON.parse(line))['hash'] === anchor))
    return verdict;
  return {
    ok: false,
    records: verdict.records,
    firstBad: {
      line: lines.length,
      seq: verdict.records,
      why: 'no record has the hash of the anchor: records were cut off or written anew',
    },
  };
};
