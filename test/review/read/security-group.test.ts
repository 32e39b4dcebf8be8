import { estateOf, isKnown } from '../../../lib/review';

const any = { CidrIp: '203.0.113.0/24' };

function group() {
  const Resources = {
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'rules that are asked about, and others',
        SecurityGroupIngress: [
          { ...any, IpProtocol: 'tcp', FromPort: 22, ToPort: 22 },
          { ...any, IpProtocol: 'tcp', FromPort: 1723, ToPort: 1723 },
          { ...any, IpProtocol: 'udp', FromPort: 3000, ToPort: 4000 },
          { ...any, IpProtocol: '47' },
          { ...any, IpProtocol: 'tcp', FromPort: '22', ToPort: '22' },
          { 'Fn::If': ['Open', { ...any, IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }, { Ref: 'AWS::NoValue' }] },
        ],
      },
    },
    Rule: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { ...any, GroupId: { Ref: 'Group' }, IpProtocol: 'tcp', FromPort: 23, ToPort: 23 },
    },
  };
  const Parameters = { Which: { Type: 'String' } };
  const Conditions = { Open: { 'Fn::Equals': [{ Ref: 'Which' }, 'open'] } };
  const [set] = estateOf({ One: { Parameters, Conditions, Resources } }).all('rule-set');
  return set as NonNullable<typeof set>;
}

const about = (port: number) => (_protocol: number, from: number, to: number) => from <= port && port <= to;

const pointers = (rules: readonly { readonly origin: { readonly pointer: string } }[] | undefined) =>
  rules?.map(({ origin }) => origin.pointer.replace('/Resources/', '').replace('/Properties', ''));

test('rules for other ports are left out where they are plainly written, and no others', () => {
  expect(pointers(group().rulesAbout?.(about(1723)))).toEqual([
    'Group/SecurityGroupIngress/1',
    'Group/SecurityGroupIngress/3',
    'Group/SecurityGroupIngress/4',
    'Group/SecurityGroupIngress/5/Fn::If/1',
    'Rule',
    'Group',
  ]);
});

test('each question gets its own rules', () => {
  const set = group();
  set.rulesAbout?.(about(1723));
  expect(pointers(set.rulesAbout?.(about(3500)))?.slice(0, 2)).toEqual([
    'Group/SecurityGroupIngress/2',
    'Group/SecurityGroupIngress/3',
  ]);
});

test('a rule is one object, whoever asks for it first', () => {
  const set = group();
  const some = set.rulesAbout?.(about(1723)) ?? [];
  const { rules } = set;
  expect(rules).toHaveLength(8);
  expect(some.every((rule) => rules.includes(rule))).toBe(true);
  expect(set.rules).toBe(rules);
});

test('all rules are in the order of the file, the standalone one and the default behind them', () => {
  expect(pointers(group().rules)?.map((pointer) => pointer.replace('SecurityGroupIngress/', ''))).toEqual([
    ...['Group/0', 'Group/1', 'Group/2', 'Group/3', 'Group/4', 'Group/5/Fn::If/1', 'Rule', 'Group'],
  ]);
  expect(group().rules.map(({ condition }) => condition === undefined || isKnown(condition))).toEqual([
    ...[true, true, true, true, true, false, true, true],
  ]);
});
