import { HASH } from '../../../lib/edge/comment';
import { MEASURED, MEMORY } from '../../../lib/edge/evidence';
import type { EdgeProduct } from '../../../lib/edge/product';
import { IpRange } from '../../../lib/flows';

/** A firewall that renders what it is given, so that what lies around products can be tested without one. */
export const TOY: EdgeProduct = {
  id: 'toy-wall',
  name: 'Toy Wall',
  version: 'Toy OS 1',
  form: 'configuration',
  roles: { 'before-clients': 'golden', 'before-gateway': 'reader', routed: 'packets' },
  notPlayed: { 'gateway-host': 'no server runs on a toy' },
  interfaces: {
    pattern: /^[a-z]{1,8}\d?$/,
    allowed: 'up to 8 small letters and a digit',
    usual: { inside: 'lan', outside: 'wan' },
  },
  versions: [4],
  mostRanges: 2,
  render: ({ plan, site }) => [
    {
      purpose: 'configuration',
      name: 'toy.conf',
      comments: HASH,
      firstLine: '#!toy',
      blocks: [
        {
          text: JSON.stringify({ ...site, clients: plan.clients }, (_, value) =>
            value instanceof IpRange ? value.cidr : value,
          ),
          why: 'It says what it was given.',
          evidence: [MEASURED],
        },
        { text: 'end', why: 'It ends.', evidence: [MEMORY] },
      ],
    },
    { purpose: 'removal', name: 'toy-remove.conf', comments: HASH, blocks: [{ text: 'undo', why: '', evidence: [] }] },
    {
      purpose: 'check',
      name: 'check.txt',
      comments: HASH,
      blocks: [{ text: 'look', why: 'Look.', evidence: [MEASURED] }],
    },
  ],
};

/** One that is told by a script, which goes on where a line of it fails. */
export const SCRIPTED: EdgeProduct = {
  ...TOY,
  id: 'scripted-wall',
  name: 'Scripted Wall',
  render: ({ plan }) => [
    {
      purpose: 'configuration',
      name: 'wall.sh',
      comments: HASH,
      firstLine: '#!/bin/sh',
      blocks: [{ text: `echo rule to ${plan.gateway}`, why: 'It says what it would do.', evidence: [MEASURED] }],
    },
    {
      purpose: 'check',
      name: 'check.sh',
      comments: HASH,
      firstLine: '#!/bin/sh',
      blocks: [{ text: 'echo look', why: 'Look.', evidence: [MEASURED] }],
    },
  ],
};

/** One without interfaces, for IPv6 too. */
export const BARE: EdgeProduct = (({ interfaces, mostRanges, ...rest }) => ({
  ...rest,
  id: 'bare-wall',
  name: 'Bare Wall',
  versions: [4, 6],
}))(TOY);
