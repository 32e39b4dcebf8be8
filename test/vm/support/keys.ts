import { CertificateAuthority } from '../../../lib/keys/certificate-authority';
import { addUsers, type Change, createKeys, FOLDER, renewUsers } from '../../../lib/keys/change';
import type { Gateway } from '../../../lib/keys/gateway';
import type { GatewaySecret, NewFile, NewUser } from '../../../lib/keys/protocol-keys';

/** The name that clients dial, and that certificates hold. */
export const SERVER = 'vpn.example.com';

const DAY = 86_400_000;

/** What `pptp-constructs keys` makes, kept in memory. */
export class Keys {
  public static async create(gateway: Gateway, users: readonly NewUser[]): Promise<Keys> {
    return new Keys(gateway, await createKeys(gateway, users, new Date()));
  }

  private files = new Map<string, string>();
  private issued: string[] = [];
  private held: GatewaySecret;

  private constructor(
    private readonly gateway: Gateway,
    { secret, files }: Change,
  ) {
    this.held = secret;
    this.keep(files);
  }

  public get secret(): string {
    return JSON.stringify(this.held);
  }

  /** These keys, to go on from without changing these. */
  public copy(): Keys {
    const copy = new Keys(this.gateway, { secret: this.held, files: [] });
    copy.files = new Map(this.files);
    copy.issued = [...this.issued];
    return copy;
  }

  /** A file of a user's folder: a profile, a password. */
  public file(user: string, name: string): string {
    return this.read(`${FOLDER.clients}/${user}/${name}`);
  }

  /** The certificate of an IKEv2 user, and its key. */
  public credential(user: string): { certificate: string; privateKey: string } {
    return {
      certificate: this.file(user, 'linux/x509/vpn.pem'),
      privateKey: this.file(user, 'linux/private/vpn.pem'),
    };
  }

  /** The secret without the users who have passwords. */
  public withoutPasswords(): string {
    return JSON.stringify({ ...this.held, users: this.held.users.filter((user) => user.password === undefined) });
  }

  /** A user more. */
  public async add(user: string): Promise<void> {
    this.take(await addUsers(await this.making(), this.held, [{ name: user }]));
  }

  /** A user whose certificate ended yesterday. */
  public async addExpired(user: string): Promise<void> {
    const gateway = { ...this.gateway, days: 1 };
    this.take(
      await addUsers({ ...(await this.making()), gateway, now: new Date(Date.now() - 2 * DAY) }, this.held, [
        { name: user },
      ]),
    );
  }

  /** Gives a user new keys, which shuts out the old ones. */
  public async renew(user: string): Promise<void> {
    const { issued } = this;
    this.take(await renewUsers({ ...(await this.making()), issued }, this.held, [user]));
  }

  private async making() {
    const authority = this.files.has(FOLDER.ca)
      ? await CertificateAuthority.from({ certificate: this.read(FOLDER.ca), privateKey: this.read(FOLDER.caKey) })
      : undefined;
    return { gateway: this.gateway, now: new Date(), authority };
  }

  private take({ secret, files }: Change): void {
    this.held = secret;
    this.keep(files);
  }

  private keep(files: readonly NewFile[]): void {
    for (const { path, content } of files) {
      this.files.set(path, Buffer.from(content).toString('latin1'));
      if (path.startsWith(`${FOLDER.issued}/`)) {
        this.issued = [...this.issued, String(content)];
      }
    }
  }

  private read(path: string): string {
    const content = this.files.get(path);
    if (content === undefined) {
      throw new Error(`no ${path} among ${[...this.files.keys()].join(', ')}`);
    }
    return content;
  }
}
