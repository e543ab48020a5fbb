import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { NODE_OPTIONS } from '../bench/dist.ts';
import { catalog } from '../src/cli/catalog.ts';
import { verb as doctor } from '../src/cli/doctor.ts';
import { verb as start } from '../src/cli/start.ts';
import { verb as status } from '../src/cli/status.ts';
import { parseConfig } from '../src/config/parse.ts';
import { COUNTERS } from '../src/core/metrics.ts';
import { aLiveWorld } from './support/live.ts';

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

// Documents of other programs: read here as they are.
// biome-ignore lint/suspicious/noExplicitAny: a foreign document whose parts a test names one by one
type Document = any;

const kubernetes: readonly Document[] = parseAllDocuments(text('deploy/kubernetes.yaml')).map((one) =>
  one.toJS(),
);
const ofKind = (kind: string): Document => kubernetes.find((one) => one.kind === kind);
const pod: Document = ofKind('Deployment').spec.template.spec;
const [bot]: readonly Document[] = pod.containers;
const config: string = ofKind('ConfigMap').data['config.yml'];
const dockerfile = text('Dockerfile');

/** Flags of a command line that the verb does not have. */
const unknownFlags = (words: readonly string[], { usage }: { readonly usage: string }): string[] =>
  words.filter((word) => word.startsWith('--') && !usage.includes(word));

describe('the Kubernetes manifest', () => {
  it('has a configuration that `check` accepts, and a secret for each name in it', () => {
    const names = [...config.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(ofKind('Secret').stringData)).toEqual(names);
    const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
    const env = { ...Object.fromEntries(names.map((name) => [name, 'api_1'])), ...tokens };
    const nothing = (): never => {
      throw new Error('it names no file');
    };
    const read = parseConfig(config, { file: 'config.yml', env, readFile: nothing, catalog });
    expect(read.ok ? [] : read.errors).toEqual([]);
  });

  it('runs one bot at a time, without root, on a file system that only /data of which can be written', () => {
    const { replicas, strategy } = ofKind('Deployment').spec;
    expect([replicas, strategy.type]).toEqual([1, 'Recreate']);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(bot.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(bot.volumeMounts).toEqual([
      { name: 'data', mountPath: '/data' },
      { name: 'config', mountPath: '/config', readOnly: true },
    ]);
    const volumes = Object.fromEntries(pod.volumes.map(({ name, ...what }: Document) => [name, what]));
    expect(volumes['data'].persistentVolumeClaim.claimName).toBe(
      ofKind('PersistentVolumeClaim').metadata.name,
    );
    expect(volumes['config'].configMap.name).toBe(ofKind('ConfigMap').metadata.name);
  });

  it('starts and asks with flags there are, as the image does', () => {
    const image = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    expect(bot.args).toEqual(image);
    expect(unknownFlags(bot.args, start)).toEqual([]);
    for (const probe of [bot.startupProbe, bot.readinessProbe]) {
      const [node, main, verb, ...flags] = probe.exec.command as string[];
      expect([node, main, verb, ...flags]).toEqual(['node', 'dist/main.js', status.name, '--data', '/data']);
      expect(dockerfile).toContain(`CMD ["node", "dist/main.js", "status", "--data", "/data"]`);
    }
  });

  it.each([
    ['the image', JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]],
    ['systemd', /^ExecStart=(.*)$/m.exec(text('deploy/illumio-chatops.service'))?.[1]?.split(' ') ?? []],
    ['npm run bot', (JSON.parse(text('package.json')) as Document).scripts.bot.split(' ')],
  ])('%s starts it with the options of Node that the benches measure it with', (_, command: string[]) => {
    expect(
      command.slice(
        1,
        command.findIndex((word) => word.endsWith('dist/main.js')),
      ),
    ).toEqual(NODE_OPTIONS);
  });

  it('restarts by the probe that a restart mends, on the port of its configuration', () => {
    const [, , script] = bot.livenessProbe.exec.command as string[];
    const { port } = parseYaml(config).http;
    expect(script).toContain(`http://127.0.0.1:${port}/healthz`);
    // As the container runs it: nobody listens here, so it must end, and not well.
    expect(() =>
      execFileSync(process.execPath, ['-e', script ?? ''], { timeout: 10_000, stdio: 'ignore' }),
    ).toThrow();
  });
});

it('the Compose file keeps the state, gives no rights, and leaves flags and health to the image', () => {
  const { services, volumes } = parseYaml(text('deploy/compose.yaml')) as Document;
  expect(services.bot).toMatchObject({
    read_only: true,
    user: 'node',
    cap_drop: ['ALL'],
    restart: 'unless-stopped',
  });
  expect(services.bot.volumes).toEqual(['data:/data', './config:/config:ro']);
  expect(Object.keys(volumes)).toEqual(['data']);
  expect([services.bot.command, services.bot.healthcheck, services.bot.ports]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});

describe('alert rules for the bot itself', () => {
  const rules: readonly Document[] = (
    parseYaml(text('deploy/prometheus-rules.yaml')) as Document
  ).groups.flatMap(({ rules }: Document) => rules);

  it('ask for metrics there are', () => {
    const source = text('src/core/metrics.ts');
    for (const { alert, expr } of rules)
      for (const [, name = ''] of (expr as string).matchAll(/illumio_chatops_(\w+)/g)) {
        const counter = name.replace(/_total$/, '');
        expect(counter in COUNTERS || source.includes(`'${name}'`), `${alert} asks for ${name}`).toBe(true);
      }
  });

  it('have a severity, a sentence, and a row that says what to do', () => {
    for (const { labels, annotations } of rules) {
      expect(labels.severity).toMatch(/^(critical|error|warning)$/);
      expect(annotations.summary).toMatch(/^(\S+ ){3,}/);
    }
    const rows = [...text('docs/operations.md').matchAll(/^\| `(Chatops\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(rules.map(({ alert }) => alert));
  });
});

describe('troubleshooting', () => {
  const told = [...text('docs/operations.md').matchAll(/^\| `([\w.-]+)` \| .* \| .* \|$/gm)]
    .map(([, id = '']) => id)
    .filter((id) => !id.startsWith('Chatops'));

  /** Only where something is amiss, or in another mode; named in the code. */
  const RARE = ['config', 'slack.signing-secret', 'slack.channels', 'data.lock'];

  it('names every id of doctor, and none besides', async () => {
    const { stdout } = await (await aLiveWorld()).run(doctor, '--json', '--post');
    const { checks } = JSON.parse(stdout[0] ?? '') as { readonly checks: readonly { readonly id: string }[] };
    const ids = checks.map(({ id }) =>
      id
        .replace(/^pce\.east\./, 'pce.NAME.')
        .replace(/(?:read|write|traffic)-rights$/, 'KEY-rights')
        .replace(/^output\..*/, 'output.NAME')
        .replace(/^(slack\.(?:channel|post|group|person))\..*/, '$1.ID'),
    );
    expect([...told].sort()).toEqual([...new Set([...ids, ...RARE])].sort());
    const sources = ['', '-slack', '-data'].map((part) => text(`src/cli/doctor${part}.ts`)).join('\n');
    for (const id of RARE) expect(sources, id).toContain(`'${id}'`);
  });
});

describe('what is in the image', () => {
  const run = (what: string): string =>
    execFileSync(process.execPath, ['tools/sbom.js', what], {
      cwd: new URL('../', import.meta.url),
      encoding: 'utf8',
    });

  it('is a CycloneDX document with every package that runs, once, and none for development', () => {
    const { bomFormat, specVersion, components } = JSON.parse(run('sbom')) as Document;
    expect([bomFormat, specVersion]).toEqual(['CycloneDX', '1.5']);
    const names = components.map(({ name }: Document) => name);
    const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Document;
    expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([]);
    expect(names).not.toContain('vitest');
    expect(Object.keys(devDependencies)).toContain('vitest');
    const refs = components.map((one: Document) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    for (const { purl, version, licenses, hashes } of components) {
      expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@/);
      expect([version, licenses.length]).toEqual([expect.stringMatching(/^\d/), 1]);
      expect(hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  it('is a list of licences, none of them unknown, that the image holds', () => {
    expect(run('licences')).toMatch(/^undici \S+: MIT$/m);
    expect(run('licences')).not.toMatch(/unknown|undefined/);
    expect(dockerfile).toContain('sbom.cdx.json');
    expect(dockerfile).toContain('LICENCES.txt');
    expect(text('.dockerignore')).toContain('!tools/sbom.js');
  });
});
