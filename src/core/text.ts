/**
 * Text that pure code hands to a view without knowing how it will be shown. A string is literal, foreign or ours alike: views
 * escape it. A time becomes a Slack date token, or a UTC time where there is no Slack. So no rule can forge markup or a mention.
 */
export type Part = string | { readonly time: number } | { readonly bold: string };
export type Text = readonly Part[];

const two = (n: number): string => String(n).padStart(2, '0');

/** `10:02` in UTC. @param ms epoch milliseconds */
export const clockUtc = (ms: number): string => {
  const date = new Date(ms);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
};

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `Tuesday`, in UTC. @param ms epoch milliseconds */
export const weekdayUtc = (ms: number): string => WEEKDAYS[new Date(ms).getUTCDay()] ?? '';

/** The text without markup, times in UTC: for terminals, logs and push notifications. */
export const plain = (text: Text): string =>
  text
    .map((part) =>
      typeof part === 'string' ? part : 'time' in part ? `${clockUtc(part.time)} UTC` : part.bold,
    )
    .join('');

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A span for people in its two largest units: `4 min`, `1 h 12 min`, `2 d 3 h`. @param ms milliseconds, negative counts as 0 */
export const span = (ms: number): string => {
  let rest = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const words: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(' ') || '0 s';
};

/** `48211` → `48,211`: one grouping everywhere, so that figures in a message and its CSV can be compared. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1 host`, `2 hosts`; irregular plurals are given. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(n)} ${n === 1 ? noun : plural}`;

/** `a, b and c`; beyond `most`: `a, b and 7 more`. */
export const listed = (names: readonly string[], most = 10): string => {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  if (names.length <= 1) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
};
