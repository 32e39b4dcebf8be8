/** The addresses of the laboratory. Documentation ranges stand in for the internet. */
export const ADDRESS = {
  /** What clients dial: the gateway's Elastic IP, translated one to one on the way, as AWS does. */
  public: '203.0.113.10',
  /** The gateway's own address in its VPC. */
  gateway: '10.20.0.10',
  /** The VPC's router. */
  router: '10.20.0.1',
  /** Debian's archive, as the gateway sees it. */
  archive: '10.20.1.80',
  /** Whatever the cloud answers: secrets, parameters, signals. */
  cloud: '169.254.169.254',
  /** A server behind the gateway that clients may reach. */
  office: '10.20.1.20',
  /** One that they may not. */
  vault: '10.20.2.20',
  /** Clients within the ranges that may connect, each with an address of its own. */
  alice: '198.51.100.21',
  bob: '198.51.100.22',
  /** A router that translates the addresses of those behind it. */
  home: '198.51.100.40',
  /** Somebody outside the ranges that may connect. */
  stranger: '192.0.2.66',
} as const;

/** Who may connect. */
export const CLIENTS = '198.51.100.0/24';
