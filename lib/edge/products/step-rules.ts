import { type Flow, IpProtocol } from '../../flows';
import type { EdgeJob } from '../product';
import { isEverywhere, isGatewayAlone } from './appliance';

/** How an interface in a browser calls what rules are made of. */
export interface StepWords {
  /** The group of the clients' networks, and the gateway's address behind any translation. */
  readonly clients: string;
  readonly gateway: string;
  /** Where rules stand about what clients send, and about what the gateway sends. */
  readonly towards: string;
  readonly back: string;
  readonly pass: string;
  readonly block: string;
  /** Every address, protocol or port. */
  readonly any: string;
}

export const STEP_RULES_HEAD = ['No.', 'Where', 'Action', 'Protocol', 'Source', 'Destination', 'Port', 'Name'] as const;

/** The name of a flow's protocol where a person chooses it from a list. */
export function protocolText({ protocol }: Flow): string {
  const names: Partial<Record<number, string>> = { 6: 'TCP', 17: 'UDP', 47: 'GRE', 50: 'ESP' };
  return names[protocol] ?? `${protocol}`;
}

/** Rules as rows of a table, in the order in which they must stand: `STEP_RULES_HEAD` is above them. */
export function stepRules(job: EdgeJob, words: StepWords, gre: 'by rules' | 'by helper'): string[][] {
  const { plan } = job;
  const { gateway, towards, back, pass, block, any } = words;
  const clients = isEverywhere(job) ? any : words.clients;
  const port = (flow: Flow) => `${flow.port ?? any}`;
  const permitted = plan.flows.filter(({ protocol }) => gre === 'by rules' || protocol !== IpProtocol.GRE);
  const rows = [
    ...permitted.map((flow) => [
      towards,
      pass,
      protocolText(flow),
      clients,
      gateway,
      port(flow),
      `${flow.label} of clients`,
    ]),
    ...(isGatewayAlone(job)
      ? [[towards, block, any, any, gateway, any, 'nothing else']]
      : plan.flows.map((flow) => [
          towards,
          block,
          protocolText(flow),
          any,
          gateway,
          port(flow),
          `${flow.label} of nobody else`,
        ])),
    ...permitted
      .filter((flow) => flow.startsAtEitherEnd)
      .map((flow) => [back, pass, protocolText(flow), gateway, clients, any, `${flow.label} to clients`]),
  ];
  return rows.map((row, index) => [`${index + 1}`, ...row.slice(0, -1), `${plan.name}: ${row.at(-1)}`]);
}
