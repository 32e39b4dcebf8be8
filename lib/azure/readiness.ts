/** How often the program looks, in seconds. */
const EVERY_SECONDS = 5;

/**
 * The command that waits on the machine until the gateway serves, and fails where it does not in time, with the last
 * lines of what the gateway logged: Terraform shows them. They hold no secrets; the machine logs none.
 */
export function waitUntilReady(minutes: number): string {
  const times = (minutes * 60) / EVERY_SECONDS;
  return [
    'n=0',
    'until [ -e /run/vpn-gateway/ready ]',
    'do n=$((n+1))',
    `if [ $n -gt ${times} ]`,
    `then { echo 'this gateway does not serve after ${minutes} minutes. The last lines of its journal:'`,
    'journalctl --unit=vpn-gateway.service --lines=20 --no-pager --output=cat',
    '} >&2',
    'exit 1',
    'fi',
    `sleep ${EVERY_SECONDS}`,
    'done',
  ].join('\n');
}
