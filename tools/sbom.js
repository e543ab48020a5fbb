// What is in the image, out of package-lock.json, with Node alone: `node tools/sbom.js sbom` prints CycloneDX 1.5 as JSON,
// `node tools/sbom.js licences` a list for people. Packages for development are left out, and so are those that are not installed.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

const root = new URL('../', import.meta.url);
const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));

/** Name, version, licence and checksum of each package, by name; one of another platform is not installed and left out. */
const packages = Object.entries(lock.packages)
  .filter(
    ([path, { dev }]) => path !== '' && dev !== true && existsSync(new URL(`${path}/package.json`, root)),
  )
  .map(([path, { version, license, integrity }]) => ({
    name: path.split('node_modules/').at(-1),
    version,
    license: license ?? 'unknown',
    integrity,
  }))
  .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version.localeCompare(b.version)))
  // One that is installed at two places is one package.
  .filter(({ name, version }, at, all) => name !== all[at - 1]?.name || version !== all[at - 1]?.version);

/** https://github.com/package-url/purl-spec: the @ of a scope is escaped. */
const purl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** `sha512-<base64>` as hexadecimal. */
const hash = (integrity) => {
  const [algorithm, digest] = integrity.split('-');
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') };
};

/** An SPDX id or expression; anything else is a name. */
const licence = (text) =>
  /^[A-Za-z0-9.+-]+$/.test(text) ? { license: { id: text } } : { license: { name: text } };

const sbom = () => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': `pkg:npm/${lock.name}@${lock.version}`,
      name: lock.name,
      version: lock.version,
      licenses: [licence(lock.packages[''].license)],
    },
  },
  components: packages.map((one) => ({
    type: 'library',
    'bom-ref': purl(one),
    name: one.name,
    version: one.version,
    purl: purl(one),
    licenses: [licence(one.license)],
    ...(one.integrity === undefined ? {} : { hashes: [hash(one.integrity)] }),
  })),
});

const licences = () =>
  packages.map(({ name, version, license }) => `${name} ${version}: ${license}`).join('\n');

const prints = { sbom: () => JSON.stringify(sbom(), null, 1), licences };
const [, , what] = process.argv;
if (what === undefined || !Object.hasOwn(prints, what)) {
  process.stderr.write('usage: node tools/sbom.js sbom|licences\n');
  process.exit(2);
}
process.stdout.write(`${prints[what]()}\n`);
