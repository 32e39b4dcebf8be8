import type { Role } from './lab';
import type { Site } from './run';

/** Ends what `Lab.watch` began; how many packets match each of these filters, in the words of tcpdump. */
export async function packetsOnWire({ lab }: Site, role: Role, filters: readonly string[]): Promise<number[]> {
  await lab.vm.sh(`sleep 0.5; systemctl stop wire-${role}`);
  const text = await lab.vm.sh(
    filters.map((filter) => `tcpdump -nr /root/wire.pcap '${filter}' 2>/dev/null | wc -l`).join('\n'),
  );
  return text.trim().split('\n').map(Number);
}
