import { type Cloud, type Interface, isKnown, isUnknown, type Machine, type Route } from '../model';
import type { Context, FindingKind, Topic } from './finding';

const CHECK: FindingKind = {
  id: 'source-destination-check-on',
  severity: 'error',
  title: 'Routes lead to a machine whose source/destination check is on',
  help: "With the check on, EC2 drops packets that carry an address other than the machine's own: those of a pool of clients that is routed and not masqueraded.",
};

const SECRET: FindingKind = {
  id: 'secret-in-user-data',
  severity: 'error',
  title: 'User data holds a secret',
  help: 'Whoever may describe the instance, read the template or run a program on the machine can read user data. Keep secrets in a secret store, and let the machine fetch them.',
};

/** What is written into machines. */
export const machines: Topic = {
  kinds: [CHECK, SECRET],
  estate: (context) => {
    checks(context);
    for (const machine of context.estate.all('machine')) {
      secrets(context, machine);
    }
  },
};

/** A route to an interface is there for packets that are not for its own address. */
function checks({ estate, world, report }: Context): void {
  for (const table of estate.all('route-table')) {
    for (const route of table.routes) {
      const face = interfaceOf(estate, route);
      const check = face?.sourceDestinationCheck ?? true;
      if (face === undefined || face.cloud !== 'aws' || isUnknown(check) || !check) {
        continue;
      }
      const owner = world.machineOf(face) ?? face;
      report({
        kind: CHECK,
        message: `A route of ${table.label} leads to ${owner.label}, whose source/destination check is on: packets for others than itself are dropped.`,
        fix: `SourceDestCheck: false on ${owner.label}`,
        origin: face.origin,
        thing: owner,
        what: table.label,
        evidence:
          world.element('aws.vpc')?.notes.find(({ topic }) => topic === 'Source/destination check')?.evidence ?? [],
      });
    }
  }
}

function interfaceOf(estate: Context['estate'], { target }: Route): Interface | undefined {
  return estate.find('interface', target) ?? estate.find('machine', target)?.interfaces[0];
}

/** What a secret looks like. What the secret is is in no message. */
const SECRETS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  {
    what: 'a private key of WireGuard',
    pattern: /\b(?:PrivateKey|PresharedKey)\s*=\s*[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=/,
  },
  // A line of chap-secrets: client, server, secret, addresses.
  {
    what: 'a password in a line of chap-secrets',
    pattern:
      /^\s*(?:echo\s+["']?)?["']?[\w.@\\-]+["']?\s+(?:["']?pptpd["']?|["']?l2tpd["']?|\*)\s+(?!["']?\$)(?:"[^"\n]*"|\S+)\s+(?:\*|\d+\.\d+\.\d+\.\d+\S*)/m,
  },
  { what: 'a pre-shared key of IPsec', pattern: /:\s*PSK\s+["'](?!\$)[^"'\s]{4,}["']/ },
  { what: 'an access key of AWS', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  {
    what: 'a password',
    pattern:
      /(?<!:)\b(?:password|passwd|secret|psk|api_?key|auth_?token)["']?\s*[:=]\s*["']?(?![\s"'$({</]|[\w.]+[(})\]]|lambda\b|arn:|false\b|true\b|no\b|yes\b|none\b|null\b)[^\s"'$({<,;]{6,}/i,
  },
];

/** Where a secret belongs. */
const STORES: Readonly<Record<Cloud, string>> = {
  aws: 'a secret in Secrets Manager that the machine fetches with its role',
  azure: 'a secret in Key Vault that the machine fetches with its identity',
  google: 'a secret in Secret Manager that the machine fetches with its service account',
};

function secrets({ report }: Context, machine: Machine): void {
  const text = machine.userData;
  if (text === undefined || !isKnown(text)) {
    return;
  }
  for (const { what, pattern } of SECRETS) {
    const match = pattern.exec(text);
    if (match !== null) {
      const line = text.slice(0, match.index).split('\n').length;
      report({
        kind: SECRET,
        message: `The user data of ${machine.label} holds what looks like ${what}, in line ${line} of it.`,
        fix: STORES[machine.cloud],
        origin: machine.userDataOrigin ?? machine.origin,
        thing: machine,
        what,
      });
      return;
    }
  }
}
