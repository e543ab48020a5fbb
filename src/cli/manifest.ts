import { stringify } from 'yaml';
import { type Manifest, manifest } from '../adapters/slack/manifest.ts';
import { defineVerb, EXIT, UsageError, type Verb } from './verb.ts';

/** The manifest as YAML, as api.slack.com/apps takes it. */
export const manifestYaml = (app: Manifest): string => stringify(app, { lineWidth: 100 });

export const verb: Verb = defineVerb({
  name: 'manifest',
  usage: 'manifest [--http URL]',
  help: [
    'Prints the manifest of the Slack app as YAML: paste it at https://api.slack.com/apps under "From a manifest".',
    'Without --http the app uses Socket Mode and needs no address that Slack can reach.',
    '',
    '  --http URL   the public https address at which Slack reaches the bot; /slack/events is added',
    '',
    'Exits 0, or 2 when URL is not https.',
  ].join('\n'),
  options: { http: { type: 'string' } },
  async run({ flags: { http } }, edge) {
    if (http !== undefined && !(URL.canParse(http) && new URL(http).protocol === 'https:')) {
      throw new UsageError(`--http takes an https address, such as https://bot.example.com, not "${http}".`);
    }
    edge.out(manifestYaml(manifest(http === undefined ? {} : { http })).trimEnd());
    return EXIT.done;
  },
});
