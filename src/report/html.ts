import { literal } from '../core/markup.ts';

/** A piece of HTML. Only `h` and `drawing` make one, so foreign text cannot reach a page unescaped. */
export interface Html {
  readonly html: string;
}

/** Elements that have no end tag (HTML Living Standard §13.1.2). */
const VOID = ['meta', 'br', 'hr'];

/** One element. Strings among the children are text and are escaped, attribute values as well; what is undefined is left out. */
export const h = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Html | string)[]
): Html => {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : ` ${key}="${literal(value)}"`))
    .join('');
  if (VOID.includes(name)) return { html: `<${name}${written}>` };
  const inner = children.map((child) => (typeof child === 'string' ? literal(child) : child.html)).join('');
  return { html: `<${name}${written}>${inner}</${name}>` };
};

/** A chart as it is drawn, inside the page. SVG from `charts/` is escaped by its own maker. */
export const drawing = ({ svg }: { readonly svg: string }): Html => ({ html: svg });

/** Our own style sheet: the one text that stands in a page as it is, so it takes constants only. */
export const styleSheet = (css: string): Html => ({ html: `<style>${css}</style>` });
