// At the end of a run: what was measured, and after a failure where to look further.

const { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

module.exports = class Reporter {
  onRunComplete(_, { numFailedTests, numRuntimeErrorTestSuites }) {
    const folder = process.env.PPTP_VM_FOLDER;
    if (folder === undefined || !existsSync(folder)) return;
    const rows = readdirSync(folder)
      .filter((name) => name.endsWith('.measured'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line));
    const table = [
      '| site | what | value | least to most | bound |',
      '| --- | --- | --- | --- | --- |',
      ...rows.map(({ site, what, value, unit, least, most, bound }) => {
        const spread = least === undefined ? '' : `${least} to ${most}`;
        return `| ${site} | ${what} | ${value} ${unit} | ${spread} | ${bound ?? ''} |`;
      }),
    ].join('\n');
    writeFileSync(join(folder, 'report.json'), `${JSON.stringify(rows, null, 2)}\n`);
    writeFileSync(join(folder, 'report.md'), `${table}\n`);
    console.log(`\n${table}\n\nreport: ${join(folder, 'report.md')} and report.json`);
    const hasFailed = numFailedTests + numRuntimeErrorTestSuites > 0;
    for (const name of readdirSync(folder)) {
      const machine = join(folder, name);
      if (!hasFailed && !name.startsWith('report.')) rmSync(machine, { recursive: true });
      if (hasFailed && existsSync(join(machine, 'gateway'))) {
        console.log(`\nlook further:
  less ${join(machine, 'gateway', 'journal.txt')}     # the gateway's journal
  less ${join(machine, 'gateway', 'state.txt')}       # packet filter, addresses, sockets, failed units
  less ${join(machine, 'gateway', 'console.log')}     # from the boot loader on
  tcpdump -nr ${join(machine, 'gateway', 'packets.pcap')}   # everything on the gateway's cable
  cat ${join(machine, 'gateway', 'command')}          # how QEMU was called`);
      }
    }
  }
};
