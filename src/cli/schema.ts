import { configSchema } from '../config/json-schema.ts';
import { catalog } from './catalog.ts';
import { defineVerb, EXIT } from './verb.ts';

export const verb = defineVerb({
  name: 'schema',
  usage: 'schema',
  help: `Prints the JSON Schema of the configuration. It is shipped as config.schema.json; editors that speak YAML check and
complete with it when the file begins with:  # yaml-language-server: $schema=config.schema.json`,
  options: {},
  async run(_, edge) {
    edge.out(JSON.stringify(configSchema(catalog), null, 2));
    return EXIT.done;
  },
});
