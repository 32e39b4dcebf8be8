/** Recipes for PPTP on a host whose input is dropped by default, as they are found in articles, and what becomes of them. */
export interface GreRecipe {
  readonly id: string;
  /** What its rule about GRE is. */
  readonly what: string;
  /** In which notations it is written, with the text for `nft -f` or `iptables-restore`. */
  readonly rules: string;
  readonly notation: 'nftables' | 'iptables';
  /** Packets of three that come through: client to server, server to client, client to server again. */
  readonly clientFirst: readonly [number, number, number];
  /** The same where the server sends first: server to client, client to server. */
  readonly serverFirst: readonly [number, number];
  /** The right Call ID, from a neighbour without a control connection. */
  readonly stranger: number;
  /** A plain tunnel (GRE version 0) from the client during its call. */
  readonly plain: number;
  /** Client to server after `conntrack -F` during the call; left out where nothing came through before. */
  readonly afterFlush?: number;
}

const HELPER = `ct helper pptp { type "pptp" protocol tcp; l3proto ip; }
  chain assist { type filter hook prerouting priority mangle
    tcp dport 1723 ct state new ct helper set "pptp"
  }`;

function nft(gre: string, more: { control?: string; first?: string; before?: string } = {}): string {
  return `table inet recipe {
  ${more.before ?? ''}
  chain input { type filter hook input priority filter; policy drop
    iif "lo" accept
    ${more.first ?? ''}
    ${more.control ?? 'tcp dport 1723 ct state new,established accept'}
    ${gre}
  }
}
`;
}

function iptables(gre: readonly string[], more: { control?: readonly string[]; raw?: readonly string[] } = {}): string {
  const control = more.control ?? ['-p tcp --dport 1723 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT'];
  return [
    '*raw',
    ...(more.raw ?? []).map((rule) => `-A PREROUTING ${rule}`),
    'COMMIT',
    '*filter',
    ':INPUT DROP [0:0]',
    ...['-i lo -j ACCEPT', ...control, ...gre].map((rule) => `-A INPUT ${rule}`),
    'COMMIT',
    '',
  ].join('\n');
}

const CT_HELPER = ['-p tcp --dport 1723 -j CT --helper pptp'];
const DEAD = { clientFirst: [0, 3, 0], serverFirst: [3, 0], stranger: 0, plain: 0 } as const;
const RACE = { clientFirst: [0, 3, 0], serverFirst: [3, 3], stranger: 0, plain: 0 } as const;
const OPEN = { clientFirst: [3, 3, 3], serverFirst: [3, 3], stranger: 3, plain: 3, afterFlush: 3 } as const;
const STRICT = { clientFirst: [3, 3, 3], serverFirst: [3, 3], stranger: 0, plain: 0, afterFlush: 0 } as const;
const GATE = { clientFirst: [3, 3, 3], serverFirst: [3, 3], stranger: 0, plain: 3, afterFlush: 3 } as const;

/** Everything but D00, which has no filter at all. */
export const GRE_RECIPES: readonly GreRecipe[] = [
  {
    ...{ id: 'D01', what: 'the well-known recipe: GRE where ESTABLISHED', notation: 'iptables', ...DEAD },
    rules: iptables(['-p 47 -m conntrack --ctstate ESTABLISHED -j ACCEPT']),
  },
  {
    ...{ id: 'D02', what: 'the well-known recipe: GRE where established', notation: 'nftables', ...DEAD },
    rules: nft('ip protocol 47 ct state established accept'),
  },
  {
    ...{ id: 'D03', what: 'RELATED,ESTABLISHED, without a helper', notation: 'iptables', ...DEAD },
    rules: iptables(['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT']),
  },
  {
    ...{ id: 'D04', what: 'established,related, without a helper', notation: 'nftables', ...DEAD },
    rules: nft('ct state established,related accept'),
  },
  {
    ...{ id: 'D05', what: 'the well-known recipe with the helper', notation: 'iptables', ...RACE },
    rules: iptables(['-p 47 -m conntrack --ctstate ESTABLISHED -j ACCEPT'], { raw: CT_HELPER }),
  },
  {
    ...{ id: 'D06', what: 'the well-known recipe with the helper', notation: 'nftables', ...RACE },
    rules: nft('ip protocol 47 ct state established accept', { before: HELPER }),
  },
  {
    ...{ id: 'D07', what: 'RELATED,ESTABLISHED with the helper', notation: 'iptables', ...STRICT },
    rules: iptables(['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'], { raw: CT_HELPER }),
  },
  {
    ...{ id: 'D08', what: 'established,related with the helper', notation: 'nftables', ...STRICT },
    rules: nft('ct state established,related accept', { before: HELPER }),
  },
  {
    ...{ id: 'D09', what: 'GRE where established, or related by that helper', notation: 'nftables', ...STRICT },
    rules: nft(
      `ip protocol gre ct state established accept
    ip protocol gre ct state related ct helper "pptp" accept`,
      { before: HELPER },
    ),
  },
  {
    ...{ id: 'D09b', what: 'GRE where ESTABLISHED, or RELATED by that helper', notation: 'iptables', ...STRICT },
    rules: iptables(
      [
        '-p gre -m conntrack --ctstate ESTABLISHED -j ACCEPT',
        '-p gre -m conntrack --ctstate RELATED -m helper --helper pptp -j ACCEPT',
      ],
      { raw: CT_HELPER },
    ),
  },
  {
    ...{ id: 'D10', what: 'GRE from everybody', notation: 'iptables', ...OPEN },
    rules: iptables(['-p gre -j ACCEPT']),
  },
  { ...{ id: 'D11', what: 'GRE from everybody', notation: 'nftables', ...OPEN }, rules: nft('ip protocol gre accept') },
  {
    ...{ id: 'D12', what: 'GRE where NEW,ESTABLISHED,RELATED', notation: 'iptables', ...OPEN },
    rules: iptables(['-p gre -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ACCEPT']),
  },
  {
    ...{ id: 'D13', what: 'established,related, then GRE where new', notation: 'nftables', ...OPEN },
    rules: nft('ct state established,related accept\n    ip protocol gre ct state new accept'),
  },
  {
    ...{ id: 'D14', what: 'GRE from a range that holds the neighbour too', notation: 'nftables', ...OPEN },
    rules: nft('ip protocol gre ip saddr 203.0.113.0/24 accept'),
  },
  {
    ...{ id: 'D15', what: 'invalid dropped first: GRE of PPTP never is', notation: 'nftables', ...OPEN },
    rules: nft('ct state established,related accept\n    ip protocol gre ct state new accept', {
      first: 'ct state invalid drop',
    }),
  },
  {
    ...{ id: 'D16', what: 'GRE that is not tracked', notation: 'nftables', ...OPEN },
    rules: nft('ip protocol gre accept', {
      before: `chain untracked { type filter hook prerouting priority raw
    ip protocol gre notrack
  }
  chain untracked_out { type filter hook output priority raw
    ip protocol gre notrack
  }`,
    }),
  },
  {
    ...{ id: 'D17', what: 'GRE from addresses that spoke on TCP 1723', notation: 'nftables', ...GATE },
    rules: nft('ip protocol gre ip saddr @peers update @peers { ip saddr } accept', {
      before: 'set peers { type ipv4_addr; flags dynamic, timeout; timeout 5m; size 4096; }',
      control: `tcp dport 1723 ct state new accept
    tcp dport 1723 ct state established update @peers { ip saddr } accept`,
    }),
  },
  {
    ...{ id: 'D18', what: 'GRE from addresses that spoke on TCP 1723', notation: 'iptables', ...GATE },
    rules: iptables(['-p gre -m recent --name recipe --update --seconds 300 -j ACCEPT'], {
      control: [
        '-p tcp --dport 1723 -m conntrack --ctstate NEW -j ACCEPT',
        '-p tcp --dport 1723 -m conntrack --ctstate ESTABLISHED -m recent --name recipe --set -j ACCEPT',
      ],
    }),
  },
  {
    ...{ id: 'D19', what: 'the helper set where input is filtered', notation: 'nftables', ...STRICT },
    rules: nft('ct state established,related accept', {
      before: 'ct helper pptp { type "pptp" protocol tcp; l3proto ip; }',
      first: 'tcp dport 1723 ct state new ct helper set "pptp"',
    }),
  },
  {
    ...{ id: 'D20', what: 'the helper, and GRE where related only', notation: 'nftables' },
    ...{ clientFirst: [3, 3, 0], serverFirst: [3, 0], stranger: 0, plain: 0 },
    rules: nft('ip protocol gre ct state related accept', { before: HELPER }),
  },
];
