import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ADDRESS, CLIENTS } from './addresses';
import type { Images } from './images';
import { EMULATED, type Outcome, Vm, type VmOptions } from './vm';

/** Who stands in the laboratory, each in a network namespace of its own. */
export type Role = 'cloud' | 'alice' | 'bob' | 'stranger' | 'home' | 'pc1' | 'pc2' | 'office' | 'vault';

/**
 * Everything around the gateway in one machine: clients, a router that translates addresses, strangers, the servers
 * behind the gateway, and the cloud with its router, its archive and what it answers.
 *
 * The internet and the VPC meet in the namespace `cloud`, which translates the gateway's public address into its private
 * one without keeping state, protocol 47 included, as AWS's internet gateway does.
 */
const NETWORK = `
sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for role in cloud alice bob stranger home pc1 pc2 office vault; do
  ip netns add $role
  ip netns exec $role sysctl -q -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
  ip -n $role link set lo up
done
ip link set eth0 netns cloud
ip -n cloud addr add ${ADDRESS.router}/24 dev eth0
ip -n cloud addr add 10.20.0.2/24 dev eth0
ip -n cloud link set eth0 up
ip -n cloud addr add ${ADDRESS.cloud}/32 dev lo
for bridge in "inet 198.51.100.1/24" "out 192.0.2.1/24" "lan 10.20.1.1/24" "deep 10.20.2.1/24"; do
  set -- $bridge
  ip -n cloud link add $1 type bridge
  ip -n cloud addr add $2 dev $1
  ip -n cloud link set $1 up
done
ip -n cloud addr add ${ADDRESS.archive}/24 dev lan
attach() { # attach ROLE BRIDGE ADDRESS ROUTER
  ip link add name eth0 netns $1 type veth peer name $1 netns cloud
  ip -n cloud link set $1 master $2 up
  ip -n $1 addr add $3/24 dev eth0
  ip -n $1 link set eth0 up
  ip -n $1 route add default via $4
}
attach alice inet ${ADDRESS.alice} 198.51.100.1
attach bob inet ${ADDRESS.bob} 198.51.100.1
attach home inet ${ADDRESS.home} 198.51.100.1
attach stranger out ${ADDRESS.stranger} 192.0.2.1
attach office lan ${ADDRESS.office} 10.20.1.1
attach vault deep ${ADDRESS.vault} 10.20.2.1
ip -n home link add lan type bridge
ip -n home addr add 192.168.77.1/24 dev lan
ip -n home link set lan up
for pc in "pc1 11" "pc2 12"; do
  set -- $pc
  ip link add name eth0 netns $1 type veth peer name $1 netns home
  ip -n home link set $1 master lan up
  ip -n $1 addr add 192.168.77.$2/24 dev eth0
  ip -n $1 link set eth0 up
  ip -n $1 route add default via 192.168.77.1
done
for router in cloud home; do ip netns exec $router sysctl -q -w net.ipv4.ip_forward=1; done
ip netns exec cloud nft -f - <<'END'
table ip igw {
  chain in {
    type filter hook prerouting priority raw
    iifname { "inet", "out" } ip daddr ${ADDRESS.public} ip daddr set ${ADDRESS.gateway}
  }
  chain out {
    type filter hook postrouting priority srcnat
    oifname { "inet", "out" } ip saddr ${ADDRESS.gateway} ip saddr set ${ADDRESS.public}
  }
  chain foreign { # whatever else of the VPC must not appear on the internet
    type filter hook postrouting priority 200
    oifname { "inet", "out" } ip saddr 10.0.0.0/8 counter
  }
}
END
ip netns exec home nft -f - <<'END'
table ip home {
  chain out {
    type nat hook postrouting priority srcnat
    oifname "eth0" masquerade
  }
}
END
cd /root
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=laboratory' -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=vault' -keyout vault.key -out vault.csr
printf 'subjectAltName=DNS:plant4.vault.azure.net\\nauthorityKeyIdentifier=keyid\\n' >vault.ext
openssl x509 -req -in vault.csr -CA ca.pem -CAkey ca.key -days 3650 -extfile vault.ext -out vault.pem
echo '${ADDRESS.public} vpn.example.com' >>/etc/hosts
cat >/etc/ppp/ip-up.d/routes <<'END'
#!/bin/sh
ip route replace 10.20.0.0/16 dev "$PPP_IFACE"
END
chmod 755 /etc/ppp/ip-up.d/routes
mkdir -p /archive /cloud/parameters /cloud/metadata
mount -o ro LABEL=archive /archive
service() { # service NAME ROLE COMMAND...
  unit=$1 role=$2
  shift 2
  systemd-run -q --unit=$unit -p NetworkNamespacePath=/run/netns/$role -p Restart=always "$@"
}
service archive cloud python3 -m http.server 80 --bind ${ADDRESS.archive} --directory /archive
service cloud cloud python3 /root/cloud.py
service office office python3 /root/whoami.py ${ADDRESS.office}
service vault vault python3 /root/whoami.py ${ADDRESS.vault}
modprobe -a ppp_generic ppp_async ppp_mppe wireguard tun xfrm_interface nf_conntrack_pptp nf_nat_pptp esp4
`;

/** Sockets of the two ends of the cable between the gateway and the laboratory. */
export function cable(folder: string, end: 'gateway' | 'lab'): VmOptions['link'] {
  const at = (name: string) => path.join(folder, `${name}.net`);
  return { local: at(end), remote: at(end === 'gateway' ? 'lab' : 'gateway') };
}

/** The laboratory, booted once and frozen; every test file thaws one of its own. */
interface Frozen {
  readonly memory: string;
  readonly disk: string;
}

/** Freezes a laboratory, unless there is one that was made from the same. */
export async function frozenLab(
  images: Images,
  folder: string,
  accelerator: VmOptions['accelerator'],
): Promise<Frozen> {
  const texts = ['lab.ts', 'cloud.py', 'whoami.py'].map((file) => read(file));
  const key = createHash('sha256')
    .update(JSON.stringify([texts, accelerator, EMULATED]))
    .digest('hex')
    .slice(0, 12);
  const frozen = {
    memory: path.join(images.folder, `lab-${key}.memory`),
    disk: path.join(images.folder, `lab-${key}.qcow2`),
  };
  if (!fs.existsSync(frozen.disk)) {
    for (const old of fs.readdirSync(images.folder).filter((name) => name.startsWith('lab-'))) {
      fs.rmSync(path.join(images.folder, old));
    }
    const vm = await Vm.start({ ...labOptions(images, folder, accelerator), image: images.lab });
    try {
      await vm.booted();
      for (const file of ['cloud.py', 'whoami.py']) {
        await vm.write(`/root/${file}`, read(file));
      }
      await vm.sh(NETWORK, { seconds: 120 });
      await vm.freeze(frozen.memory, frozen.disk);
    } finally {
      await vm.stop();
    }
  }
  return frozen;
}

function labOptions(images: Images, folder: string, accelerator: VmOptions['accelerator']) {
  return {
    name: 'lab',
    folder: path.join(folder, 'lab'),
    memoryMiB: 768,
    mac: '52:54:00:00:00:02',
    link: cable(folder, 'lab'),
    disks: [images.archive],
    accelerator,
  };
}

function read(file: string): string {
  return fs.readFileSync(path.join(__dirname, file), 'utf8');
}

/** What a gateway signalled to its stack. */
export interface Signal {
  readonly at: number;
  readonly '--status': 'SUCCESS' | 'FAILURE';
  readonly '--logical-resource-id': string;
}

export class Lab {
  public static async start(images: Images, folder: string, accelerator: VmOptions['accelerator']): Promise<Lab> {
    const { memory, disk } = await frozenLab(images, folder, accelerator);
    const vm = await Vm.start({ ...labOptions(images, folder, accelerator), image: disk, frozen: memory });
    return new Lab(vm);
  }

  private constructor(public readonly vm: Vm) {}

  /** Runs lines of shell as somebody in the laboratory. */
  public run(role: Role, script: string, options: { seconds?: number } = {}): Promise<Outcome> {
    return this.vm.run(`exec ip netns exec ${role} bash -s`, { ...options, input: script });
  }

  /** Runs lines of shell as somebody; they must all succeed. */
  public async sh(role: Role, script: string, options: { seconds?: number } = {}): Promise<string> {
    const { status, text } = await this.run(role, `set -e\n${script}`, options);
    if (status !== 0) {
      throw new Error(`${role}: exit ${status} from\n${script}\n${text}`);
    }
    return text;
  }

  /** What the cloud keeps for the gateway. */
  public async setSecret(text: string): Promise<void> {
    await this.vm.write('/cloud/secret', text);
  }

  public async setParameter(name: string, text: string): Promise<void> {
    await this.vm.write(`/cloud/parameters/${name}`, text);
  }

  /** What the template says about the machine beside its properties. */
  public async setMetadata(logicalId: string, text: string): Promise<void> {
    await this.vm.write(`/cloud/metadata/${logicalId}`, text);
  }

  public async setAzureUserData(text: string): Promise<void> {
    await this.vm.write('/cloud/azure-user-data', text);
  }

  /** The authority that the laboratory's certificates are of. */
  public authority(): Promise<string> {
    return this.vm.sh('cat /root/ca.pem');
  }

  /** What was signalled, once something was: that follows readiness by moments. */
  public async signals(): Promise<Signal[]> {
    await this.vm.eventually('[ -s /cloud/signals ]', 60);
    const text = await this.vm.sh('cat /cloud/signals');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Signal);
  }

  /**
   * Begins to capture what somebody sends and receives outside every tunnel: at the other end of the cable, since at
   * their own interface IPsec shows packets once more when they are decrypted.
   */
  public async watch(role: Role): Promise<void> {
    await this.run(role, 'pkill -x tcpdump; rm -f /root/wire.pcap');
    await this.vm.sh(
      `systemd-run -q --collect --unit=wire-${role} -p NetworkNamespacePath=/run/netns/cloud \
        tcpdump -i ${role} -U -w /root/wire.pcap -Z root
      until [ -s /root/wire.pcap ]; do sleep 0.1; done`,
    );
  }

  /** Ends the capture; whether it holds these bytes. */
  public async sawOnWire(role: Role, marker: string): Promise<boolean> {
    await this.vm.sh(`sleep 0.5; systemctl stop wire-${role}`);
    const { status } = await this.vm.run(`grep -aqF '${marker}' /root/wire.pcap`);
    return status === 0;
  }

  /** Drops what matches on the way between clients and gateway, until `unblock`. */
  public async block(match: string): Promise<void> {
    await this.sh(
      'cloud',
      `nft 'add table ip way; add chain ip way no { type filter hook forward priority 0; }'
      nft add rule ip way no ${match} counter drop`,
    );
  }

  public async unblock(): Promise<void> {
    await this.sh('cloud', 'nft delete table ip way');
  }

  /** The line of what a client gets from a server behind the gateway, or why it gets nothing. */
  public async fetch(role: Role, address: string): Promise<string> {
    return (await this.run(role, `curl -sS -m 5 http://${address}/`)).text.trim();
  }
}

export { ADDRESS, CLIENTS };
