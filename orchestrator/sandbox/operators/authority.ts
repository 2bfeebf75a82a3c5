import { webcrypto, X509Certificate } from "node:crypto";
import { loadX509 } from "../x509";

type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** A certificate with its private key, PEM. */
export interface Issued {
  /** The certificate, then those above it. */
  readonly chain: string;
  readonly key: string;
  /** The certificate at the top. */
  readonly root: string;
}
export interface Order {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly isCa: boolean;
  /** Seconds. */
  readonly lifetime: number;
  readonly algorithm: "RSA" | "ECDSA" | "Ed25519";
  readonly size: number;
  readonly notBefore: Date;
}
/** Who signs: a certificate and its key, PEM. */
export interface Signer {
  readonly chain: string;
  readonly key: string;
}

const CURVES: Readonly<Record<number, string>> = { 256: "P-256", 384: "P-384", 521: "P-521" };
type Algorithm = {
  name: string;
  namedCurve?: string;
  hash?: string;
  modulusLength?: number;
  publicExponent?: Uint8Array;
};

function algorithmOf({ algorithm, size }: Pick<Order, "algorithm" | "size">): Algorithm {
  if (algorithm === "ECDSA") return { name: "ECDSA", namedCurve: CURVES[size] ?? "P-256", hash: "SHA-256" };
  if (algorithm === "Ed25519") return { name: "Ed25519" };
  return {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: size || 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
}

async function generate(algorithm: Algorithm): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm as never, true, ["sign", "verify"])) as unknown as CryptoKeyPair;
}

async function pemOf(key: CryptoKeyPair["privateKey"]): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key as never));
  return pem("PRIVATE KEY", der);
}
function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** A real certificate for an order, signed by the given authority or by itself. */
export async function issue(order: Order, signer?: Signer): Promise<Issued> {
  const x509 = await loadX509();
  const algorithm = algorithmOf(order);
  const keys = await generate(algorithm);
  const notAfter = new Date(order.notBefore.getTime() + order.lifetime * 1000);
  const extensions = [
    new x509.BasicConstraintsExtension(order.isCa, undefined, true),
    new x509.KeyUsagesExtension(
      order.isCa
        ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
        : x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
      true,
    ),
    ...(order.isCa ? [] : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])]),
    ...(order.dnsNames.length > 0
      ? [new x509.SubjectAlternativeNameExtension(order.dnsNames.map((value) => ({ type: "dns" as const, value })))]
      : []),
  ];
  // Names longer than a common name may be go into the alternative names alone (RFC 5280, ub-common-name 64).
  const subject =
    order.commonName.length > 0 && order.commonName.length <= 64
      ? `CN=${order.commonName.replace(/([,+"\\<>;=])/g, "\\$1")}`
      : "";
  const common = { subject, notBefore: order.notBefore, notAfter, extensions };
  const key = await pemOf(keys.privateKey);
  if (signer === undefined) {
    const own = await x509.X509CertificateGenerator.createSelfSigned({
      name: subject,
      ...common,
      keys,
      signingAlgorithm: algorithm as never,
    });
    const text = `${own.toString("pem")}\n`;
    return { chain: text, key, root: text };
  }
  const certificate = await x509.X509CertificateGenerator.create({
    ...common,
    issuer: new x509.X509Certificate(first(signer.chain)).subject,
    publicKey: keys.publicKey,
    ...(await signingKey(signer)),
  } as never);
  return { chain: `${certificate.toString("pem")}\n${signer.chain}`, key, root: last(signer.chain) };
}

async function signingKey({ chain, key }: Signer) {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = new X509Certificate(first(chain)).publicKey;
  const curve = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" }[details?.namedCurve ?? ""];
  const algorithm: Algorithm =
    type === "ec"
      ? { name: "ECDSA", namedCurve: curve ?? "P-256", hash: "SHA-256" }
      : type === "ed25519"
        ? { name: "Ed25519" }
        : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const der = Buffer.from(key.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const signer = await webcrypto.subtle.importKey("pkcs8", der, algorithm as never, false, ["sign"]);
  return { signingKey: signer, signingAlgorithm: algorithm };
}

const blocks = (chain: string): string[] =>
  chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
const first = (chain: string): string => blocks(chain)[0] ?? "";
const last = (chain: string): string => `${blocks(chain).at(-1) ?? ""}\n`;
/** Names a certificate covers, from the certificate itself; nothing when it is none. */
export function namesIn(chain: string): { names: string[]; notAfter: Date; notBefore: Date } | undefined {
  try {
    const certificate = new X509Certificate(first(chain));
    const alternative = (certificate.subjectAltName ?? "")
      .split(", ")
      .flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice(4)] : []));
    const common = /CN=(.*)/.exec(certificate.subject)?.[1];
    const names = alternative.length > 0 ? alternative : common === undefined ? [] : [common];
    return { names, notAfter: new Date(certificate.validTo), notBefore: new Date(certificate.validFrom) };
  } catch {
    return undefined;
  }
}

let internet: Promise<Issued> | undefined;
/** What stands in for Let's Encrypt: one authority for the whole rehearsal, trusted by nobody else. */
export function rehearsalAuthority(notBefore: Date): Promise<Issued> {
  return (internet ??= issue({
    commonName: "Slipway rehearsal CA, not trusted",
    dnsNames: [],
    isCa: true,
    lifetime: 10 * 365 * 86_400,
    algorithm: "ECDSA",
    size: 256,
    notBefore,
  }));
}
