/** The rules of the secret, for JavaScript and for Python's `re.fullmatch` alike. */

/**
 * 1 to 255 printable ASCII characters, but for those in which charon sees no plain name: a colon (`keyid:`, IPv6) and an
 * equals sign (distinguished names) anywhere, `*` (any name that ends so), `@` and `%` (`%any`) first, and addresses,
 * subnets and ranges of IPv4.
 */
export const NAME_PATTERN = '(?![*@%])(?!(?=[0-9/-]*\\.)[0-9./-]+$)[ -9;<>-~]{1,255}';

/** The same in words. */
export const NAME_IN_WORDS =
  '1 to 255 printable ASCII characters without : and =, not beginning with *, @ or %, and no address';

/** Of a user with a certificate, where it is also the name in the certificate. */
export const CERTIFICATE_NAME_PATTERN = '[A-Za-z0-9_.@-]{1,64}';

export const PASSWORD_PATTERN = '[ -~]{1,255}';
