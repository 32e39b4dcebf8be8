// The longest files first, so that none of them is alone at the end. jest's own order goes by how long files took the
// last time; where it knows that of the quick ones only, it takes all for quick and runs one file after the other.

const Sequencer = require('@jest/test-sequencer').default;

const LONGEST_FIRST = ['pptp', 'openvpn', 'ikev2', 'wireguard', 'debian12', 'azure', 'migration'];

module.exports = class extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = LONGEST_FIRST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONGEST_FIRST.length : at;
    };
    return [...tests].sort((a, b) => place(a) - place(b));
  }
};
