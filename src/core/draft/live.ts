import type { PceEvent } from '../event.ts';
import { type Dict, dict, number, text } from '../foreign.ts';
import { asActive } from '../policy.ts';

/** What a provisioning put live. */
export interface Live {
  readonly version: number | undefined;
  /** In the active policy; undefined when the release does not say. */
  readonly objects: readonly { readonly href: string; readonly name: string | undefined }[] | undefined;
}

/** Reads `modified_objects` of a sec_policy event: `{rulesets: {"<draft href>": {action, name}}}` and its like (facts §2.3). */
export const liveIn = (event: PceEvent): Live => {
  const change = event.resources.find(({ resource }) => 'sec_policy' in resource);
  const policy = dict(change?.resource['sec_policy']);
  const modified = policy['modified_objects'];
  return {
    version: number(policy['version'] ?? change?.changes['version']?.['after']),
    objects: modified === undefined || modified === null ? undefined : objectsIn(dict(modified)),
  };
};

const objectsIn = (modified: Dict): NonNullable<Live['objects']> =>
  Object.values(modified).flatMap((byHref) =>
    Object.entries(dict(byHref)).map(([href, one]) => ({
      href: asActive(href),
      name: text(dict(one)['name']),
    })),
  );
