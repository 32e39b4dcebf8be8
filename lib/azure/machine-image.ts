import { invalid } from '../errors';
import { isToken } from './token';

/** Options of `MachineImage.fromId`. */
export interface MachineImageOptions {
  /**
   * The release of Debian in it.
   *
   * @default 13
   */
  readonly debian?: 12 | 13;
  /**
   * Whether it can boot with Secure Boot and a virtual TPM. azurerm replaces a machine when this changes.
   *
   * @default false
   */
  readonly trustedLaunch?: boolean;
}

/** The image that a machine is made from: Debian, whose packages are what the tests run. */
export class MachineImage {
  /** Debian 13 of the Debian project: `Debian:debian-13:13-gen2:latest`, or `13-arm64`. */
  public static readonly DEBIAN_13 = new MachineImage(13, true);
  /** Debian 12 of the Debian project: `Debian:debian-12:12-gen2:latest`, or `12-arm64`. */
  public static readonly DEBIAN_12 = new MachineImage(12, true);

  /**
   * An image of your own, made from one of Debian's: a version of a compute gallery's image, or a managed image. With
   * the packages of the gateway in it, a machine is ready in a fraction of the time.
   *
   * @param imageId its resource id, or a token
   * @throws InvalidInputError `MACHINE_IMAGE_INVALID`
   */
  public static fromId(imageId: string, options: MachineImageOptions = {}): MachineImage {
    const { debian = 13, trustedLaunch = false } = options;
    if (!isToken(imageId) && !/^\/[^/]+\/.*\/images\/[^/]+(\/versions\/[^/]+)?$/i.test(String(imageId))) {
      invalid({
        code: 'MACHINE_IMAGE_INVALID',
        what: 'imageId is not the resource id of an image',
        got: imageId ?? 'undefined',
        allowed: "the id of a managed image, of a gallery's image or of one of its versions, or a token",
        instead:
          "MachineImage.fromId('/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Compute/galleries/<name>/images/<name>/versions/<version>')",
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
    return new MachineImage(debian, trustedLaunch, imageId);
  }

  private constructor(
    /** The release of Debian. */
    public readonly debian: 12 | 13,
    /** Whether machines boot with Secure Boot and a virtual TPM. */
    public readonly trustedLaunch: boolean,
    /** Its resource id; `undefined` for an image of the Debian project. */
    public readonly imageId?: string,
  ) {}
}
