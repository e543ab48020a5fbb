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
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? rounded(value) : String(value))}"`)
    .join('');
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : child.svg)).join('');
  return { svg: inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` };
};

/** Elements one after the other, moved by (x, y). */
export const group = (x: number, y: number, ...children: readonly Svg[]): Svg =>
  el('g', { transform: `translate(${rounded(x)} ${rounded(y)})` }, ...children);

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** What XML 1.0 §2.2 does not allow in a document at all: controls, lone surrogates, U+FFFE and U+FFFF. */
const NOT_XML =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escaped = (text: string): string =>
  text.replace(NOT_XML, '\ufffd').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
