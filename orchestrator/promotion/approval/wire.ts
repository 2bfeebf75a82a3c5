/** Reads the fields of SSH's binary format (RFC 4251, section 5) in order. Anything that does not fit throws. */
export class WireReader {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new RangeError("it ends too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  number(): number {
    return this.take(4).readUInt32BE();
  }
  string(): Buffer {
    return this.take(this.number());
  }
  text(): string {
    return this.string().toString("latin1");
  }
  /** A positive whole number, without the zero byte that keeps its sign. */
  positive(): Buffer {
    const bytes = this.string();
    if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80) throw new RangeError("a number in it is not positive");
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }
  /** What is signed is all of it: nothing may follow. */
  end(): void {
    if (this.at !== this.bytes.length) throw new RangeError(`${this.bytes.length - this.at} bytes follow its end`);
  }
}

/** A string as SSH writes it: its length, then its bytes. */
export function wireString(content: string | Uint8Array): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive whole number as SSH writes it. */
export function wirePositive(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const trimmed = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  return wireString((trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), trimmed]) : trimmed);
}
