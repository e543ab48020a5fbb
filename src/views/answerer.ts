import type { Outsider, Person } from '../core/alert.ts';
import { clip, type Markup, md, mention } from './parts.ts';

/** Who answered: a person of Slack by id, anybody else by the name another product gave, which mentions nobody. */
export const answerer = (by: Person | Outsider): Markup =>
  'user' in by ? mention(by.user) : md`${clip(by.name, 60)} via ${clip(by.via, 40)}`;
