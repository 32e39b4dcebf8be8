import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';
import { rowsOf, serviceOf } from './markdown';

/** Reads the steps for SonicOS as a person would, with the zones LAN and WAN. */
export function readSonicWall({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading {
  const text = files
    .filter(({ purpose }) => purpose === 'configuration')
    .map((file) => file.text)
    .join('\n');
  const objects = new Map(
    rowsOf(text, 'Object', 'Zone', 'Type', 'Value').map(([name = '', , type = '', value = '']) => [
      name,
      { type, value },
    ]),
  );
  const services = new Map(
    rowsOf(text, 'Service', 'Protocol').map(([name = '', kind = '']) => [name, serviceOf(kind)]),
  );
  const addresses = (name: string): string[] => {
    const found = objects.get(name);
    if (found === undefined) {
      throw new Error(`no object ${name}`);
    }
    return found.type === 'Group' ? found.value.split(', ').flatMap(addresses) : [found.value];
  };
  const some = (name: string): string[] | 'any' => (name === 'Any' ? 'any' : addresses(name));
  const service = (name: string) => {
    const found = name === 'Any' ? ({ protocol: 'any' } as const) : services.get(name);
    if (found === undefined) {
      throw new Error(`no service ${name}`);
    }
    return found;
  };
  const both = new Map<string, string>();
  const translations = rowsOf(
    text,
    'Name',
    'Original Source',
    'Original Destination',
    'Original Service',
    'Translated Source',
    'Translated Destination',
    'Inbound Interface',
    'Reflective',
  ).map(([, , destination = '', name = '', , translated = '', , reflective]): ReadTranslation => {
    const found: { protocol: number | 'any'; ports?: [number, number][] } = service(name);
    const port = found.ports?.[0]?.[0];
    const [outer = ''] = addresses(destination);
    const [inner = ''] = addresses(translated);
    if (reflective === 'yes' || found.protocol === 47) {
      both.set(inner, outer);
    }
    return { protocol: found.protocol, ...(port === undefined ? {} : { port }), outer, inner };
  });
  const [near, far] = role === 'before-clients' ? ['LAN', 'WAN'] : ['WAN', 'LAN'];
  const rules = rowsOf(text, 'No.', 'Name', 'From', 'To', 'Source', 'Destination', 'Services', 'Action').flatMap(
    ([, name = '', from = '', to = '', source = '', destination = '', names = '', action]): ReadRule[] => {
      const between = `${from} ${to}`;
      const direction =
        between === `${near} ${far}` ? 'to-gateway' : between === `${far} ${near}` ? 'to-client' : undefined;
      if (direction === undefined) {
        return [];
      }
      const origin = some(source);
      const ends =
        direction === 'to-gateway'
          ? { clients: origin, gateway: some(destination) }
          : {
              clients: some(destination),
              // What the gateway sends is known outside by the address that it is published under.
              gateway: origin === 'any' ? origin : origin.map((address) => both.get(address) ?? address),
            };
      return names
        .split(', ')
        .map(service)
        .filter((found) => direction === 'to-gateway' || !('ports' in found))
        .map((found) => ({ action: action === 'Allow' ? 'allow' : 'deny', direction, ...found, ...ends, line: name }));
    },
  );
  return {
    rules,
    translations,
    isStateful: true,
    hasHelper: false,
    filtersInnerAddress: false,
    otherwise: 'left',
  };
}
