import { Flow } from '../flows/flow';
import type { VpnProtocol } from './vpn-protocol';

/** PPTP: control on TCP 1723, data in GRE version 1. */
export const PPTP: VpnProtocol = {
  id: 'pptp',
  name: 'PPTP',
  standard: 'RFC 2637',
  flowSets: [{ when: 'always: there is no other form', flows: [Flow.tcp(1723), Flow.GRE] }],
  overhead: [
    {
      form: 'MPPE 128 over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'GRE version 1', bytes: 8 },
        { name: 'GRE sequence number', bytes: 4 },
        { name: 'GRE acknowledgement number', bytes: 4 },
        { name: 'PPP address and control', bytes: 2 },
        { name: 'PPP protocol', bytes: 2 },
        { name: 'MPPE coherency count', bytes: 2 },
        { name: 'PPP protocol inside MPPE', bytes: 2 },
      ],
    },
    {
      form: 'MPPE 128 over IPv4, without acknowledgement',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'GRE version 1', bytes: 8 },
        { name: 'GRE sequence number', bytes: 4 },
        { name: 'PPP address and control', bytes: 2 },
        { name: 'PPP protocol', bytes: 2 },
        { name: 'MPPE coherency count', bytes: 2 },
        { name: 'PPP protocol inside MPPE', bytes: 2 },
      ],
    },
    {
      form: 'without encryption over IPv4, at most',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'GRE version 1', bytes: 8 },
        { name: 'GRE sequence number', bytes: 4 },
        { name: 'GRE acknowledgement number', bytes: 4 },
        { name: 'PPP address and control', bytes: 2 },
        { name: 'PPP protocol', bytes: 2 },
      ],
    },
    {
      form: 'without encryption over IPv4, without acknowledgement and with PPP header compression',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'GRE version 1', bytes: 8 },
        { name: 'GRE sequence number', bytes: 4 },
        { name: 'PPP protocol', bytes: 1 },
      ],
    },
    {
      form: 'MPPE 128 over IPv4, without acknowledgement and with PPP header compression',
      parts: [
        { name: 'IPv4', bytes: 20 },
        { name: 'GRE version 1', bytes: 8 },
        { name: 'GRE sequence number', bytes: 4 },
        { name: 'PPP protocol', bytes: 1 },
        { name: 'MPPE coherency count', bytes: 2 },
        { name: 'PPP protocol inside MPPE', bytes: 1 },
      ],
    },
  ],
  standing: {
    level: 'broken',
    summary: 'Whoever records one login can read and change the calls of that user and log in as that user.',
    weaknesses: [
      'MS-CHAPv2 proves the password with three DES encryptions of one text, under three parts of its NT hash. The third ' +
        'part has two unknown bytes, and the other two fall together: one search through 2^56 DES keys yields the NT ' +
        'hash, however long the password is.',
      'The NT hash is as good as the password: it is enough to log in, and the keys of MPPE derive from it and from what ' +
        'the login sent in clear.',
      'MPPE encrypts with RC4 and checks no integrity: a packet that was changed on the way is accepted.',
      'The keys derive from the password alone, without forward secrecy: a password or hash that is learnt later opens ' +
        'every call that was recorded before.',
      'The control connection on TCP 1723 and the negotiation of PPP, MPPE included, are neither encrypted nor ' +
        'authenticated.',
    ],
    attackerGains: [
      'From one recorded login: the NT hash of the user, by a search that was sold as a service of about a day in 2012.',
      'With the hash: everything in the recorded and in later calls of that user, as clear text.',
      'With the hash: logging in as that user, wherever the same password and MS-CHAPv2, or the NT hash itself, is accepted.',
      'Without any search, on the path: flipping bits in packets, and ending calls with forged control messages.',
    ],
    evidence: [
      {
        kind: 'vendor',
        title: 'Microsoft Security Advisory 2743314: Unencapsulated MS-CHAP v2 authentication',
        source: 'https://learn.microsoft.com/en-us/security-updates/SecurityAdvisories/2012/2743314',
        read: '2026-11',
        certainty: 'high',
      },
      {
        kind: 'field-report',
        title:
          'Schneier, Mudge and Wagner, 1999: Cryptanalysis of Microsoft’s PPTP Authentication Extensions (MS-CHAPv2)',
        source: 'https://docslib.org/doc/12824535/cryptanalysis-of-microsofts-pptp-authentication-extensions-ms',
        read: '2026-11',
        certainty: 'high',
      },
      {
        kind: 'field-report',
        title:
          'Redmond Magazine on ChapCrack: one DES key from a recorded login, searched as a service within 24 hours',
        source: 'https://redmondmag.com/articles/2012/08/22/microsoft-issues-security-advisory.aspx',
        read: '2026-11',
        certainty: 'medium',
      },
      {
        kind: 'field-report',
        title: 'Openwall john-users: the NT hash behind MS-CHAPv2 by up to 2^56 DES operations',
        source: 'https://www.openwall.com/lists/john-users/2014/01/14/19',
        read: '2026-11',
        certainty: 'high',
      },
      {
        kind: 'vendor',
        title: 'RFC 3078 (MPPE) and RFC 3079 (keys of MPPE from MS-CHAPv2)',
        source: 'https://www.rfc-editor.org/rfc/rfc3079',
        read: '2026-11',
        certainty: 'high',
      },
    ],
  },
};
