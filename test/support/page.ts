const VOID = ['meta', 'br', 'hr', '!doctype'];
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };

const unescaped = (text: string): string =>
  text.replace(/&(lt|gt|quot|amp);/g, (one) => ENTITIES[one] ?? one);

/** A page as a strict reader sees it; throws where tags do not close or a stray `<` stands. */
export interface Page {
  /** Names of all elements. */
  readonly elements: ReadonlySet<string>;
  /** Rows of the table in the section with that id: the text of each cell, figures in full. */
  rows(id: string): string[][];
  readonly text: string;
  /** Values of all attributes with that name. */
  values(name: string): string[];
}

export const readPage = (html: string): Page => {
  const open: string[] = [];
  const elements = new Set<string>();
  const tables = new Map<string, string[][]>();
  const attributes: [string, string][] = [];
  let section = '';
  let text = '';
  for (const [token] of html.matchAll(/<style>[^<]*<\/style>|<[^<>]+>|[^<]+|</g)) {
    const rows = tables.get(section);
    if (token.startsWith('<style>')) continue;
    if (!token.startsWith('<')) {
      text += unescaped(token);
      const row = rows?.at(-1);
      if (open.includes('tbody') && row !== undefined && row.length > 0)
        row.push(`${row.pop()}${unescaped(token)}`);
      continue;
    }
    const [, end, name = '', given = '', closed] =
      /^<(\/?)([a-z0-9!]+)((?:\s+[a-z][\w:.-]*(?:="[^"]*")?)*)\s*(\/?)>$/i.exec(token) ?? [];
    if (name === '') throw new Error(`not a tag: ${token}`);
    if (end === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes what is not open`);
      continue;
    }
    elements.add(name);
    const own = [...given.matchAll(/([a-z][\w:.-]*)="([^"]*)"/gi)].map(
      ([, key = '', value = '']) => [key, unescaped(value)] as [string, string],
    );
    attributes.push(...own);
    if (closed !== '/' && !VOID.includes(name.toLowerCase())) open.push(name);
    if (name === 'section') {
      section = own.find(([key]) => key === 'id')?.[1] ?? '';
      tables.set(section, []);
    }
    if (name === 'tr' && open.includes('tbody')) rows?.push([]);
    if (name === 'td') rows?.at(-1)?.push('');
    if (name === 'small') rows?.at(-1)?.push('');
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return {
    elements,
    text,
    rows: (id) => tables.get(id) ?? [],
    values: (name) => attributes.flatMap(([key, value]) => (key === name ? [value] : [])),
  };
};
