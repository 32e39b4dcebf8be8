import { pathOf } from '../../lib/feasibility';
import { WIRE } from './elements';

const withoutPlace = (message: string) => message.replace(/ {6}at .*\n/, '');

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return withoutPlace((error as Error).message);
  }
  throw new Error('nothing was thrown');
}

describe('a path', () => {
  test('keeps its hops in order between its two ends', () => {
    expect(pathOf('client', [{ element: WIRE }])).toEqual({
      from: 'client',
      hops: [{ element: WIRE }],
      to: 'gateway',
    });
  });

  test('without hops is refused', () => {
    expect(messageOf(() => pathOf('client', []))).toMatchInlineSnapshot(`
      "a path without hops: nothing lies between the client and the gateway.
        got      []
        allowed  at least one network element
        write    pathOf(from, [{ element: INTERNET }, { element: AWS.INTERNET_GATEWAY }])

            code PATH_EMPTY, see docs/diagnostics.md"
    `);
  });

  test.each([[[undefined]], [[{}]], [[{ element: 'nat' }]], [[{ element: { facts: 'none' } }]]])(
    'with the hop %j is refused',
    (hops) => {
      expect(() => pathOf('client', hops as never)).toThrow('hop 1 of the path is not a network element');
    },
  );
});

test('a fleet that is none is refused', () => {
  const text = messageOf(() => pathOf('office', [{ element: WIRE }], 'gateway', { count: 3 } as never));
  expect(text).toMatchInlineSnapshot(`
    "the fleet of a path is not made by Fleet.of.
      got      an object of class Object
      allowed  a fleet, or nothing where nobody has said who comes by it
      write    pathOf(from, hops, to, Fleet.of({ device: 'windows-11' }))

          code PATH_INVALID, see docs/diagnostics.md"
  `);
});
