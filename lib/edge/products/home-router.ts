import { IpProtocol } from '../../flows';
import type { Evidence } from '../../network/evidence';
import { MARKDOWN } from '../comment';
import { MEASURED, MEMORY } from '../evidence';
import type { EdgeBlock, EdgeDraft, EdgeJob, EdgeProduct } from '../product';
import { refuseFlow } from '../refusal';
import { block, NOT_A_HOST, refuseSharedEsp, sources } from './appliance';

const SAYS = {
  passThrough: {
    kind: 'vendor',
    title: 'TP-Link TL-WR902AC, User Guide, page 55: VPN pass-through must be on for PPTP tunnels through the router',
    source:
      'https://www.manualsdir.com/manuals/870043/tp-link-tl-wr902ac-ac750-wireless-dual-band-travel-router.html?page=62',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'One router; others call it PPTP ALG or NAT helper.',
  },
  dmz: {
    kind: 'vendor',
    title: 'TRENDnet TEW-692GR, help: a DMZ host gets every incoming packet that no other rule takes',
    source: 'http://www.trendnet.com/emulators/TEW-692GR_V1.0R/help/advanced.htm',
    read: '2026-11',
    certainty: 'medium',
  },
  portless: {
    kind: 'vendor',
    title: 'AVM FRITZ!Box 7560, manual, page 63: port forwarding knows ESP and GRE, which do not use ports, over IPv4',
    source: 'http://38.142.81.21:8001/manual/avm/fritzbox-7560/operation-manual-english/page-63.html',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'A copy of the manual.',
  },
  notPort47: {
    kind: 'field-report',
    title: 'blapid/luci-app-pptp-server, issue 3: port 47 in the place of protocol 47',
    source: 'https://github.com/blapid/luci-app-pptp-server/issues/3',
    read: '2026-11',
    certainty: 'medium',
  },
} as const satisfies Record<string, Evidence>;

/** A router for homes and small offices, whichever it is: a checklist. */
export const HOME_ROUTER: EdgeProduct = {
  id: 'home-router',
  name: 'Home router',
  version: 'any router with pages for a browser; the names of its settings differ',
  form: 'steps',
  // Whether a router keeps to it is known for none of them: only the list itself is checked.
  roles: { 'before-clients': 'golden', 'before-gateway': 'golden' },
  notPlayed: { ...NOT_A_HOST, routed: 'it translates the addresses of everything that goes out' },
  versions: [4],
  render: (job) => {
    refuseSharedEsp(HOME_ROUTER, job);
    refuseExposure(job);
    const steps = job.site.role === 'before-clients' ? beforeClients(job) : beforeGateway(job);
    return [
      document(job, 'configuration', 'steps', [table(job), settings(job), ...numbered(steps)]),
      document(job, 'removal', 'removal', numbered(removal(job))),
      document(job, 'check', 'check', numbered(checks(job))),
    ];
  },
};

/** A step, before it has its number. */
function step(text: string, why: string, ...evidence: readonly Evidence[]): EdgeBlock {
  return { text, why, evidence };
}

function numbered(steps: readonly EdgeBlock[]): EdgeBlock[] {
  return steps.map(({ text, ...rest }, index) => ({ ...rest, text: `${index + 1}. ${text}` }));
}

function document(
  { plan }: EdgeJob,
  purpose: EdgeDraft['purpose'],
  name: string,
  blocks: readonly EdgeBlock[],
): EdgeDraft {
  return { purpose, name: `${plan.name}-${name}.md`, comments: MARKDOWN, blocks };
}

/** An exposed host is no address of its own: it gets everything that arrives, from everybody. */
function refuseExposure({ plan, site }: EdgeJob): void {
  const [first] = plan.flows;
  if (first !== undefined && site.publication === 'one-to-one') {
    refuseFlow(
      HOME_ROUTER,
      first,
      'it has one address, which it shares; its "DMZ" or "exposed host" gets every packet that arrives, from everybody.',
      "publication: 'ports', or a firewall that has an address for the gateway.",
    );
  }
}

/** What is let through, as a table: a person reads it, and so does a test. */
function table(job: EdgeJob): EdgeBlock {
  const { plan, site } = job;
  const isPublished = site.role === 'before-gateway';
  const rows = plan.flows.flatMap(({ protocol, port }) =>
    sources(job).map(({ cidr, isEverything }) => [
      protocolName(protocol),
      port === undefined ? 'has none' : `${port}`,
      isEverything ? 'everywhere' : cidr,
      plan.gateway,
      isPublished ? site.innerAddress : 'not forwarded',
    ]),
  );
  return block(
    [
      '| Protocol | Port | From | To | Forward to |',
      '| --- | --- | --- | --- | --- |',
      ...rows.map((row) => `| ${row.join(' | ')} |`),
    ],
    isPublished
      ? 'What the router forwards to the gateway, and from where. Nothing else is forwarded to it.'
      : 'What goes out to the gateway. The answers come back by themselves where the pass-through is on.',
    [MEASURED],
  );
}

function protocolName(protocol: number): string {
  const names: Readonly<Record<number, string>> = {
    [IpProtocol.TCP]: 'TCP',
    [IpProtocol.UDP]: 'UDP',
    [IpProtocol.GRE]: 'GRE (IP protocol 47)',
  };
  return names[protocol] ?? `IP protocol ${protocol}`;
}

function settings({ plan, site }: EdgeJob): EdgeBlock {
  const isPublished = site.role === 'before-gateway';
  const rows = [
    ...(plan.hasGre ? [['PPTP pass-through (PPTP ALG, VPN pass-through, NAT helper)', 'on']] : []),
    ...(isPublished
      ? [
          ['DMZ host, exposed host, default server', 'off'],
          ["VPN servers of the router itself on the table's ports", 'off'],
        ]
      : []),
  ];
  return block(
    rows.length === 0
      ? ['No setting has to be changed.']
      : ['| Setting | Must be |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)],
    'Whatever else the router has may stay as it is.',
    plan.hasGre ? [SAYS.passThrough, MEASURED] : [MEMORY],
  );
}

const SHARED_ADDRESS = step(
  "Compare the internet address on the router's status page with the one that a web page sees. They must be the same, and not " +
    'begin with 10., 192.168., 172.16. to 172.31. or 100.64. to 100.127.',
  'Two addresses mean another translation behind the router, at the provider (carrier-grade NAT, DS-Lite) or in a modem. Nothing ' +
    'that is set here changes what that one does.',
  MEMORY,
);

function beforeClients({ plan, site }: EdgeJob): EdgeBlock[] {
  const networks = site.clientNetworks.map(({ cidr }) => cidr).join(', ');
  return [
    ...(plan.hasGre
      ? [
          SHARED_ADDRESS,
          step(
            'Switch PPTP pass-through on, save, and restart the router. It is under Security, VPN, NAT, WAN or Firewall.',
            'Without it not even one call works through a router of Linux, whatever its firewall lets through: the answers in GRE ' +
              'have no port by which they find back to the client. With it several clients can call at once.',
            SAYS.passThrough,
            MEASURED,
          ),
        ]
      : []),
    step(
      `Only where the router filters what goes out: let out what the table says, from ${networks} to ${plan.gateway}, and not from ` +
        'guest networks.',
      'Home routers let everything out unless somebody has changed that.',
      MEMORY,
    ),
    ...(plan.hasGre
      ? [
          step(
            'Do not write 47 into any field for a port. Where the router asks for TCP or UDP and knows no other protocol, it has no ' +
              'rule for GRE, and the pass-through does it alone.',
            '47 is the number of the protocol, in the place where TCP has 6. A rule for TCP port 47 opens a port that nothing uses.',
            SAYS.notPort47,
          ),
        ]
      : []),
    step(
      'Forward no port to the clients.',
      'They call; nobody calls them. A forward of TCP 1723 to one client takes the answers away from the others on some routers.',
      MEMORY,
    ),
  ];
}

function beforeGateway({ plan, site }: EdgeJob): EdgeBlock[] {
  const { innerAddress } = site;
  return [
    SHARED_ADDRESS,
    step(
      `Give the gateway the address ${innerAddress} for good: a DHCP reservation, or an address outside of the DHCP range.`,
      'A forward leads to an address, whoever has it.',
      MEMORY,
    ),
    step(
      'Make a forward (virtual server, port sharing) for each line of the table, with its "From" in the field for the source or ' +
        'remote address. Where the router has no such field and "From" is not everywhere, stop here: it would let everybody in. ' +
        'Then take a firewall that knows sources in its place.',
      'Many home routers forward from everywhere or not at all.',
      MEMORY,
    ),
    ...(plan.hasGre
      ? [
          step(
            'For GRE choose GRE, "other" with number 47, or the ready-made service PPTP, never TCP or UDP with port 47. A router that ' +
              'knows none of these can still do it where its pass-through works for servers too: then the forward of TCP 1723 is ' +
              'enough, and the check tells.',
            'A forward of TCP 1723 alone, without pass-through, connects and then hangs: the data of the call is dropped.',
            SAYS.portless,
            SAYS.notPort47,
            MEASURED,
          ),
        ]
      : []),
    step(
      'Leave the DMZ or exposed host off.',
      'It would hand everything that arrives to the gateway, from everybody.',
      SAYS.dmz,
    ),
  ];
}

function removal({ plan, site }: EdgeJob): EdgeBlock[] {
  return [
    site.role === 'before-gateway'
      ? step(
          `Delete the forwards to ${site.innerAddress} that the table of ${plan.name}-steps.md names, and the DHCP reservation.`,
          'Nothing is forwarded to the gateway any more.',
          MEMORY,
        )
      : step(`Delete the rules for ${plan.gateway}, where there are any.`, 'What goes out is as it was.', MEMORY),
    ...(plan.hasGre
      ? [
          step(
            'Switch PPTP pass-through off again where it was off before, save, and restart the router.',
            'With it off, calls of others through this router end too.',
            SAYS.passThrough,
          ),
        ]
      : []),
  ];
}

function checks({ plan, site }: EdgeJob): EdgeBlock[] {
  const { gateway } = plan;
  const inner =
    site.role === 'before-gateway' ? `Run it on the gateway, ${site.innerAddress}.` : 'Run it on the gateway.';
  const others = plan.flows.filter(({ port, protocol }) => port !== undefined && protocol === IpProtocol.UDP);
  return [
    ...(plan.hasGre
      ? [
          step(
            `Dial, and watch with \`tcpdump -ni any 'tcp port 1723 or ip proto 47'\`. ${inner} TCP 1723 must be seen, and then GREv1 in ` +
              'both directions.',
            'GRE in no direction after TCP 1723, or in one alone: a router or firewall on the way drops protocol 47, or does not help ' +
              'it. The side from which none arrives is the one to look at.',
            MEASURED,
          ),
          step(
            'Dial twice at once, from two clients behind the same router.',
            'Both must stay up. Where the second one ends the first, or hangs, the pass-through keeps one call for each server and no ' +
              'Call IDs: one client at a time, or another protocol.',
            MEASURED,
          ),
          step(
            'Leave a call idle for ten minutes, then use it.',
            'A call that is dead then had its GRE forgotten by the router, which happens after half a minute to ten minutes: the server ' +
              'must send LCP echoes, every 30 seconds as the gateways of this library do.',
            MEASURED,
          ),
          step(
            'Where it fails with the pass-through on: switch it off, save, on again, save, restart. Where the gateway is published with ' +
              'a forward of GRE, try it with the pass-through off as well.',
            'What a broken ALG looks like: the client connects, says "verifying user name and password", and ends with error 619, 806 or ' +
              '807; or calls work until the first one ends, and then only after a restart of the router; or newer firmware still has the ' +
              'switch and nothing behind it. Then only another router helps, or a protocol over UDP or TCP.',
            MEMORY,
          ),
          step(
            `Do not take a port scan of TCP 47, nor \`ping ${gateway}\`, for a proof.`,
            'Neither has anything to do with GRE. A tunnel of plain GRE (version 0) that works proves nothing either: routers track it in ' +
              'another way than the GRE of PPTP.',
            MEASURED,
          ),
        ]
      : []),
    ...(plan.flows.some(({ port }) => port !== undefined) && !plan.hasGre
      ? [
          step(
            `Connect, and watch with \`tcpdump -ni any host ${gateway}\` on the client: packets of the table must be seen in both directions.`,
            'Packets in one direction: something on the way drops the answers, or the server does not answer.',
            MEMORY,
          ),
        ]
      : []),
    ...(others.length > 0
      ? [
          step(
            'Leave the connection idle for five minutes, then use it from the side of the gateway.',
            'Home routers forget UDP after 30 to 180 seconds of silence: the client must send something before that (WireGuard: ' +
              'PersistentKeepalive = 25; OpenVPN: keepalive; IKEv2 does by itself).',
            MEMORY,
          ),
        ]
      : []),
  ];
}
