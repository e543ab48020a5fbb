import { describe, expect, it } from 'vitest';
import { commonTo } from '../../src/core/common.ts';
import { aWorkload } from '../support/builders.ts';

const host = (labels: string, ...addresses: string[]) =>
  aWorkload({ labels, interfaces: addresses.map((address, n) => ({ name: `eth${n}`, address })) });

const of = (count: number, labels: (n: number) => string, address: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => host(labels(n), address(n)));

describe('what hosts have in common', () => {
  it.each<[string, Parameters<typeof commonTo>[0], string | undefined]>([
    [
      'labels come before the network',
      of(
        3,
        () => 'app=erp env=prod',
        () => '192.0.2.1',
      ),
      'app=erp env=prod',
    ],
    [
      'one of ten may be another',
      of(
        10,
        (n) => (n === 0 ? 'app=crm' : 'app=erp'),
        (n) => `10.${n}.0.1`,
      ),
      'app=erp',
    ],
    [
      'two of ten may not',
      of(
        10,
        (n) => (n < 2 ? 'app=crm' : 'app=erp'),
        (n) => `10.${n}.0.1`,
      ),
      undefined,
    ],
    [
      'the narrower of two networks that all stand in',
      of(
        3,
        (n) => `role=r${n}`,
        (n) => `192.0.2.${n}`,
      ),
      '192.0.2.0/24',
    ],
    [
      'the wider one where the narrower holds too few',
      of(
        3,
        () => '',
        (n) => `10.1.${n}.1`,
      ),
      '10.1.0.0/16',
    ],
    [
      'networks of IPv6',
      of(
        3,
        () => '',
        (n) => `2001:db8:0:1::${n}`,
      ),
      '2001:db8:0:1:0:0:0:0/64',
    ],
    [
      'a host counts once, however many addresses it has there',
      [host('', '192.0.2.1', '192.0.2.2'), host('', '198.51.100.1')],
      undefined,
    ],
    ['what is no address is nothing', [host('', 'none'), host('', 'none')], undefined],
    ['one host has nothing in common', [host('app=erp', '192.0.2.1')], undefined],
  ])('%s', (_, hosts, name) => {
    expect(commonTo(hosts)?.name).toBe(name);
  });

  it('is said with how many share it', () => {
    const hosts = of(
      10,
      (n) => (n === 0 ? '' : 'app=erp'),
      () => '192.0.2.1',
    );
    expect(commonTo(hosts)?.told).toBe('9 hosts of 10 carry app=erp. ');
  });
});
