import { z } from 'zod';

/** By name, by address: when the name first and last signed in from there (epoch ms). */
export const Usual = z
  .record(z.string(), z.record(z.string(), z.tuple([z.number(), z.number()])))
  .default({});
export type Usual = z.infer<typeof Usual>;

const DAY_MS = 86_400_000;
/** An address is usual for 30 days, and shared when more than five names signed in from it within 7 (definitions §3 auth-failures). */
const USUAL_MS = 30 * DAY_MS;
const SHARED = { names: 5, withinMs: 7 * DAY_MS } as const;
/** Names, and addresses of each, that are remembered: the newest. */
const MOST = { names: 500, addresses: 20 } as const;

/** From where people sign in, learnt from those that succeeded. In whatever order they come, the same is known. */
export interface UsualPlaces {
  add(name: string, address: string, at: number): void;
  /** Whether the name signed in from there before that moment; undefined when it is not known to have signed in at all. */
  isUsual(name: string, address: string, before: number): boolean | undefined;
  /** True when so many names sign in from there that it says nothing about one of them. */
  isShared(address: string, at: number): boolean;
  kept(now: number): Usual;
}

export const usualPlaces = (known: Usual): UsualPlaces => {
  const places = new Map(Object.entries(known).map(([name, own]) => [name, new Map(Object.entries(own))]));
  return {
    add(name, address, at) {
      const own = places.get(name) ?? new Map<string, [number, number]>();
      places.set(name, own);
      const [first, last] = own.get(address) ?? [at, at];
      own.set(address, [Math.min(first, at), Math.max(last, at)]);
    },
    isUsual(name, address, before) {
      const earlier = [...(places.get(name) ?? [])].filter(([, [first]]) => first < before);
      return earlier.length === 0 ? undefined : earlier.some(([place]) => place === address);
    },
    isShared(address, at) {
      const names = [...places.values()].filter((own) => {
        const last = own.get(address)?.[1];
        return last !== undefined && last > at - SHARED.withinMs;
      });
      return names.length > SHARED.names;
    },
    kept(now) {
      const people = [...places].map(([name, own]) => ({ name, own: newest(own, now) }));
      return Object.fromEntries(
        people
          .filter(({ own }) => own.length > 0)
          .sort((a, b) => lastOf(b.own) - lastOf(a.own) || (a.name < b.name ? -1 : 1))
          .slice(0, MOST.names)
          .map(({ name, own }) => [name, Object.fromEntries(own)]),
      );
    },
  };
};

type Places = [string, [number, number]][];

const newest = (own: ReadonlyMap<string, [number, number]>, now: number): Places =>
  [...own]
    .filter(([, [, last]]) => last > now - USUAL_MS)
    .sort(([a, [, lastA]], [b, [, lastB]]) => lastB - lastA || (a < b ? -1 : 1))
    .slice(0, MOST.addresses);

const lastOf = ([newestPlace]: Places): number => newestPlace?.[1][1] ?? 0;
