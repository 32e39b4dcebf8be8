const { rmSync } = require('node:fs');

module.exports = () => {
  rmSync(process.env.PPTP_CONSTRUCTS_SCRATCH, { recursive: true, force: true });
};
