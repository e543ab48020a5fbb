import type { JsonObject } from '../json.ts';
import type { PolicySource } from './seed.ts';
import { seedPolicy } from './seed.ts';

/** The collections under `/sec_policy/:version/`. */
export const COLLECTIONS = [
  'rule_sets',
  'services',
  'ip_lists',
  'label_groups',
  'virtual_services',
  'virtual_servers',
  'enforcement_boundaries',
  'secure_connect_gateways',
] as const;
export type Collection = (typeof COLLECTIONS)[number];

/** A number is one that was provisioned. */
export type PolicyVersion = 'draft' | 'active' | number;

/** One provisioned version. */
export interface Provisioned {
  readonly version: number;
  readonly commitMessage: string;
  readonly at: number;
  readonly by: string;
  readonly workloadsAffected: number;
}

/** What VENs enforce: the provisioned objects with their draft hrefs, and the key of a label or label group. */
export type ActivePolicy = Objects & { keyOf(href: string): string };

/** Draft and active policy. Objects are replaced, never changed. */
export interface PolicyStore {
  /** The objects of a collection; hrefs inside say `version`. */
  list(version: PolicyVersion, collection: Collection): readonly JsonObject[];
  /** The object with this id, the last part of its href. */
  find(version: PolicyVersion, collection: Collection, id: string): JsonObject | undefined;
  /** Puts a draft object in the place of the one with its href, or adds it. */
  put(collection: Collection, object: JsonObject): void;
  /** What is provisioned: the same object until the next provisioning. */
  active(): ActivePolicy;
  /** The draft objects with an `update_type`, by collection. */
  pending(): Readonly<Record<string, readonly JsonObject[]>>;
  /** Makes the draft active. */
  provision(record: Omit<Provisioned, 'version'>): Provisioned;
  /** Makes the draft what is active. */
  revert(): void;
  /** Puts whole collections in the place of the ones there are, provisioned without a version: for /_sim. */
  replace(objects: Partial<Objects>): void;
  /** Newest first. */
  versions(): readonly Provisioned[];
  /** Whether there is such a version. */
  has(version: PolicyVersion): boolean;
  /** The next id of a new object. */
  nextId(): number;
}

export type Objects = Record<Collection, readonly JsonObject[]>;

const FIRST_VERSION = 12;
const FIRST_ID = 1_000;

/** The seeded policy, provisioned once: draft and active are the same. */
export const createPolicyStore = (source: PolicySource): PolicyStore => {
  const seeded: Objects = { ...emptyObjects(), ...seedPolicy(source) };
  let draft = seeded;
  let active = seeded;
  let lastId = FIRST_ID;
  const versions: Provisioned[] = [
    {
      version: FIRST_VERSION,
      commitMessage: 'Initial policy',
      at: source.now,
      by: '/users/11',
      workloadsAffected: 0,
    },
  ];
  const compile = (objects: Objects): ActivePolicy => ({
    ...objects,
    keyOf: (href) => {
      const draftHref = href.replace('/sec_policy/active/', '/sec_policy/draft/');
      const group = objects.label_groups.find((one) => one['href'] === draftHref);
      return group === undefined ? (source.labels.byHref(href)?.key ?? href) : String(group['key']);
    },
  });
  let enforced = compile(active);
  const kept = new Map<number, Objects>([[FIRST_VERSION, active]]);
  const list: PolicyStore['list'] = (version, collection) => {
    if (version === 'draft') return draft[collection];
    return as(version, (version === 'active' ? active : kept.get(version))?.[collection] ?? []);
  };
  return {
    list,
    find: (version, collection, id) => list(version, collection).find((object) => idOf(object) === id),
    put: (collection, object) => {
      const known = draft[collection].some((one) => one['href'] === object['href']);
      const objects = known
        ? draft[collection].map((one) => (one['href'] === object['href'] ? object : one))
        : [...draft[collection], object];
      draft = { ...draft, [collection]: objects };
    },
    active: () => enforced,
    pending: () => {
      const changed = COLLECTIONS.map((name) => [
        name,
        draft[name].filter((object) => object['update_type'] !== null),
      ]);
      return Object.fromEntries(changed.filter(([, objects]) => (objects?.length ?? 0) > 0));
    },
    provision: (record) => {
      active = mapObjects(draft, (objects) =>
        objects.filter((object) => object['update_type'] !== 'delete').map(settled),
      );
      draft = active;
      enforced = compile(active);
      const provisioned = { ...record, version: (versions[0]?.version ?? 0) + 1 };
      versions.unshift(provisioned);
      kept.set(provisioned.version, active);
      return provisioned;
    },
    revert: () => {
      draft = active;
    },
    replace: (objects) => {
      active = { ...active, ...objects };
      draft = active;
      kept.set(versions[0]?.version ?? FIRST_VERSION, active);
      enforced = compile(active);
    },
    versions: () => versions,
    has: (version) => typeof version !== 'number' || kept.has(version),
    nextId: () => {
      lastId += 1;
      return lastId;
    },
  };
};

/** The last part of an object's href. */
export const idOf = (object: JsonObject): string => String(object['href']).split('/').at(-1) ?? '';

const emptyObjects = (): Objects => ({
  rule_sets: [],
  services: [],
  ip_lists: [],
  label_groups: [],
  virtual_services: [],
  virtual_servers: [],
  enforcement_boundaries: [],
  secure_connect_gateways: [],
});

const mapObjects = (
  objects: Objects,
  change: (of: readonly JsonObject[]) => readonly JsonObject[],
): Objects => Object.fromEntries(COLLECTIONS.map((name) => [name, change(objects[name])])) as Objects;

/** The hrefs of two versions differ only in that segment (facts §9). */
const as = (version: PolicyVersion, objects: readonly JsonObject[]): readonly JsonObject[] =>
  JSON.parse(
    JSON.stringify(objects).replaceAll('/sec_policy/draft/', `/sec_policy/${version}/`),
  ) as JsonObject[];

/** An object, and the rules in it, as they are once provisioned. */
const settled = (object: JsonObject): JsonObject => {
  const rules = (value: unknown): unknown =>
    (value as readonly JsonObject[]).filter((rule) => rule['update_type'] !== 'delete').map(settled);
  return {
    ...object,
    update_type: null,
    ...('rules' in object ? { rules: rules(object['rules']) } : {}),
    ...('deny_rules' in object ? { deny_rules: rules(object['deny_rules']) } : {}),
  };
};
