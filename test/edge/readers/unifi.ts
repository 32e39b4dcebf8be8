import { rowsOf } from './markdown';
import { readSteps } from './steps';

export const readUnifi = readSteps({
  groups: ['List', 'Members'],
  pass: 'Allow',
  block: 'Block',
  lists: (role) => {
    const [out, back] = ['Internal to External', 'External to Internal'] as const;
    return role === 'before-clients' ? [out, back] : [back, out];
  },
  hasHelper: (markdown) =>
    rowsOf(markdown, 'Setting', 'Value').some(([setting, value]) => setting === 'PPTP' && value === 'on'),
});
