import type { Catalog } from '../config/parse.ts';
import { ACTION_ROLES } from '../core/authorise.ts';
import { rules } from '../rules/index.ts';

/** What the registries know and the configuration may name. */
export const catalog: Catalog = { rules, actions: Object.keys(ACTION_ROLES) };
