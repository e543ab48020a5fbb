import { dict, list, text } from '../core/foreign.ts';
import { type Flaw, meant, type Path, quoted } from './problem.ts';

/** The names the rest of the program knows. */
export interface Names {
  readonly rules: readonly string[];
  /** Those of them that custom rules may not be called. */
  readonly builtIn: readonly string[];
  readonly actions: readonly string[];
}

/**
 * What must hold between settings. Looks at the file as written, so that it is told together with every wrong value; shapes
 * that are wrong are skipped here, the schema tells them.
 */
export const checkReferences = (tree: unknown, names: Names): Flaw[] => {
  const root = dict(tree);
  return [
    ...checkPces(list(root['pces'])),
    ...checkRoutes(list(root['routes']), list(root['pces']), names.rules),
    ...checkCustom(list(root['custom']), names.builtIn),
    ...checkOutputs(list(root['outputs']), list(root['routes'])),
    ...checkSlack(root['slack']),
    ...checkPorts(root),
    ...checkListening(['intake'], dict(root['intake'])),
    ...list(root['pces']).flatMap((pce, i) => checkSyslog(['pces', i, 'syslog'], dict(dict(pce)['syslog']))),
    ...checkRoles(dict(root['roles']), root['announce_channel'], names.actions),
    ...checkQuarantine(root['quarantine']),
    ...checkHiding(root, names.rules),
    ...list(root['boards']).flatMap((one, i) =>
      unknownName(
        ['boards', i, 'pce'],
        dict(one)['pce'],
        list(root['pces']).flatMap((pce) => text(dict(pce)['name']) ?? []),
        'PCE of this file',
      ),
    ),
  ];
};

const has = (section: unknown, key: string): boolean =>
  dict(section)[key] !== undefined || dict(section)[`${key}_file`] !== undefined;

const checkPces = (pces: readonly unknown[]): Flaw[] => {
  const first = new Map<string, number>();
  return pces.flatMap((pce, i) => {
    const flaws: Flaw[] = [];
    const name = text(dict(pce)['name']);
    const taken = name === undefined ? undefined : first.get(name);
    if (name !== undefined && taken !== undefined)
      flaws.push({
        path: ['pces', i, 'name'],
        message: `is already the name of pces[${taken}]`,
        hint: 'every PCE has a name of its own',
      });
    else if (name !== undefined) first.set(name, i);
    for (const kind of ['write', 'traffic']) {
      const [key, secret] = [`${kind}_key`, `${kind}_secret`];
      for (const [there, missing] of [
        [key, secret],
        [secret, key],
      ] as const)
        if (has(pce, there) && !has(pce, missing))
          flaws.push({
            path: ['pces', i, missing],
            message: 'is missing',
            hint: `${there} is given: a key id and its secret belong together`,
          });
    }
    return flaws;
  });
};

const unknownName = (path: Path, name: unknown, known: readonly string[], what: string): Flaw[] =>
  typeof name !== 'string' || known.includes(name)
    ? []
    : [{ path, message: `names ${quoted(name)}, which is no ${what}`, hint: meant(name, known) }];

const checkRoutes = (
  routes: readonly unknown[],
  pces: readonly unknown[],
  rules: readonly string[],
): Flaw[] => {
  const pceNames = [...new Set(pces.flatMap((pce) => text(dict(pce)['name']) ?? []))];
  return routes.flatMap((route, i) => {
    const match = dict(dict(route)['match']);
    const path: Path = ['routes', i, 'match'];
    return [
      ...list(match['rule']).flatMap((rule, n) => unknownName([...path, 'rule', n], rule, rules, 'rule')),
      ...unknownName([...path, 'pce'], match['pce'], pceNames, 'PCE of this file'),
    ];
  });
};

/** Each name once, each name a route says is one of them, and a webhook of a pager has its key. */
const checkOutputs = (outputs: readonly unknown[], routes: readonly unknown[]): Flaw[] => {
  const names = outputs.flatMap((output) => text(dict(output)['name']) ?? []);
  return [
    ...names.flatMap((name, i) =>
      names.indexOf(name) === i
        ? []
        : [
            {
              path: ['outputs', i, 'name'],
              message: `is already the name of outputs[${names.indexOf(name)}]`,
              hint: 'every output has a name of its own',
            },
          ],
    ),
    ...outputs.flatMap((output, i): Flaw[] =>
      dict(output)['preset'] === 'pagerduty' && !has(output, 'routing_key')
        ? [
            {
              path: ['outputs', i, 'routing_key'],
              message: 'is missing',
              hint: 'PagerDuty’s integration key',
            },
          ]
        : [],
    ),
    ...routes.flatMap((route, i) =>
      list(dict(route)['outputs']).flatMap((name, n) =>
        unknownName(['routes', i, 'outputs', n], name, [...new Set(names)], 'output of this file'),
      ),
    ),
  ];
};

const checkCustom = (rules: readonly unknown[], builtIn: readonly string[]): Flaw[] => {
  const ids = rules.map((rule) => text(dict(rule)['id']));
  return ids.flatMap((id, i): Flaw[] => {
    const path = ['custom', i, 'id'];
    if (id !== undefined && builtIn.includes(id))
      return [
        {
          path,
          message: 'is the id of a rule that ships',
          hint: 'tune that one in rules, or choose another id',
        },
      ];
    if (id === undefined || ids.indexOf(id) === i) return [];
    return [
      {
        path,
        message: `is already the id of custom[${ids.indexOf(id)}]`,
        hint: 'every rule has an id of its own',
      },
    ];
  });
};

const checkSlack = (slack: unknown): Flaw[] => {
  if (typeof slack !== 'object' || slack === null || Array.isArray(slack)) return [];
  const mode = dict(slack)['mode'] ?? 'socket';
  const needs = (key: string, hint: string): Flaw[] =>
    has(slack, key)
      ? []
      : [{ path: ['slack', key], message: 'is missing', hint: `mode ${mode} needs it: ${hint}` }];
  if (mode === 'socket') return needs('app_token', 'the app-level token xapp-… with connections:write');
  if (mode !== 'http') return [];
  return [
    ...needs('signing_secret', 'it stands on the app’s page under Basic Information'),
    ...needs('port', 'where Slack’s requests arrive'),
  ];
};

/** Ports of this process, each its own. */
const checkPorts = (root: Readonly<Record<string, unknown>>): Flaw[] => {
  const slack = dict(root['slack']);
  const ports: readonly (readonly [Path, unknown, string])[] = [
    [
      ['slack', 'port'],
      slack['mode'] === 'http' ? slack['port'] : undefined,
      'Slack calls that one from outside',
    ],
    [['http', 'port'], dict(root['http'])['port'], 'probes need another'],
    [['intake', 'port'], dict(root['intake'])['port'], 'calls from outside need another'],
    ...list(root['pces']).map(
      (pce, i) =>
        [
          ['pces', i, 'syslog', 'port'],
          dict(dict(pce)['syslog'])['port'],
          'each stream needs its own',
        ] as const,
    ),
  ];
  return ports.flatMap(([path, port, hint], at): Flaw[] => {
    const taken = ports.slice(0, at).find(([, other]) => port !== undefined && other === port);
    return taken === undefined ? [] : [{ path, message: `is ${taken[0].join('.')} as well`, hint }];
  });
};

/** A certificate and its key belong together. */
const checkListening = (path: Path, listening: Readonly<Record<string, unknown>>): Flaw[] =>
  (
    [
      ['cert_file', 'key_file'],
      ['key_file', 'cert_file'],
    ] as const
  ).flatMap(([there, missing]) =>
    listening[there] !== undefined && listening[missing] === undefined
      ? [{ path: [...path, missing], message: 'is missing', hint: `${there} is given: they belong together` }]
      : [],
  );

/** Whoever may write to the port may make alerts: beyond this machine it must be said who that is. */
const checkSyslog = (path: Path, syslog: Readonly<Record<string, unknown>>): Flaw[] => {
  const host = syslog['host'] ?? '127.0.0.1';
  const open = host !== '127.0.0.1' && host !== '::1' && host !== 'localhost';
  const named = list(syslog['from']).length > 0 || syslog['client_ca_file'] !== undefined;
  return [
    ...checkListening(path, syslog),
    ...(syslog['client_ca_file'] !== undefined && syslog['cert_file'] === undefined
      ? [
          {
            path: [...path, 'cert_file'],
            message: 'is missing',
            hint: 'client_ca_file is given: it needs TLS',
          },
        ]
      : []),
    ...(open && !named
      ? [
          {
            path: [...path, 'from'],
            message: 'is missing',
            hint: 'name the PCE’s addresses, or client_ca_file',
          },
        ]
      : []),
  ];
};

const checkRoles = (
  roles: Readonly<Record<string, unknown>>,
  announce: unknown,
  actions: readonly string[],
): Flaw[] => {
  const flaws = ['viewer', 'analyst', 'responder'].flatMap((role) =>
    list(roles[role]).flatMap((grant, i) =>
      list(dict(grant)['actions']).flatMap((action, n) =>
        unknownName(['roles', role, i, 'actions', n], action, actions, 'action'),
      ),
    ),
  );
  // Definitions §8: what responders do is announced wherever it was clicked.
  if (list(roles['responder']).length > 0 && announce === undefined)
    flaws.push({
      path: ['announce_channel'],
      message: 'is missing',
      hint: 'roles.responder is given, and what responders do is announced there: announce_channel: C…',
    });
  return flaws;
};

/** Whoever writes a rule id that does not exist believes it hidden, or fears it is. `*` stands for some. */
const checkHiding = (root: Readonly<Record<string, unknown>>, rules: readonly string[]): Flaw[] => {
  const flawsOf = (path: Path, ids: unknown): Flaw[] =>
    list(ids).flatMap((id, n) =>
      typeof id === 'string' && id.includes('*') ? [] : unknownName([...path, n], id, rules, 'rule'),
    );
  return [
    ...list(root['silences']).flatMap((one, i) =>
      flawsOf(['silences', i, 'match', 'rule'], dict(dict(one)['match'])['rule']),
    ),
    ...list(root['maintenance']).flatMap((one, i) => flawsOf(['maintenance', i, 'rule'], dict(one)['rule'])),
  ];
};

/** The keys every PCE is born with: strategy replace overwrites three of them, strategy deny must touch none. */
const REPLACED = ['app', 'env', 'loc'];

const checkQuarantine = (quarantine: unknown): Flaw[] => {
  const { strategy, labels } = dict(quarantine);
  const keys = Object.keys(dict(labels));
  if (strategy === 'deny')
    return keys
      .filter((key) => [...REPLACED, 'role'].includes(key))
      .map((key) => ({
        path: ['quarantine', 'labels', key],
        message: 'is a label hosts carry already',
        hint: 'strategy deny adds a label of a key of its own, such as Quarantine',
      }));
  const lacking = REPLACED.filter((key) => !keys.includes(key));
  return strategy === 'replace' && lacking.length > 0
    ? [
        {
          path: ['quarantine', 'labels'],
          message: `lacks ${lacking.join(', ')}`,
          hint: 'strategy replace sets app, env and loc to quarantine values, role too if it is named',
        },
      ]
    : [];
};
