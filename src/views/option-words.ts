/** What stands in the usage lines of commands, in words: by the form in which it stands there. */
const WORDS: readonly (readonly [RegExp, string, string])[] = [
  [
    /key=value/,
    'key=value',
    'labels: env=prod, app=erp*, env!=dev; several mean all of them, a comma means any',
  ],
  [/--since/, '--since 24h', 'how far back: 15m, 24h, 7d'],
  [/--from/, '--from T --to T', 'a window, each as 2026-07-01T10:00:00Z'],
  [/--for /, '--for 60m', 'for how long'],
  [/--by/, '--by', 'what to rank by'],
  [/--label/, '--label app', 'which label to group by'],
  [/--in\b/, '--in, --out', 'one direction alone'],
  [/-n rows/, '-n 20', 'rows, at most 50'],
  [/--page/, '--page 2', 'which page of them'],
  [/--as/, '--as csv', 'the same as a file, by direct message'],
  [/--files/, '--files', 'list and chart as files, by direct message'],
  [/--all/, '--all', 'everything, in parts where it is too much at once'],
  [/--fresh/, '--fresh', 'asks the PCE instead of what is remembered of it'],
  [/--message/, '--message', 'the message the names stand in; the shortcut on a message sets it'],
  [/--choose/, '--choose', 'shows these hosts in a form first, to add some or take some out'],
  [/--pce/, '--pce name', 'which PCE, where there are several'],
  [/--share/, '--share', 'shows the answer to the whole channel, where share_channels allows it'],
];

/** The options and words of a usage line, each with what it means, in the order people need them. */
export const optionsIn = (usage: string): readonly { readonly option: string; readonly says: string }[] =>
  WORDS.filter(([pattern]) => pattern.test(usage)).map(([, option, says]) => ({ option, says }));
