import { gunzipSync } from 'node:zlib';
import { tunnelSizes } from '../../feasibility/mtu';
import { DIRECTIONS, type Flow } from '../../flows';
import { clientsText, isWholeInternet, type ProtocolAnswer, type Verdict, worse } from '../evaluate';
import { intersection, isKnown, type Machine } from '../model';
import { DIRECTION_WORDS } from './diagram';
import { code, type Inline, joined, type Mark, type Text } from './document';

/** One thing to see to before people call: what is proved of it here, and what somebody must look at. */
export interface Check {
  readonly what: string;
  readonly mark: Mark;
  /** What the mark means here: `proved`, `fails`, `by hand`. */
  readonly state: string;
  readonly text: Text;
}

const PROVED = { mark: 'good', state: 'proved' } as const;
const FAILS = { mark: 'bad', state: 'fails' } as const;
const OPEN = { mark: 'open', state: 'not known' } as const;
const BY_HAND = { mark: 'hand', state: 'by hand' } as const;

/** How many packed parts of user data are looked into, and how many bytes each may hold. */
const [MOST_PACKED, MOST_BYTES] = [10, 4 * 1024 * 1024];

/** The operational checklist of a gateway and the protocol that it is there for, filled in with what the files prove. */
export function checklistOf(machine: Machine, answer: ProtocolAnswer): readonly Check[] {
  const userData = userDataOf(machine);
  return [
    ...answer.flowSet.flows.map((flow) => arrives(flow, answer)),
    translated(answer),
    clientsSide(answer),
    captures(answer),
    packetSizes(answer, userData),
    clients(machine, answer),
    ...(answer.protocol.id === 'pptp' ? [authentication(userData), reason(machine)] : []),
    credentials(),
    logging(userData),
    {
      what: 'Network diagrams that show NAT and the rules on the way',
      ...(answer.flows.length === 0 ? OPEN : PROVED),
      text: [
        answer.flows.length === 0 ? 'No way to the gateway was read.' : 'Those of this report, made from the files.',
      ],
    },
  ];
}

/** Whether a flow of every client arrives and its answers come back, as far as files tell. */
function arrives(flow: Flow, { flows, asked }: ProtocolAnswer): Check {
  const what = `${flow.name} is allowed, both ways`;
  const passages = flows.find((one) => one.flow === flow)?.passages ?? [];
  const theirs = passages.filter(({ clients: some }) => intersection(some, asked).length > 0);
  const test: Text = flow.protocol === 6 ? [' From a client: ', code(`nc -vz GATEWAY ${flow.port}`), '.'] : [];
  const verdict = theirs.map((passage) => passage.verdict).reduce(worse, theirs.length === 0 ? 'unknown' : 'passes');
  if (verdict === 'passes') {
    return {
      what,
      ...PROVED,
      text: [
        `Every hop read lets it through, for ${clientsText(asked)}. What is before the cloud was not read.`,
        ...test,
      ],
    };
  }
  const stops = DIRECTIONS.flatMap((direction) => {
    const hop = theirs
      .flatMap(({ hops }) => hops)
      .find((one) => one.direction === direction && one.verdict === verdict);
    return hop === undefined ? [] : [`${DIRECTION_WORDS[direction]}, ${hop.name}: ${hop.because}`];
  });
  return {
    what,
    ...(verdict === 'drops' ? FAILS : OPEN),
    text:
      stops.length === 0
        ? ['No way to the gateway was read.']
        : joined(
            stops.map((stop) => [stop]),
            ' ',
          ),
  };
}

/** NAT on the gateway's side, by the facts of the elements that translate. */
function translated({ flows, asked, protocol }: ProtocolAnswer): Check {
  const what = 'NAT in front of the gateway carries every flow';
  const hops = flows
    .flatMap(({ passages }) => passages)
    .filter(({ clients: some }) => intersection(some, asked).length > 0)
    .flatMap((passage) => passage.hops)
    .filter(({ element }) => element !== undefined && TRANSLATORS.has(element));
  const verdict = hops.map((hop) => hop.verdict).reduce<Verdict>(worse, 'passes');
  const sentences = [...new Set(hops.filter((hop) => hop.verdict === verdict).map(({ because }) => because))].slice(
    0,
    3,
  );
  return hops.length === 0
    ? { what, ...OPEN, text: [`No hop that translates addresses was read on the way of ${protocol.name}.`] }
    : { what, ...(verdict === 'passes' ? PROVED : verdict === 'drops' ? FAILS : OPEN), text: [sentences.join(' ')] };
}

const TRANSLATORS: ReadonlySet<string> = new Set([
  'aws.internet-gateway',
  'aws.nat-gateway',
  'aws.network-load-balancer',
  'azure.public-ip',
  'azure.load-balancer',
  'azure.nat-gateway',
  'google.external-ip',
  'google.cloud-nat',
]);

function clientsSide({ protocol }: ProtocolAnswer): Check {
  return {
    what: "The clients' own routers and firewalls let it out",
    ...BY_HAND,
    text:
      protocol.id === 'pptp'
        ? [
            'No file of the cloud shows them. Call from behind each kind that there is: home router, company firewall, mobile ' +
              'network. A NAT router needs its PPTP helper on (on Linux ',
            code('modprobe nf_nat_pptp'),
            '), or one client behind it alone can call; where calls break off though the helper is on, try without it. ',
            code('npx pptp-constructs explain --client-nat router'),
            ' says what is known of each kind.',
          ]
        : ['No file of the cloud shows them. Call from behind each kind that there is.'],
  };
}

function captures({ flowSet }: ProtocolAnswer): Check {
  const filter = flowSet.flows
    .map(({ protocol, port }) =>
      port === undefined ? `ip proto ${protocol}` : `${protocol === 6 ? 'tcp' : 'udp'} port ${port}`,
    )
    .join(' or ');
  return {
    what: 'Captures at both ends show packets in both directions',
    ...BY_HAND,
    text: ['At the client and at the gateway, during one call: ', code(`tcpdump -n -i any '${filter}'`), '.'],
  };
}

function packetSizes({ protocol }: ProtocolAnswer, userData: string | undefined): Check {
  const sizes = tunnelSizes(protocol);
  const least = sizes.reduce((one, other) => (other.mtu < one.mtu ? other : one));
  const found =
    userData === undefined
      ? []
      : foundIn(userData, [/maxseg size set [^\\"\n]{1,20}/, /clamp-mss-to-pmtu/, /mtu \d{3,4}(?!\d)/]);
  const sum = `Of 1500 bytes ${least.mtu} are left inside (${least.sum}), ${least.mss.ipv4} of them for a TCP segment.`;
  return {
    what: 'MTU and MSS are set so that no packet must be split',
    ...(found.length > 0 ? PROVED : BY_HAND),
    text:
      found.length > 0
        ? [...setIn(found), ` ${sum}`]
        : [
            `${sum} Nothing that sets either was found in user data. From a client through the tunnel: `,
            code(`ping -M do -s ${least.mtu - 28} HOST`),
            '.',
          ],
  };
}

function authentication(userData: string | undefined): Check {
  const what = 'MS-CHAPv2 and MPPE with 128 bits are required, and weaker ones refused';
  const found =
    userData === undefined ? [] : foundIn(userData, [/require-mschap-v2(?![\w-])/, /require-mppe-128(?![\w-])/]);
  return found.length === 2
    ? { what, ...PROVED, text: [...setIn(found), ' Both are broken all the same.'] }
    : {
        what,
        ...BY_HAND,
        text: [
          'Not found in user data. On the server: ',
          code("grep -rE 'require-(mschap-v2|mppe-128)' /etc/ppp"),
          '.',
        ],
      };
}

/** What is open to everybody is found by everybody. */
function clients({ reasons }: Machine, { served, open, asked, protocol, verdict }: ProtocolAnswer): Check {
  const what = 'Only addresses of known clients may connect';
  if (open.length > 0) {
    return { what, ...OPEN, text: ['It is not known who may connect.'] };
  }
  if (verdict === 'drops') {
    const whom = isWholeInternet(asked) ? '' : ` Rules name ${clientsText(asked)}.`;
    return { what, ...OPEN, text: [`Nobody can connect by ${protocol.name} as it is.${whom}`] };
  }
  if (!isWholeInternet(served)) {
    return { what, ...PROVED, text: [`${protocol.name} gets through for ${clientsText(served)} alone.`] };
  }
  return reasons?.anywhere === undefined
    ? { what, ...FAILS, text: ['The whole internet may connect, and no reason is written down.'] }
    : {
        what,
        mark: 'warning',
        state: 'accepted',
        text: ['The whole internet may connect. The reason written down: ', code(reasons.anywhere)],
      };
}

function reason({ reasons }: Machine): Check {
  const what = 'There is a written reason to use PPTP, and a date for its end';
  return reasons?.insecure === undefined
    ? { what, ...FAILS, text: ['No reason is written down.'] }
    : { what, ...PROVED, text: ['The reason: ', code(reasons.insecure), '. See below for its date.'] };
}

function credentials(): Check {
  return {
    what: 'Passwords are long, random, changed often, and a second factor is asked for where the server can',
    ...BY_HAND,
    text: ['No file says how users are kept. Review who has a login, and take away what nobody uses.'],
  };
}

function logging(userData: string | undefined): Check {
  const what = 'Calls and refused logins are logged, and somebody is told';
  const found = userData === undefined ? [] : foundIn(userData, [/\/var\/log\/[\w./-]{1,60}/, /journal(d|ctl)(?!\w)/]);
  return {
    what,
    ...BY_HAND,
    text: [
      ...(found.length === 0 ? ['Nothing about logs was found in user data. '] : [...setIn(found), ' ']),
      'Make one call and one wrong login, and look whether both are found where they should be and whether an alarm comes.',
    ],
  };
}

/** What the patterns find, each once. None looks at what stands before: in packed files line ends are written `\\n`. */
function foundIn(text: string, patterns: readonly RegExp[]): readonly string[] {
  return patterns.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
}

function setIn(found: readonly string[]): readonly Inline[] {
  return [
    'In user data: ',
    ...joined(
      found.map((text) => [code(text)]),
      ', ',
    ),
    '.',
  ];
}

/** User data with what is packed in it unpacked, where it is known. */
function userDataOf({ userData }: Machine): string | undefined {
  if (userData === undefined || !isKnown(userData)) {
    return undefined;
  }
  const packed = (userData.match(/\bH4sI[A-Za-z0-9+/]{16,}={0,2}/g) ?? []).slice(0, MOST_PACKED).map(unpacked);
  return [userData, ...packed].join('\n');
}

/** What is no gzip, or a bomb, is left packed. */
function unpacked(base64: string): string {
  try {
    return gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8');
  } catch {
    return '';
  }
}
