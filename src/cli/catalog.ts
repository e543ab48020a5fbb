import { actions } from '../actions/index.ts';
import type { Catalog } from '../config/parse.ts';
import { rules } from '../rules/index.ts';

/** What the registries know and the configuration may name. */
export const catalog: Catalog = { rules, actions: actions.map(({ id }) => id) };
