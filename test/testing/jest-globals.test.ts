import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Flow } from 'pptp-constructs';
import 'pptp-constructs/testing/jest-globals';
import { repository } from '../support/cli';

// That this compiles is half of what is tested: the matchers are typed on the `expect` of @jest/globals.

describe('with the expect of @jest/globals', () => {
  const template = readFileSync(join(repository, 'test', 'review', 'corpus', 'pptp-that-works.yaml'), 'utf8');

  test('the matchers pass', () => {
    expect(template).toLetThrough(Flow.GRE, { from: '203.0.113.0/24', to: 'Gateway' });
    expect(template).not.toServe('IKEv2');
  });

  test('the matchers fail', () => {
    expect(() => expect(template).toServe('IKEv2')).toThrow(
      /^Gateway does not serve IKEv2 to all of 203\.0\.113\.0\/24/,
    );
  });
});
