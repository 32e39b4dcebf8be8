import { App, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { isToken, known } from '../../lib/aws/token';
import { errorOf } from '../support/messages';

const stack = new Stack(new App(), 'Network');

describe('isToken', () => {
  test.each([
    ['a parameter', new CfnParameter(stack, 'Range').valueAsString],
    ['text around a token', `${Fn.importValue('Net')}/24`],
    ['a number', Token.asNumber({ Ref: 'Port' })],
    ['a list', Token.asList({ Ref: 'Subnets' })],
    ['a lazy value', Lazy.string({ produce: () => '203.0.113.0/24' })],
    ['an attribute of the stack', stack.account],
  ])('sees %s as a token', (_what, value) => {
    expect(isToken(value)).toBe(true);
  });

  test.each([
    ['a text', '203.0.113.0/24'],
    ['a number', 443],
    ['nothing', undefined],
    ['a list of texts', ['10.0.0.2']],
    ['what only looks like a token of another core', ['$', '{TfToken[TOKEN.0]}'].join('')],
  ])('sees %s as known', (_what, value) => {
    expect(isToken(value)).toBe(false);
  });
});

describe('known', () => {
  test('hands a literal value through', () => {
    expect(known('10.100.0.0/22', 'clientCidr')).toBe('10.100.0.0/22');
  });

  test('refuses a token and names the property', () => {
    expect(errorOf(() => known(Fn.importValue('Pool'), 'clientCidr'))).toMatchInlineSnapshot(`
      {
        "code": "TOKEN_NOT_ALLOWED",
        "text": "clientCidr is a token, a value that only deployment knows, and must be known at synth.
        allowed  a literal value, or one from context or configuration, which synth can read
        write    clientCidr: this.node.getContext('clientCidr')

            at FILE:LINE
            code TOKEN_NOT_ALLOWED, see docs/diagnostics.md",
      }
    `);
  });
});
