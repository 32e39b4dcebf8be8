import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalCode, repository, run, runCdkSynth, type SynthRun } from '../support/cli';

const FOLDERS = ['aws-pptp', 'aws-pptp-private-subnet', 'aws-migration', 'aws-fleet'];

const templateOf = ({ outdir }: SynthRun, stack: string) =>
  JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8'));

/** What a user reads: without the package manager's remarks and without the end that Node adds. */
const readable = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/^npm warn|^Node\.js v/.test(line))
    .join('\n')
    .trim();

describe.each(FOLDERS)('examples/%s', (folder) => {
  test('is an app of at most forty lines, with a README', () => {
    const source = readFileSync(join(repository, 'examples', folder, 'app.ts'), 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    expect(existsSync(join(repository, 'examples', folder, 'README.md'))).toBe(true);
  });
});

describe('examples/aws-pptp', () => {
  const synth = runCdkSynth('examples/aws-pptp');

  test('is synthesised by the real CLI, with one warning and nothing else to read', () => {
    expect(synth.status).toBe(0);
    expect(readable(`${synth.stdout}${synth.stderr}`)).toMatchInlineSnapshot(`
      "WARNING LegacyVpn speaks PPTP. Whoever records one login can read and change the calls of that user and log in as that user. Used all the same because: PLCs in plant 4 speak nothing else; replaced by 2027-06 (Annotation)
         AwsPptp/LegacyVpn constructs.Construct
         Acknowledge with 'Annotation::pptp-constructs:PPTP_INSECURE'"
    `);
  });

  test('gives this template', () => {
    expect(templateOf(synth, 'AwsPptp')).toMatchSnapshot();
  });

  test('gives the same template again', () => {
    expect(templateOf(runCdkSynth('examples/aws-pptp'), 'AwsPptp')).toEqual(templateOf(synth, 'AwsPptp'));
  });
});

describe('examples/aws-fleet', () => {
  const synth = runCdkSynth('examples/aws-fleet');

  test('is synthesised by the real CLI, and says which way has which verdict and why PPTP is built', () => {
    expect(synth.status).toBe(0);
    expect(readable(`${synth.stdout}${synth.stderr}`)).toMatchInlineSnapshot(`
      "office (203.0.113.0/24): IKEv2 works; 0 of 40 devices left out
      plant 4 (198.51.100.0/24): IKEv2 works; 3 of 3 devices left out
      office (203.0.113.0/24): PPTP works; 0 of 40 devices left out
      plant 4 (198.51.100.0/24): PPTP works; 0 of 3 devices left out
      WARNING Vpn is built as PPTP by a Debian machine with pptpd: IKEv2 serves 40 of 43 devices. A Debian machine with pptpd: about 5 to 10 minutes to create, billed as one small EC2 instance and one public IPv4 address. Clients: built into Windows; no longer into macOS, iOS and Android. (Annotation)
         AwsFleet/Vpn constructs.Construct
         Acknowledge with 'Annotation::pptp-constructs:PROTOCOL_SWAPPED'

      WARNING Pptp speaks PPTP. Whoever records one login can read and change the calls of that user and log in as that user. Used all the same because: PLCs in plant 4 speak nothing else; replaced by 2027-06 (Annotation)
         AwsFleet/Vpn/Pptp constructs.Construct
         Acknowledge with 'Annotation::pptp-constructs:PPTP_INSECURE'"
    `);
  });

  test('opens TCP 1723 and GRE to each site once', () => {
    const groups = Object.values(templateOf(synth, 'AwsFleet').Resources) as {
      Type: string;
      Properties: never;
    }[];
    const inbound = groups
      .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroup')
      .flatMap(
        ({ Properties }) => (Properties as { SecurityGroupIngress: Record<string, unknown>[] }).SecurityGroupIngress,
      )
      .map(({ IpProtocol, FromPort, CidrIp }) => [IpProtocol, FromPort, CidrIp]);
    expect(inbound.filter(([protocol]) => protocol !== 'icmp')).toEqual([
      ['tcp', 1723, '203.0.113.0/24'],
      ['tcp', 1723, '198.51.100.0/24'],
      ['47', undefined, '203.0.113.0/24'],
      ['47', undefined, '198.51.100.0/24'],
    ]);
  });
});

describe('examples/aws-migration', () => {
  const synth = runCdkSynth('examples/aws-migration');

  test('is synthesised by the real CLI, with the warning about PPTP and nothing else to read', () => {
    expect(synth.status).toBe(0);
    expect(readable(`${synth.stdout}${synth.stderr}`)).toMatchInlineSnapshot(`
      "WARNING Vpn speaks PPTP. Whoever records one login can read and change the calls of that user and log in as that user. Used all the same because: PLCs in plant 4 speak nothing else; replaced by 2027-06 (Annotation)
         AwsMigration/Vpn constructs.Construct
         Acknowledge with 'Annotation::pptp-constructs:PPTP_INSECURE'"
    `);
  });

  test('gives this template, on every day', () => {
    expect(templateOf(synth, 'AwsMigration')).toMatchSnapshot();
  });
});

describe('examples/aws-pptp-private-subnet', () => {
  const synth = runCdkSynth('examples/aws-pptp-private-subnet');

  test('is refused by the real CLI, with a status that a pipeline sees and the code of the first reason', () => {
    expect(synth.status).toBe(1);
    expect(refusalCode(synth)).toBe('NO_INTERNET_ROUTE');
    expect(existsSync(join(synth.outdir, 'AwsPptpPrivateSubnet.template.json'))).toBe(false);
  });

  test('explains itself, with the line of the user and without a frame of the library', () => {
    const text = readable(`${synth.stdout}${synth.stderr}`);
    expect(text).not.toMatch(/node_modules|[\\/]dist[\\/]|[\\/]lib[\\/]/);
    expect(text.replaceAll(repository, '')).toMatchInlineSnapshot(`
      "node:internal/modules/run_main:123
          triggerUncaughtException(
          ^

      PPTP cannot reach LegacyVpn: TCP 1723 and GRE (IP protocol 47) do not arrive.

        client 203.0.113.0/24 -> internet -> internet gateway -> NAT gateway of PrivateSubnet1 -> VPC -> security group -> host filter -> gateway
                                             x TCP 1723 dropped, both directions
                                             x GRE dropped, both directions
                                                                 x TCP 1723 dropped, towards the gateway
                                                                 x GRE dropped, both directions
        TCP 1723  dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                  gateway, read 2023-04]
                  The default route of subnet PrivateSubnet1 leads to a NAT gateway, not to an internet gateway:
                  nothing that comes from the internet is handed to a machine in it.
                  To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets
                  dropped by the NAT gateway of PrivateSubnet1, towards the gateway. [Amazon VPC User Guide: NAT
                  gateway basics, read 2026-11]
                  A NAT gateway takes no connections from outside: it has no port forwarding, so a server behind it
                  cannot be reached.
                  To change it: give the gateway a public subnet, with a route to an internet gateway and an address
                  of its own
        GRE 47    dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                  gateway, read 2023-04]
                  The default route of subnet PrivateSubnet1 leads to a NAT gateway, not to an internet gateway:
                  nothing that comes from the internet is handed to a machine in it.
                  To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets
                  dropped by the NAT gateway of PrivateSubnet1. [Amazon VPC User Guide: NAT gateway basics, read
                  2026-11]
                  A NAT gateway translates TCP, UDP and ICMP only, so it drops GRE (IP protocol 47).
                  To change it: give the gateway a public subnet, with a route to an internet gateway and an address
                  of its own

        What works on this path, in place of PptpGateway:
          OpenVPN  needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                   create, billed by the hour for each associated subnet and for each connected client
                   new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

          at app.ts:10
          code NO_INTERNET_ROUTE, see docs/diagnostics.md

      npx tsx --tsconfig ../tsconfig.json app.ts: Subprocess exited with error 1"
    `);
  });

  test('works once its README is followed', () => {
    const folder = join(repository, 'examples', 'aws-pptp-private-subnet');
    const source = readFileSync(join(folder, 'app.ts'), 'utf8');
    const evaluate = (code: string) => {
      // Beside the app, so that it finds what the app finds.
      const copy = join(folder, `.changed-${process.pid}.ts`);
      writeFileSync(copy, code);
      try {
        const tsx = join(repository, 'node_modules/tsx/dist/cli.mjs');
        return run(process.execPath, [tsx, '--tsconfig', '../tsconfig.json', copy], { cwd: folder });
      } finally {
        rmSync(copy);
      }
    };
    expect(refusalCode(evaluate(source))).toBe('NO_INTERNET_ROUTE');
    for (const [found, instead] of [
      [/^ *vpcSubnets: .*\n/m, ''],
      [/PRIVATE_WITH_EGRESS/, 'PUBLIC'],
    ] as const) {
      expect(source).toMatch(found);
      const { status, stderr } = evaluate(source.replace(found, instead));
      expect({ status, stderr: readable(stderr) }).toEqual({
        status: 0,
        stderr: '',
      });
    }
  });
});
