export const ALICE = { user: 'alice', password: 'kT4.correct-horse-9battery' };
export const BOB = { user: 'bob', password: 'Zq8.another-long-password' };
/** Everything that a shell, an option file or JSON could trip over; and the longest name and password. */
export const QUOTES = {
  user: `it's "q\\uoted" $(reboot) \`id\` #x`,
  password: `p a'"\\s\\\\w$(reboot);|&<>*?[]{}~!^%`,
};
export const LONGEST = { user: 'u'.repeat(255), password: 'p'.repeat(255) };

/** The secret of these users; Alice has an address of her own. */
export function pptpSecret(passwordOfBob: string): string {
  return JSON.stringify({
    users: [
      { name: ALICE.user, password: ALICE.password, address: '10.99.0.250' },
      { name: BOB.user, password: passwordOfBob },
      ...[QUOTES, LONGEST].map(({ user, password }) => ({ name: user, password })),
    ],
  });
}
