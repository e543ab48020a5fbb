import { describe, expect, it } from 'vitest';
import { dispatch, type VerbTable } from '../../src/cli/dispatch.ts';
import { defineVerb, UsageError } from '../../src/cli/verb.ts';
import { anEdge } from '../support/edge.ts';

const greet = defineVerb({
  name: 'greet',
  usage: 'greet [--name N] [--loud]',
  help: 'Says hello.',
  options: { name: { type: 'string', default: 'you' }, loud: { type: 'boolean', default: false } },
  async run({ flags }, edge) {
    if (flags.name === '') throw new UsageError('--name must not be empty.');
    if (flags.name === 'bug') throw new TypeError('ours');
    edge.out(`hello ${flags.loud ? flags.name.toUpperCase() : flags.name}`);
    return 0;
  },
});
const table: VerbTable = { greet: { about: 'says hello', load: async () => ({ verb: greet }) } };

const run = async (...args: string[]) => {
  const edge = anEdge();
  const code = await dispatch(args, edge, { table, version: '1.2.3' });
  return { code, stdout: edge.stdout.join('\n'), stderr: edge.stderr.join('\n') };
};

describe('the command line', () => {
  it.each([
    ['a verb runs', ['greet'], 0, /^hello you$/, /^$/],
    ['its flags are read', ['greet', '--name=maya', '--loud'], 0, /^hello MAYA$/, /^$/],
    [
      '--help of a verb tells its usage',
      ['greet', '--help'],
      0,
      /^Usage: illumio-chatops greet \[--name N\]/,
      /^$/,
    ],
    ['help VERB too', ['help', 'greet'], 0, /Says hello\./, /^$/],
    ['--help lists the verbs', ['--help'], 0, /greet {2}says hello/, /^$/],
    ['--version is the version alone', ['--version'], 0, /^1\.2\.3$/, /^$/],
    ['nothing is a usage error', [], 2, /^$/, /^Usage: illumio-chatops VERB/],
    ['an unknown verb names the nearest', ['gret'], 2, /^$/, /no verb "gret"\. Did you mean greet\?/],
    ['a name every object has is no verb', ['constructor'], 2, /^$/, /no verb "constructor"/],
    [
      'an unknown flag names the nearest',
      ['greet', '--nam', 'x'],
      2,
      /^$/,
      /no flag --nam\. Did you mean --name\?\nUsage: /,
    ],
    [
      'an unknown flag with a value too',
      ['greet', '--lod=1'],
      2,
      /^$/,
      /no flag --lod\. Did you mean --loud\?/,
    ],
    ['a flag that lacks its value', ['greet', '--name'], 2, /^$/, /--name <value>/],
    ['a switch that is given a value', ['greet', '--loud=1'], 2, /^$/, /--loud/],
    ['a word too many', ['greet', 'maya'], 2, /^$/, /"maya" is one word too many/],
    ['what the verb itself refuses', ['greet', '--name', ''], 2, /^$/, /must not be empty\.\nUsage: /],
  ])('%s', async (_, args, code, stdout, stderr) => {
    const result = await run(...args);
    expect(result.code).toBe(code);
    expect(result.stdout).toMatch(stdout);
    expect(result.stderr).toMatch(stderr);
  });

  it('lets a fault of ours through: main says it and exits 1', async () => {
    await expect(run('greet', '--name', 'bug')).rejects.toThrow(TypeError);
  });
});
