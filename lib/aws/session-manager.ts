import { invalid } from '../errors';
import type { BootScript } from './boot-script';
import { known } from './token';

/** What the SSM agent may do for Session Manager, and no more; `AmazonSSMManagedInstanceCore` also reads every parameter. */
export const SESSION_MANAGER_ACTIONS: readonly string[] = [
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/**
 * Checks a public key that somebody pasted.
 *
 * @throws InvalidInputError `SIGNING_KEY_INVALID`, `TOKEN_NOT_ALLOWED`
 */
export function checkedSigningKey(key: string): string {
  known(key, 'sessionManagerSigningKey');
  const text = typeof key === 'string' ? key.replace(/\r\n/g, '\n').trim() : '';
  const block =
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:[A-Za-z]+: .*\n)*\n?([A-Za-z0-9+/=\n]+)\n-----END PGP PUBLIC KEY BLOCK-----$/;
  if (!block.test(text)) {
    invalid({
      code: 'SIGNING_KEY_INVALID',
      what: 'sessionManagerSigningKey is not an OpenPGP public key in ASCII armour',
      allowed: 'the whole block from BEGIN to END PGP PUBLIC KEY BLOCK, as AWS publishes it for the SSM agent',
      instead: "sessionManagerSigningKey: readFileSync('amazon-ssm-agent.asc', 'utf8')",
    });
  }
  return `${text}\n`;
}

/**
 * Installs AWS's SSM agent, which opens no port: it keeps a connection to AWS, and Session Manager comes in over that.
 * Debian does not package it, so its signature is checked against the key that the user trusts; a package whose signature
 * does not fit fails the machine.
 *
 * @param region may be a token
 * @param urlSuffix the domain of AWS in the partition; may be a token
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/verify-agent-signature.html, read 2026-11
 */
export function installSsmAgent(
  signingKey: string,
  region: string,
  urlSuffix: string,
  architecture: 'x86_64' | 'arm64',
): BootScript {
  return {
    id: 'InstallSsmAgent',
    description: "Installs the SSM agent on the gateway after checking AWS's signature",
    packages: ['curl', 'gpg', 'gpgv'],
    text: `set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >key.asc <<'END'
${signingKey}END
url="https://s3.$1.$2/amazon-ssm-$1/latest/debian_$3/amazon-ssm-agent.deb"
curl -fsS --retry 5 -o agent.deb "$url"
curl -fsS --retry 5 -o agent.deb.sig "$url.sig"
gpg --homedir "$folder" --batch --dearmor -o key.gpg key.asc
gpgv --keyring ./key.gpg agent.deb.sig agent.deb
dpkg -i agent.deb
systemctl enable --now amazon-ssm-agent`,
    args: [region, urlSuffix, architecture === 'arm64' ? 'arm64' : 'amd64'],
  };
}
