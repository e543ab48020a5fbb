import type { Decision } from '../core/flow.ts';

/** The bundled font's family name (assets/fonts); resvg draws no text at all without one (facts/performance). */
export const FONT = 'Inter';

export const COLOURS = {
  card: '#ffffff',
  ink: '#1d2430',
  faint: '#667085',
  grid: '#e4e7ec',
  land: '#e3e7ed',
  border: '#fdfdfd',
  plain: '#3b6fb6',
  others: '#b3bcc9',
  empty: '#f5f6f8',
  /** Text on `tint`, whatever the card is. */
  onTint: '#1b2330',
  onDarkTint: '#fefefe',
} as const;

/**
 * The same in a dark page. A picture in Slack keeps its white card; in a page a style sheet may override what the drawing says,
 * colour by colour.
 */
export const DARK: Readonly<Partial<Record<keyof typeof COLOURS, string>>> = {
  card: '#171c24',
  ink: '#e6eaf0',
  faint: '#98a3b3',
  grid: '#2b3340',
  empty: '#222936',
  land: '#2b3340',
  plain: '#6d9bdc',
  others: '#566173',
};

/** Decisions keep one colour each in every chart; told apart also with red-green blindness (differences in lightness). */
export const DECISION_COLOURS: Readonly<Record<Decision, string>> = {
  allowed: '#2b8a6e',
  potentially_blocked: '#eeb440',
  blocked: '#b3263a',
  unknown: '#8a94a6',
};

export const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  allowed: 'allowed',
  potentially_blocked: 'potentially blocked',
  blocked: 'blocked',
  unknown: 'unknown',
};

/** For series that have no colours of their own, in this order; told apart by lightness too. What is left over is `COLOURS.others`. */
export const SERIES_COLOURS = ['#1f5a99', '#e0912f', '#2b8a6e', '#a34fa0', '#57a5d8', '#7a5c2e'] as const;

/** White to blue for amounts. @param share 0 to 1 */
export const tint = (share: number): string => {
  const at = Math.min(1, Math.max(0, share));
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * at);
  return `rgb(${mix(236, 24)} ${mix(243, 78)} ${mix(251, 150)})`;
};

/** Whether text on that tint must be white to be read. */
export const darkTint = (share: number): boolean => share > 0.52;

/** Inter's widths in parts of the font size, roughly: enough to know where a name must be cut. */
const WIDE = /[MWmw@%—…]|[^\u0020-\u024f]/u;
const NARROW = /[ijlftrI1.,:;'|!()[\]\s/-]/;
const widthOf = (character: string): number =>
  WIDE.test(character) ? 0.95 : NARROW.test(character) ? 0.36 : 0.61;

/** Approximate width in pixels of a text at that font size. */
export const textWidth = (text: string, size: number): number =>
  [...text].reduce((sum, character) => sum + widthOf(character) * size, 0);

/** The text, cut with an ellipsis so that it fits into that many pixels. */
export const fitted = (text: string, room: number, size: number): string => {
  if (textWidth(text, size) <= room) return text;
  let used = 0.95 * size;
  let kept = '';
  for (const character of text) {
    used += widthOf(character) * size;
    if (used > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
};
