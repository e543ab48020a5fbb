import { literal } from '../core/markup.ts';

/** A piece of SVG. Only `el` makes one, so foreign text cannot reach a chart unescaped. */
export interface Svg {
  readonly svg: string;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * One element. Strings among the children are text and are escaped, attribute values as well; an attribute that is undefined
 * is left out, numbers are written with two decimals at most.
 */
export const el = (
  name: string,
  attributes: Attributes = {},
  ...children: readonly (Svg | string)[]
): Svg => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${literal(typeof value === 'number' ? rounded(value) : String(value))}"`)
    .join('');
  const inner = children.map((child) => (typeof child === 'string' ? literal(child) : child.svg)).join('');
  return { svg: inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` };
};

/** Elements one after the other, moved by (x, y). */
export const group = (x: number, y: number, ...children: readonly Svg[]): Svg =>
  el('g', { transform: `translate(${rounded(x)} ${rounded(y)})` }, ...children);

const rounded = (value: number): string => String(Math.round(value * 100) / 100);
