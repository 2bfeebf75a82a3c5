/** A block of IPv4 addresses as its first and last number. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** `10.0.0.0/16` as numbers; undefined for anything else, IPv6 among it. */
export function parseCidr(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

export const overlap = (one: Block, other: Block): boolean => one.first <= other.last && other.first <= one.last;
