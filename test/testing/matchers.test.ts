import 'pptp-constructs/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Flow, PPTP } from 'pptp-constructs';
import { Clients, Insecure, PptpGateway } from 'pptp-constructs/aws';
import { review } from 'pptp-constructs/review';
import { repository } from '../support/cli';

const CLIENTS = '203.0.113.0/24';

function network(stack: Stack): ec2.Vpc {
  return new ec2.Vpc(stack, 'Network', {
    restrictDefaultSecurityGroup: false,
    maxAzs: 1,
    subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
  });
}

function gatewayIn(stack: Stack, id = 'LegacyVpn', vpc = network(stack)): PptpGateway {
  return new PptpGateway(stack, id, {
    vpc,
    clients: Clients.from(CLIENTS),
    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
  });
}

const file = (name: string) => join(repository, 'test', 'review', 'corpus', `${name}.yaml`);
const corpus = (name: string) => readFileSync(file(name), 'utf8');

/** The message of a matcher that fails. */
function failure(action: () => void): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message.replace(/^ {6}at .*:\d+\n/m, '');
  }
  throw new Error('it does not fail');
}

describe('a stack of AWS CDK', () => {
  const stack = new Stack(new App(), 'Vpn');
  const gateway = gatewayIn(stack);

  test('lets through what its rules let through, and serves what it is made for', () => {
    expect(stack).toLetThrough(Flow.tcp(1723), { from: CLIENTS });
    expect(stack).toLetThrough(Flow.GRE, { from: ['203.0.113.0/25', '203.0.113.128/25'], to: 'LegacyVpn' });
    expect(stack).not.toLetThrough(Flow.tcp(22), { from: '0.0.0.0/0' });
    expect(stack).toServe('PPTP');
    expect(stack).toServe('pptp', { clients: '203.0.113.7/32' });
    expect(stack).toServe(PPTP, { gateway: 'LegacyVpn' });
    expect(stack).not.toServe('IKEv2');
    expect(stack).not.toServe('PPTP', { clients: '198.51.100.0/24' });
  });

  test('is asked about by its app, by a construct in it and by its template alike', () => {
    expect(stack.node.root).toServe('PPTP', { clients: CLIENTS });
    expect(gateway).toServe('PPTP', { clients: CLIENTS });
    expect(Template.fromStack(stack)).toServe('PPTP', { clients: CLIENTS });
    expect(Template.fromStack(stack).toJSON()).toServe('PPTP', { clients: CLIENTS });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toServe('PPTP', { clients: CLIENTS });
  });

  test('some of whose clients are let in lets neither all through nor none', () => {
    const wider = '203.0.112.0/23';
    expect(() => expect(stack).toLetThrough(Flow.GRE, { from: wider })).toThrow('does not get through');
    expect(() => expect(stack).not.toLetThrough(Flow.GRE, { from: wider })).toThrow('gets through');
    expect(() => expect(stack).toServe('PPTP', { clients: wider })).toThrow('does not serve PPTP to all of');
    expect(() => expect(stack).not.toServe('PPTP', { clients: wider })).toThrow('serves PPTP to 203.0.113.0/24');
  });
});

describe('several stacks in one app', () => {
  const app = new App();
  const [first, second] = [new Stack(app, 'First'), new Stack(new Stage(app, 'Test'), 'Second')];
  gatewayIn(first);
  gatewayIn(second);
  const plain = new Stack(app, 'Plain');
  network(plain);

  test('are each asked about their own gateway, those of stages too', () => {
    expect(first).toServe('PPTP');
    expect(second).toServe('PPTP', { clients: CLIENTS, gateway: 'LegacyVpn' });
  });

  test('must be told which gateway is meant where there are two, or none', () => {
    expect(failure(() => expect(app).toServe('PPTP'))).toMatch(/^there are 2 VPN gateways in what was read\.\n/);
    expect(failure(() => expect(plain).toServe('PPTP'))).toBe(`there is no VPN gateway in what was read.
  allowed  no machine was read
  write    the id of one of the machines

      code REVIEW_QUESTION_INVALID, see docs/diagnostics.md`);
  });
});

describe('a message', () => {
  test('shows the path in both directions, the hop that drops, and what would let it through', () => {
    const reviewed = corpus('stateless-entry-missing');
    expect(failure(() => expect(reviewed).toLetThrough(Flow.GRE, { from: CLIENTS }))).toMatchSnapshot();
  });

  test('shows of a negated one the rule that lets it through', () => {
    const reviewed = corpus('pptp-that-works');
    expect(failure(() => expect(reviewed).not.toLetThrough(Flow.tcp(1723), { from: '0.0.0.0/0' }))).toMatchSnapshot();
  });

  test('shows of a protocol each flow that does not arrive', () => {
    expect(failure(() => expect(corpus('pptp-control-without-gre')).toServe('PPTP'))).toMatchSnapshot();
    expect(failure(() => expect(corpus('pptp-that-works')).not.toServe('PPTP'))).toMatchSnapshot();
  });

  test('has the construct path and the place in the template', () => {
    const stack = new Stack(new App(), 'Vpn');
    gatewayIn(stack);
    const text = failure(() => expect(stack).not.toLetThrough(Flow.GRE, { from: CLIENTS }));
    expect(text).toMatch(/\n {12}Vpn\/LegacyVpn\/\S+, at \S+Vpn\.template\.json:\d+:\d+\n/);
  });
});

test('what is not known passes neither as it stands nor negated', () => {
  const reviewed = corpus('unknown-clients');
  expect(failure(() => expect(reviewed).toServe('PPTP'))).toMatch(/may or may not serve PPTP/);
  expect(failure(() => expect(reviewed).not.toServe('PPTP'))).toMatch(/may or may not serve PPTP/);
  expect(failure(() => expect(reviewed).toLetThrough(Flow.GRE, { from: CLIENTS }))).toMatch(
    /may or may not get through/,
  );
  expect(failure(() => expect(reviewed).not.toLetThrough(Flow.GRE, { from: CLIENTS }))).toMatch(
    /UNKNOWN security group/,
  );
});

test('a review is asked without being read again', () => {
  expect(review([file('pptp-that-works')])).toServe('PPTP');
});

describe('what cannot be asked is refused', () => {
  const reviewed = corpus('pptp-that-works');

  test.each([
    ['a number', () => expect(7).toServe('PPTP')],
    ['nothing', () => expect(undefined).toServe('PPTP')],
    ['a protocol that does not exist', () => expect(reviewed).toServe('IKEv3' as 'IKEv2')],
    ['a machine that does not exist', () => expect(reviewed).toServe('PPTP', { gateway: 'Gatewai' })],
    ['a range that is none', () => expect(reviewed).toLetThrough(Flow.GRE, { from: '203.0.113.0/33' })],
    ['no range', () => expect(reviewed).toLetThrough(Flow.GRE, { from: [] })],
  ])('%s', (_, action) => {
    expect(failure(action)).toMatchSnapshot();
  });
});
