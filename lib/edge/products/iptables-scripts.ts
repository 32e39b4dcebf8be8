import { GATEWAY_ADDRESS } from '../plan';
import type { EdgeDraft, EdgeJob } from '../product';
import { LOAD_NAT_MODULE, measured, needsNatHelper, PPTP_PORT, shellDraft, wireChecks } from './linux';

/** A built-in chain, and the own chain that it jumps to. */
export type Hook = readonly [table: string, from: string, to: string];

/** Rules for one version of IP. */
export interface RulesFile {
  readonly draft: EdgeDraft;
  readonly version: 4 | 6;
  readonly hooks: readonly Hook[];
  /** Own chains by table. */
  readonly chains: readonly (readonly [table: string, chain: string])[];
}

const COMMAND = { 4: 'iptables', 6: 'ip6tables' } as const;

/** What leads to a machine's IPv6 only where it has one. */
function guarded({ version }: RulesFile, lines: readonly string[]): string {
  return version === 4 ? lines.join('\n') : ['if [ -e /proc/net/if_inet6 ]; then', ...lines, 'fi'].join('\n');
}

/** Loads the rules, and hooks their chains in. */
export function apply(job: EdgeJob, prefix: string, files: readonly RulesFile[]): EdgeDraft {
  const { plan, site } = job;
  const [named] = files as [RulesFile];
  const kept = keptFile(job, prefix);
  return shellDraft('configuration', `${plan.name}-${site.role}-apply.sh`, [
    measured(
      `set -e
cd "$(dirname "$0")"
if grep -v '^#' ${named.draft.name} | grep -q '${GATEWAY_ADDRESS.replace('_', '[_]')}'; then
	echo 'put the address of the gateway into ${named.draft.name} first' >&2
	exit 1
fi
hook() {
	"$1" -w 10 -t "$2" -C "$3" -j "$4" 2>/dev/null || "$1" -w 10 -t "$2" -I "$3" 1 -j "$4"
}`,
      'Run as root, with the files of rules beside it, now and whenever the machine starts. iptables would ask the DNS for ' +
        'what is no address.',
    ),
    ...(kept === undefined
      ? []
      : [
          measured(
            [`install -D -m 644 ${kept.name} ${kept.path}`, ...(needsNatHelper(job) ? [LOAD_NAT_MODULE] : [])].join(
              '\n',
            ),
            'What modules are told, for every start of the machine.',
          ),
        ]),
    ...files.map((rules) =>
      measured(
        guarded(rules, [
          `${COMMAND[rules.version]}-restore -w 10 --noflush ${rules.draft.name}`,
          ...rules.hooks.map((hook) => `hook ${COMMAND[rules.version]} ${hook.join(' ')}`),
        ]),
        `Loads the chains that begin with ${prefix}- and no others, and hooks them in where they are not yet, first.`,
      ),
    ),
  ]);
}

/** Where a file about modules is kept on the machine. */
function keptFile(job: EdgeJob, prefix: string): { readonly name: string; readonly path: string } | undefined {
  const { plan, site } = job;
  const [kind, folder] = needsNatHelper(job) ? ['modules', 'modules-load.d'] : ['modprobe', 'modprobe.d'];
  return plan.hasGre
    ? { name: `${plan.name}-${site.role}.${kind}.conf`, path: `/etc/${folder}/${prefix}.conf` }
    : undefined;
}

/** Takes hooks and chains out. */
export function removal(job: EdgeJob, prefix: string, files: readonly RulesFile[]): EdgeDraft {
  const { plan, site } = job;
  const kept = keptFile(job, prefix);
  return shellDraft('removal', `${plan.name}-${site.role}-remove.sh`, [
    measured(
      `unhook() {
	while "$1" -w 10 -t "$2" -D "$3" -j "$4" 2>/dev/null; do :; done
}
empty() {
	"$1" -w 10 -t "$2" -F "$3" 2>/dev/null
}
delete() {
	"$1" -w 10 -t "$2" -X "$3" 2>/dev/null
}`,
      'Run as root. What is gone already is passed over.',
    ),
    ...files.map((rules) => {
      const each = (verb: string, chains: readonly (readonly string[])[]) =>
        chains.map((chain) => `${verb} ${COMMAND[rules.version]} ${chain.join(' ')}`);
      return measured(
        guarded(rules, [
          ...each('unhook', rules.hooks),
          ...each('empty', rules.chains),
          ...each('delete', rules.chains),
        ]),
        'The hooks first, then the chains, emptied before they are deleted because they jump to each other.',
      );
    }),
    ...(kept === undefined
      ? []
      : [
          measured(
            `rm -f ${kept.path}`,
            'What modules were told; those that are loaded stay until the machine starts again, because others may use them.',
          ),
        ]),
    measured('true', 'Nothing is left; that something was gone before is no failure.'),
  ]);
}

/** What is seen afterwards. */
export function check(job: EdgeJob, prefix: string): EdgeDraft {
  const { plan, site } = job;
  const command = COMMAND[plan.version];
  return shellDraft('check', `${plan.name}-${site.role}-check.sh`, [
    measured(
      `${command}-save -c | grep '${prefix}-'`,
      'The chains are loaded and hooked in. The numbers in front are packets and bytes: while a client is connected, those ' +
        `of ACCEPT in ${prefix}-ok and ${prefix}-back rise; a DROP that rises with it names what is missing.`,
    ),
    measured(
      `${command} -S ${site.role === 'gateway-host' ? 'INPUT' : 'FORWARD'} | head -n 3`,
      `The jump to ${prefix}- must be the first rule: a rule before it that drops is never overruled. Where nftables is used ` +
        'beside iptables, its tables must let the same through.',
    ),
    ...(plan.hasGre && !needsNatHelper(job)
      ? [
          measured(
            `cat /proc/net/xt_recent/${plan.name}-callers /sys/module/xt_recent/parameters/ip_list_tot`,
            `Who was heard on TCP ${PPTP_PORT}: the addresses that may send GRE; and how many there may be, 8192.`,
          ),
        ]
      : []),
    ...wireChecks(job, needsNatHelper(job)),
  ]);
}
