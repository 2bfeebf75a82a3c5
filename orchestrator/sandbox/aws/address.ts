/** IPv4 networks as EC2 reads them. */
export interface IpNetwork {
  readonly address: number;
  readonly prefix: number;
}
const size = (prefix: number) => 2 ** (32 - prefix);

/** undefined for text that is no network, or has host bits set. */
export function parseNetwork(cidr: string): IpNetwork | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return address % size(prefix) === 0 ? { address, prefix } : undefined;
}
export function within(inner: IpNetwork, outer: IpNetwork): boolean {
  return (
    inner.prefix >= outer.prefix &&
    Math.floor(inner.address / size(outer.prefix)) === Math.floor(outer.address / size(outer.prefix))
  );
}
export function overlapping(a: IpNetwork, b: IpNetwork | undefined): boolean {
  return b !== undefined && a.address < b.address + size(b.prefix) && b.address < a.address + size(a.prefix);
}
/** The nth host address of a network. */
export function hostAddress(network: IpNetwork, index: number): string {
  const address = network.address + index;
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
