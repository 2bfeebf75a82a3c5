/** Addresses of Kubernetes Services: EKS's own choice for networks in 10.0.0.0/8, fixed so that policies may name it. */
export const SERVICE_CIDR = "172.20.0.0/16";

/** IPv4 networks, pure. */
export interface Network {
  readonly address: number;
  readonly prefix: number;
}

/** undefined for what is no network address: bad octets, host bits set. */
export function parseCidr(text: string): Network | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return address % size(prefix) === 0 ? { address, prefix } : undefined;
}
export function writeCidr({ address, prefix }: Network): string {
  return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${prefix}`;
}
function size(prefix: number): number {
  return 2 ** (32 - prefix);
}
export function overlaps(a: Network, b: Network): boolean {
  return a.address < b.address + size(b.prefix) && b.address < a.address + size(a.prefix);
}

/** The nth network of a smaller size inside a larger one. */
export function subnet(network: Network, prefix: number, index: number): Network {
  const address = network.address + index * size(prefix);
  if (prefix < network.prefix || index < 0 || address + size(prefix) > network.address + size(network.prefix)) {
    throw new RangeError(`${writeCidr(network)} has no /${prefix} number ${index}`);
  }
  return { address, prefix };
}

export interface ZonePlan {
  readonly zone: string;
  readonly private: string;
  readonly public: string;
}

/**
 * Subnets of a /16 per zone: a /18 for nodes and pods (16,379 usable addresses, room for prefix delegation, which
 * hands each node /28 blocks) and, out of the last /18, a /20 for load balancers (A1.1, B3.1).
 */
export function planSubnets(cidr: string, zones: readonly string[]): ZonePlan[] {
  const network = parseCidr(cidr);
  if (network === undefined) throw new RangeError(`${cidr} is no network`);
  const last = subnet(network, network.prefix + 2, 3);
  return zones.map((zone, index) => ({
    zone,
    private: writeCidr(subnet(network, network.prefix + 2, index)),
    public: writeCidr(subnet(last, network.prefix + 4, index)),
  }));
}
