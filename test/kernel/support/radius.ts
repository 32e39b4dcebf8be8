import type { Machine } from './machine';

/** A RADIUS server: FreeRADIUS with these users, for gateways in 10.20.0.0/16. */
export class RadiusServer {
  public constructor(
    private readonly machine: Machine,
    secret: string,
    users: Readonly<Record<string, string>>,
  ) {
    const lines = Object.entries(users).map(
      ([name, password]) => `${name} Cleartext-Password := ${JSON.stringify(password)}\n`,
    );
    machine.write(
      '/etc/freeradius/3.0/clients.conf',
      `client gateway {\n\tipaddr = 10.20.0.0/16\n\tsecret = ${JSON.stringify(secret)}\n\trequire_message_authenticator = no\n}\n`,
    );
    machine.write('/etc/freeradius/3.0/mods-config/files/authorize', lines.join(''));
    machine.sh(`sed -i 's/default_eap_type = md5/default_eap_type = mschapv2/' /etc/freeradius/3.0/mods-available/eap
      sed -i 's/^\\(.*\\)#\\? *use_mppe = .*/\\1use_mppe = yes/; s/^#\\?\\s*require_encryption = .*/require_encryption = yes/; s/^#\\?\\s*require_strong = .*/require_strong = yes/' /etc/freeradius/3.0/mods-available/mschap`);
    this.start();
  }

  public start(): void {
    this.machine.sh(`mkdir -p /run/freeradius /var/log/freeradius; freeradius -X >/radius.log 2>&1 </dev/null & echo $! >/radius.pid
      for _ in $(seq 100); do grep -q 'Ready to process requests' /radius.log && exit; sleep 0.1; done; tail -20 /radius.log; exit 1`);
  }

  public stop(): void {
    this.machine.sh('kill -KILL $(cat /radius.pid)');
  }

  public get log(): string {
    return this.machine.read('/radius.log');
  }
}
