import { leaf } from './leaf.ts';

/**
 * A setting the design names and this version doesn't act on yet. Ignoring it would let an operator believe in it, so it is
 * refused; written as "off" it asks for nothing and may stay.
 */
export const later = leaf({
  expects: 'absent',
  hint: 'remove it for now',
  json: { description: 'Not available yet in this version.', enum: [false, [], {}] },
  read: (raw, wrong) => (isOff(raw) ? true : wrong('is not available yet in this version')),
}).optional();

const isOff = (raw: unknown): boolean =>
  raw === false || (typeof raw === 'object' && raw !== null && Object.keys(raw).length === 0);
