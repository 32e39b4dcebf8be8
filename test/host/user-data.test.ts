import { checkUserDataSize } from '../../lib/host';
import { errorOf } from '../support/messages';

const tokens = /<token \w+>/g;

describe('user data', () => {
  test('may be as long as EC2 takes it', () => {
    expect(checkUserDataSize('x'.repeat(16_384))).toBe(16_384);
    expect(checkUserDataSize('é'.repeat(8192))).toBe(16_384);
  });

  test('one byte longer is refused', () => {
    expect(errorOf(() => checkUserDataSize('x'.repeat(16_385)))).toEqual({
      code: 'USER_DATA_TOO_LARGE',
      text: [
        'user data is 16385 bytes long, 1 more than the cloud takes.',
        '  allowed  at most 16384 bytes, before base64',
        '  write    fewer or shorter files and commands of your own; fetch long ones at boot',
        '',
        '      at FILE:LINE',
        '      code USER_DATA_TOO_LARGE, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test('counts a value that only deployment knows by its bound, not by the text that stands for it', () => {
    const text = `a<token ${'N'.repeat(500)}>b<token M>c`;
    expect(checkUserDataSize(text, { tokens })).toBe(3 + 2 * 256);
    expect(checkUserDataSize(text, { tokens, bytesPerToken: 10 })).toBe(23);
  });

  test('says how it counted, where that is what made it too long', () => {
    expect(errorOf(() => checkUserDataSize('<token A><token A>', { tokens, bytesPerToken: 60, limit: 100 }))).toEqual({
      code: 'USER_DATA_TOO_LARGE',
      text: [
        'user data is 120 bytes long, with 2 values that only deployment knows counted as 60 bytes each, 20 more than the cloud takes.',
        '  allowed  at most 100 bytes, before base64',
        '  write    fewer or shorter files and commands of your own; fetch long ones at boot',
        '',
        '      at FILE:LINE',
        '      code USER_DATA_TOO_LARGE, see docs/diagnostics.md',
      ].join('\n'),
    });
  });
});
