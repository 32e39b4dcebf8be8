import * as fs from 'node:fs';
import * as path from 'node:path';
import { ADDRESS } from './addresses';
import type { Images } from './images';
import { cable, type Lab } from './lab';
import type { UserData } from './template';
import { type Outcome, Vm, type VmOptions } from './vm';

/** A machine that boots with what was synthesised. */
export class Gateway {
  public static async start(
    lab: Lab,
    { images, folder, accelerator, image = 'full' }: GatewayOptions,
    synthesised: UserData,
  ): Promise<Gateway> {
    for (const [name, value] of Object.entries(synthesised.parameters)) {
      await lab.setParameter(name, value);
    }
    if (synthesised.azureUserData === undefined) {
      await lab.setMetadata(synthesised.logicalId, synthesised.metadata);
    } else {
      await lab.setAzureUserData(synthesised.azureUserData);
    }
    const started = Date.now();
    const vm = await Vm.start({
      name: 'gateway',
      folder: path.join(folder, 'gateway'),
      image: images[image],
      memoryMiB: 1024,
      mac: '52:54:00:00:00:01',
      link: cable(folder, 'gateway'),
      seed: {
        userData: synthesised.text,
        vendorData: synthesised.azureUserData === undefined ? '' : trusting(await lab.authority()),
        networkConfig: NETWORK_CONFIG,
        instanceId: INSTANCE_ID,
      },
      accelerator,
    });
    return new Gateway(vm, started);
  }

  private constructor(
    public readonly vm: Vm,
    private readonly started: number,
  ) {}

  /** Waits until the gateway says that it serves; returns the seconds since it was switched on. */
  public async ready(seconds = 900): Promise<number> {
    await this.vm.booted();
    await this.vm.eventually('[ -e /run/vpn-gateway/ready ]', seconds);
    return (Date.now() - this.started) / 1000;
  }

  public run(script: string, options: { seconds?: number; input?: string } = {}): Promise<Outcome> {
    return this.vm.run(script, options);
  }

  public sh(script: string, options: { seconds?: number; input?: string } = {}): Promise<string> {
    return this.vm.sh(script, options);
  }

  /** The journal of this boot, as text. */
  public journal(more = ''): Promise<string> {
    return this.vm.sh(`journalctl --no-pager -b -o short-monotonic ${more}`);
  }

  /** Reads users and policy now, instead of within the next minutes. */
  public refresh(): Promise<Outcome> {
    return this.vm.run(
      'systemctl start vpn-gateway.service; journalctl --no-pager -o cat -u vpn-gateway.service -n 20',
      {
        seconds: 120,
      },
    );
  }

  /** Keeps what tells most about a failure, then switches the machine off. */
  public async stop(): Promise<void> {
    try {
      const facts = await this.vm.run(
        `journalctl --no-pager -b -o short-precise >/tmp/journal; nft list ruleset; ip addr; ip route; ss -lntup
        systemctl --failed --no-legend; cat /run/cloud-init/result.json; conntrack -L 2>/dev/null | head -50`,
        { seconds: 30 },
      );
      fs.writeFileSync(this.vm.file('state.txt'), facts.text);
      fs.writeFileSync(this.vm.file('journal.txt'), (await this.vm.run('cat /tmp/journal')).text);
    } catch (error) {
      fs.writeFileSync(this.vm.file('state.txt'), `the machine does not answer: ${error}\n`);
    }
    await this.vm.stop();
  }
}

export interface GatewayOptions {
  readonly images: Images;
  readonly folder: string;
  readonly accelerator: VmOptions['accelerator'];
  /** The flavour of the kernel that it boots at first. @default 'full' */
  readonly image?: 'full' | 'cloud';
}

/** The laboratory's key vault is no other than Azure's for whoever trusts this authority. */
function trusting(authority: string): string {
  return `#cloud-config\n${JSON.stringify({ ca_certs: { trusted: [authority] } })}\n`;
}

export const INSTANCE_ID = 'i-0123456789abcdef0';

const NETWORK_CONFIG = `version: 2
ethernets:
  eth0:
    addresses: [${ADDRESS.gateway}/24]
    routes: [{to: 0.0.0.0/0, via: ${ADDRESS.router}}]
    nameservers: {addresses: [10.20.0.2]}
`;
