import { type AddressSet, clientsText, type Hop, type Passage } from '../review';

/** What becomes of packets, hop by hop in both directions. */
export function passageText({ clients, hops }: Passage): string[] {
  return [
    `  Clients ${clientsText(clients)}, to the gateway:`,
    ...hops.filter(({ direction }) => direction === 'to-gateway').flatMap(hopLines),
    '  and back:',
    ...hops.filter(({ direction }) => direction === 'to-client').flatMap(hopLines),
  ];
}

const MARKS = { passes: 'passes ', drops: 'DROPS  ', unknown: 'UNKNOWN' } as const;

function hopLines(hop: Hop): string[] {
  const { verdict, name, label, because, origin, rule } = hop;
  const title = label === undefined || label === '' || label === name ? name : `${name} ${label}`;
  // A place is worth a line where a rule decides, or where one is missing.
  const place =
    origin === undefined || (rule === undefined && verdict === 'passes') ? [] : [`            ${placeOf(origin)}`];
  return [`    ${MARKS[verdict]} ${title}: ${because}`, ...place];
}

function placeOf(origin: NonNullable<Hop['origin']>): string {
  const path = origin.resource?.constructPath;
  return path === undefined ? `at ${origin}` : `${path}, at ${origin}`;
}

/** What would let the packets through, for each hop that drops them. */
export function changeLines(passages: readonly Passage[]): string[] {
  const texts = passages.flatMap(({ hops, clients }) =>
    hops.flatMap(({ verdict, change }) => (verdict === 'drops' && change !== undefined ? [change(clients).text] : [])),
  );
  return [...new Set(texts)].map((text) => `  To let it through: ${text}.`);
}

/** Clients as the message calls them. */
export function clientsName(clients: AddressSet): string {
  return clients.length === 0 ? 'nobody' : clientsText(clients);
}
