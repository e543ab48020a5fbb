/** A path of the configuration as the process sees it: relative ones begin at the configuration file, wherever the bot was started. */
export const besideConfig = (configFile: string, path: string): string =>
  path.startsWith('/') ? path : `${configFile.slice(0, configFile.lastIndexOf('/') + 1)}${path}`;

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the bot has no right to read it',
  EPERM: 'the bot has no right to read it',
  EISDIR: 'it is a folder',
};

export type FileRead =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly why: string };

/** Reads a file the configuration names; says why not in words that don't hold the path (it may be a misplaced secret). */
export const readNamed = (readFile: (path: string) => string, path: string): FileRead => {
  try {
    return { ok: true, content: readFile(path) };
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    return { ok: false, why: (typeof code === 'string' && WHY[code]) || 'it cannot be read' };
  }
};
