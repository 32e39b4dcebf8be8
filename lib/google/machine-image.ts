import { isToken } from '../cdktf/token';
import { invalid } from '../errors';

/** Options of `MachineImage.of`. */
export interface MachineImageOptions {
  /**
   * The release of Debian in it.
   *
   * @default 13
   */
  readonly debian?: 12 | 13;
}

/** The image that a machine is made from: Debian, whose packages are what the tests run. */
export class MachineImage {
  /** Debian 13 of Google: the family `debian-13` of the project `debian-cloud`, or `debian-13-arm64`. */
  public static readonly DEBIAN_13 = new MachineImage(13);
  /** Debian 12 of Google: the family `debian-12` of the project `debian-cloud`, or `debian-12-arm64`. */
  public static readonly DEBIAN_12 = new MachineImage(12);

  /**
   * An image of your own, made from one of Google's, with its guest environment. With the packages of the gateway in it, a
   * machine is ready in a fraction of the time.
   *
   * @param image its id or that of its family: `projects/plant4/global/images/family/vpn`, or a token
   * @throws InvalidInputError `MACHINE_IMAGE_INVALID`
   */
  public static of(image: string, options: MachineImageOptions = {}): MachineImage {
    const { debian = 13 } = options;
    const link = /^(?:https:\/\/www\.googleapis\.com\/compute\/v1\/)?projects\/[\w.:-]+\/global\/images\/[\w/-]+$/;
    if (!isToken(image) && !link.test(String(image))) {
      invalid({
        code: 'MACHINE_IMAGE_INVALID',
        what: 'image is not the id of an image or of a family of images',
        got: image ?? 'undefined',
        allowed: 'an id as Google Cloud writes it, or a token',
        instead: "MachineImage.of('projects/<project>/global/images/family/<family>')",
      });
    }
    if (![12, 13].includes(debian)) {
      invalid({
        code: 'MACHINE_IMAGE_INVALID',
        what: 'debian is not a release that the machine is made for',
        got: debian,
        allowed: '12 or 13',
        instead: 'debian: 13',
      });
    }
    return new MachineImage(debian, image);
  }

  private constructor(
    /** The release of Debian. */
    public readonly debian: 12 | 13,
    /** Its id; `undefined` for one of Google's. */
    public readonly image?: string,
  ) {}

  /** What a boot disk is made from. */
  public sourceFor(architecture: 'x86_64' | 'arm64'): string {
    const family = `debian-${this.debian}${architecture === 'arm64' ? '-arm64' : ''}`;
    return this.image ?? `projects/debian-cloud/global/images/family/${family}`;
  }
}
