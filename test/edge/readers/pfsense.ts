import { readSteps } from './steps';

/** Each tab sees what comes in on its interface; nothing is refused on its way out. */
export const readPfsense = readSteps({
  groups: ['Alias', 'Type', 'Members'],
  pass: 'Pass',
  block: 'Block',
  lists: (role) => (role === 'before-clients' ? ['LAN', 'WAN'] : ['WAN', 'LAN']),
  hasHelper: () => false,
});
