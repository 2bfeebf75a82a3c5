import { webcrypto } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type * as x509Types from "@peculiar/x509";
import { loadX509 } from "../x509";

export interface ServerIdentity {
  /** PEM each. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const YEARS_10 = 10 * 365 * 24 * 3600 * 1000;

/** The certificate of one cluster's API, kept beside its data: an authority of its own, valid for loopback only. */
export async function serverIdentity(folder: string): Promise<ServerIdentity> {
  const file = path.join(folder, "identity.json");
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, "utf8")) as ServerIdentity;
  const x509 = await loadX509();
  const [authorityKeys, keys] = await Promise.all([generate(), generate()]);
  const window = { notBefore: new Date(Date.now() - 3600_000), notAfter: new Date(Date.now() + YEARS_10) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...window,
    serialNumber: "01",
    name: "CN=slipway rehearsal",
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...window,
    serialNumber: "02",
    subject: "CN=kube-apiserver",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "dns", value: "localhost" },
      ] as x509Types.JsonGeneralNames),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  const identity = { authority: authority.toString("pem"), certificate: certificate.toString("pem"), key };
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, JSON.stringify(identity), { mode: 0o600 });
  return identity;
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}
