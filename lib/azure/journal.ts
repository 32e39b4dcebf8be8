import { Construct } from 'constructs';
import type { LogShipping } from '../host';
import { AZURE_PROGRAM } from './machine-program';
import type { MetaArguments } from './meta-arguments';
import { MonitorDataCollectionEndpoint, MonitorDataCollectionRule, RoleAssignment } from './provider';

/** The columns of what the machine sends, which are those of the table `Syslog`. */
const COLUMNS = ['Computer', 'Facility', 'SeverityLevel', 'ProcessName', 'SyslogMessage'] as const;

/** The stream that the machine sends to; `vpn-gateway-azure` names it. */
const STREAM = 'Custom-VpnGatewayJournal';

/** What `MachineJournal` is made from. */
export interface MachineJournalProps {
  readonly meta: MetaArguments;
  readonly resourceGroupName: string;
  readonly location: string;
  readonly tags?: { readonly [key: string]: string };
  readonly endpointName: string;
  readonly ruleName: string;
  readonly workspaceId: string;
  /** Who may send. */
  readonly principalId: string;
}

/**
 * The way of a machine's journal into a Log Analytics workspace: the machine sends it, with its own identity, to the
 * ingestion interface of Azure Monitor, and a rule puts it into the table `Syslog`. Azure's agent is no choice: it reads
 * what rsyslog hands to it, and Debian 13 has no rsyslog and is not among the systems that it supports.
 */
export class MachineJournal extends Construct {
  /** Where the machine sends to. */
  public readonly endpoint: string;
  /** The id of the rule, as the interface wants it. */
  public readonly ruleId: string;

  public constructor(scope: Construct, id: string, props: MachineJournalProps) {
    super(scope, id);
    const place = {
      ...props.meta,
      resourceGroupName: props.resourceGroupName,
      location: props.location,
      ...(props.tags === undefined ? {} : { tags: { ...props.tags } }),
    };
    const endpoint = new MonitorDataCollectionEndpoint(this, 'Endpoint', { ...place, name: props.endpointName });
    const rule = new MonitorDataCollectionRule(this, 'Rule', {
      ...place,
      name: props.ruleName,
      description: 'Journal of a VPN gateway',
      dataCollectionEndpointId: endpoint.id,
      streamDeclaration: [
        {
          streamName: STREAM,
          column: [{ name: 'TimeGenerated', type: 'datetime' }, ...COLUMNS.map((name) => ({ name, type: 'string' }))],
        },
      ],
      destinations: { logAnalytics: [{ name: 'workspace', workspaceResourceId: props.workspaceId }] },
      dataFlow: [
        { streams: [STREAM], destinations: ['workspace'], transformKql: 'source', outputStream: 'Microsoft-Syslog' },
      ],
    });
    new RoleAssignment(this, 'Access', {
      ...props.meta,
      scope: rule.id,
      // The name is of old; it is the role that may send to the ingestion interface.
      roleDefinitionName: 'Monitoring Metrics Publisher',
      principalId: props.principalId,
      principalType: 'ServicePrincipal',
    });
    this.endpoint = endpoint.logsIngestionEndpoint;
    this.ruleId = rule.immutableId;
  }
}

/** Sends the journal every minute, with the place reached kept between two times. */
export const JOURNAL_UNITS: LogShipping = {
  files: [
    {
      path: '/etc/systemd/system/vpn-gateway-journal.service',
      content: `[Unit]
Description=Send the journal to Azure Monitor
[Service]
Type=oneshot
StateDirectory=vpn-gateway-journal
ExecStart=${AZURE_PROGRAM.path} journal
DynamicUser=yes
SupplementaryGroups=systemd-journal
ProtectHome=yes
PrivateDevices=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
`,
    },
    {
      path: '/etc/systemd/system/vpn-gateway-journal.timer',
      content: `[Timer]
OnActiveSec=0
OnUnitInactiveSec=60
[Install]
WantedBy=timers.target
`,
    },
  ],
  commands: [['systemctl', 'enable', '--now', 'vpn-gateway-journal.timer']],
};
