import { invalid } from '../http/answer.ts';
import { arrayOfAtMost, objectWith } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import type { FlowService } from './bucket.ts';

const SERVICE = ['port', 'to_port', 'proto', 'process_name', 'windows_service_name'];

type ServiceTest = (service: FlowService) => boolean;

/** The condition of `services {include, exclude}`, both flat (facts §7.1); 406 for anything that is no service. */
export const readServices = (given: unknown): ServiceTest => {
  const { include = [], exclude = [] } = objectWith(given ?? {}, ['include', 'exclude']);
  const read = (value: unknown, name: string): readonly ServiceTest[] =>
    arrayOfAtMost(value, Number.POSITIVE_INFINITY, name).map(readService);
  const [wanted, unwanted] = [read(include, 'services.include'), read(exclude, 'services.exclude')];
  return (service) =>
    (wanted.length === 0 || wanted.some((test) => test(service))) && !unwanted.some((test) => test(service));
};

const readService = (given: unknown): ServiceTest => {
  const wanted = objectWith(given, SERVICE);
  for (const key of ['port', 'to_port', 'proto']) {
    if (wanted[key] !== undefined && !Number.isSafeInteger(wanted[key]))
      throw invalid(`${key} must be an integer`);
  }
  const ports = portRange(wanted);
  return (service) =>
    ['proto', 'process_name', 'windows_service_name'].every(
      (key) => wanted[key] === undefined || wanted[key] === service[key],
    ) && ports(service.port);
};

const portRange = ({ port, to_port: toPort }: JsonObject): ((port: number | undefined) => boolean) => {
  if (port === undefined) return () => true;
  const [low, high] = [Number(port), Number(toPort ?? port)];
  return (own) => own !== undefined && own >= low && own <= high;
};
