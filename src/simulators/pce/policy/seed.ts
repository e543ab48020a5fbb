import { isoMillis } from '../clock.ts';
import { ENVIRONMENTS } from '../fleet/catalog.ts';
import type { LabelBook } from '../fleet/label-book.ts';
import type { JsonObject } from '../json.ts';

/** What the policy is made from. */
export interface PolicySource {
  readonly labels: LabelBook;
  readonly org: (path: string) => string;
  readonly now: number;
}

/** The objects of a policy by collection, hrefs in their draft form. */
export interface SeededPolicy {
  readonly rule_sets: readonly JsonObject[];
  readonly services: readonly JsonObject[];
  readonly ip_lists: readonly JsonObject[];
  readonly label_groups: readonly JsonObject[];
}

const DRAFT = '/sec_policy/draft';
const RING_FENCED = ['shop', 'erp', 'hr', 'pay'] as const;
const ALL_WORKLOADS = { actors: 'ams' };

/**
 * A small policy: a ring-fence per application and environment, core services for everybody, and "Quarantine" with two
 * override-deny rules, everything → Quarantine=Severe and Quarantine=Severe → everything (facts §5).
 */
export const seedPolicy = (source: PolicySource): SeededPolicy => {
  const make = maker(source);
  const label = (key: string, value: string): JsonObject => ({
    label: { href: source.labels.ensure(key, value, source.now).href },
  });
  const services = seedServices(make);
  const all = hrefOf(services[0]);
  const ringFences = ENVIRONMENTS.flatMap((env) => RING_FENCED.map((app) => ({ env, app })));
  const ruleSets = [
    ...ringFences.map(({ env, app }, index) =>
      make('rule_sets', index + 1, {
        name: `${app} | ${env}`,
        scopes: [[label('app', app), label('env', env)]],
        rules: [
          rule(make, index + 1, 1, {
            providers: [ALL_WORKLOADS],
            consumers: [ALL_WORKLOADS],
            services: [all],
          }),
        ],
        deny_rules: [],
      }),
    ),
    make('rule_sets', 40, {
      name: 'Core services',
      scopes: [[]],
      rules: [
        rule(make, 40, 1, {
          providers: [label('role', 'dc')],
          consumers: [ALL_WORKLOADS],
          services: [hrefOf(services[1])],
        }),
        rule(make, 40, 2, {
          providers: [ALL_WORKLOADS],
          consumers: [label('role', 'jump')],
          services: [hrefOf(services[2])],
        }),
        rule(make, 40, 3, {
          providers: [label('role', 'web')],
          consumers: [{ ip_list: { href: source.org(`${DRAFT}/ip_lists/1`) } }],
          services: [hrefOf(services[3])],
        }),
      ],
      deny_rules: [],
    }),
    make('rule_sets', 50, {
      name: 'Quarantine',
      scopes: [[]],
      rules: [],
      deny_rules: [
        denyRule(
          make,
          50,
          1,
          { providers: [label('Quarantine', 'Severe')], consumers: [ALL_WORKLOADS, ...ANYWHERE(source)] },
          all,
        ),
        denyRule(
          make,
          50,
          2,
          { providers: [ALL_WORKLOADS, ...ANYWHERE(source)], consumers: [label('Quarantine', 'Severe')] },
          all,
        ),
      ],
    }),
  ];
  return {
    rule_sets: ruleSets,
    services,
    ip_lists: seedIpLists(make),
    label_groups: seedLabelGroups(make, source),
  };
};

type Make = (collection: string, id: number | string, own: JsonObject) => JsonObject;

interface Sides {
  readonly providers: readonly JsonObject[];
  readonly consumers: readonly JsonObject[];
}

const ANYWHERE = (source: PolicySource): readonly JsonObject[] => [
  { ip_list: { href: source.org(`${DRAFT}/ip_lists/1`) } },
];

const maker =
  ({ org, now }: PolicySource): Make =>
  (collection, id, own) => ({
    href: org(`${DRAFT}/${collection}/${id}`),
    ...stamps(now),
    description: '',
    enabled: true,
    ...own,
    ...(collection === 'rule_sets' ? { ip_tables_rules: [], caps: ['write', 'provision'] } : {}),
  });

/** Who made an object and when; `update_type` null = the draft is what is active (PY tests/data/rule_sets.json). */
export const stamps = (now: number): JsonObject => ({
  created_at: isoMillis(now),
  updated_at: isoMillis(now),
  deleted_at: null,
  created_by: { href: '/users/11' },
  updated_by: { href: '/users/11' },
  deleted_by: null,
  update_type: null,
});

/** The attributes a rule has when nobody gives them (facts §9). */
export const RULE_DEFAULTS: JsonObject = {
  enabled: true,
  description: '',
  providers: [],
  consumers: [],
  ingress_services: [],
  egress_services: [],
  resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
  sec_connect: false,
  stateless: false,
  machine_auth: false,
  unscoped_consumers: false,
  network_type: 'brn',
  consuming_security_principals: [],
  use_workload_subnets: [],
};

/** The attributes a deny rule has when nobody gives them; `override` makes it an override-deny rule (facts §9). */
export const DENY_RULE_DEFAULTS: JsonObject = {
  enabled: true,
  description: '',
  override: false,
  providers: [],
  consumers: [],
  ingress_services: [],
  egress_services: [],
  unscoped_consumers: false,
  network_type: 'brn',
};

const rule = (
  make: Make,
  set: number,
  id: number,
  sides: Sides & { readonly services: readonly JsonObject[] },
): JsonObject =>
  make(`rule_sets/${set}/sec_rules`, set * 10 + id, {
    ...RULE_DEFAULTS,
    providers: sides.providers,
    consumers: sides.consumers,
    ingress_services: sides.services,
  });

const denyRule = (make: Make, set: number, id: number, sides: Sides, service: JsonObject): JsonObject =>
  make(`rule_sets/${set}/deny_rules`, set * 10 + id, {
    ...DENY_RULE_DEFAULTS,
    ...sides,
    override: true,
    ingress_services: [service],
  });

const hrefOf = (object: JsonObject | undefined): JsonObject => ({ href: object?.['href'] });

const seedServices = (make: Make): readonly JsonObject[] => {
  const service = (id: number, name: string, ports: readonly JsonObject[]): JsonObject =>
    make('services', id, { name, description_url: null, process_name: null, service_ports: ports });
  return [
    service(1, 'All Services', [{ proto: -1 }]),
    service(2, 'Active Directory', [
      { port: 53, proto: 17 },
      { port: 53, proto: 6 },
      { port: 88, proto: 6 },
      { port: 389, proto: 6 },
      { port: 445, proto: 6 },
    ]),
    service(3, 'SSH', [{ port: 22, proto: 6 }]),
    service(4, 'HTTPS', [{ port: 443, proto: 6 }]),
  ];
};

const seedIpLists = (make: Make): readonly JsonObject[] => [
  make('ip_lists', 1, {
    name: 'Any (0.0.0.0/0 and ::/0)',
    ip_ranges: [
      { from_ip: '0.0.0.0/0', exclusion: false },
      { from_ip: '::/0', exclusion: false },
    ],
    fqdns: [],
  }),
  make('ip_lists', 2, {
    name: 'Partners',
    ip_ranges: [{ from_ip: '203.0.113.0/24', exclusion: false }],
    fqdns: [],
  }),
  make('ip_lists', 3, {
    name: 'Corporate LAN',
    ip_ranges: [{ from_ip: '10.0.0.0', to_ip: '10.255.255.255', exclusion: false }],
    fqdns: [],
  }),
];

const seedLabelGroups = (make: Make, { labels, now }: PolicySource): readonly JsonObject[] => [
  make('label_groups', '22016906-613a-4f87-9f6c-70e753868be0', {
    name: 'Non-production',
    key: 'env',
    labels: ['stage', 'dev'].map((value) => ({
      href: labels.ensure('env', value, now).href,
      key: 'env',
      value,
    })),
    sub_groups: [],
  }),
];
