import { generateKeyPairSync, webcrypto } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import type * as x509Types from "@peculiar/x509";
import { loadX509 } from "../x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 24 * 3600 * 1000;
/** Authorities stay with the cluster's data, for as long as it may be started again. */
const AUTHORITY_DAYS = 3650;
/** Everything an authority signs is made anew at every start. */
const LEAF_DAYS = 365;
/** Clocks of one machine do not differ; they may be set back. */
const SKEW_MS = 3600 * 1000;

/** Somebody in a cluster, as a client certificate names him. */
export interface Subject {
  readonly name: string;
  readonly groups?: readonly string[];
}
/** PEM files of one certificate with its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}
/** Everything the programs of a control plane present to and demand of each other; all values are files. */
export interface Identities {
  /** Signs the API server and its clients. */
  readonly authority: string;
  /** Signs etcd and its only client, the API server: no other certificate opens the store. */
  readonly storeAuthority: string;
  readonly store: KeyPair;
  readonly storeClient: KeyPair;
  readonly server: KeyPair;
  readonly clients: Readonly<Record<string, KeyPair>>;
  /** Signs and verifies service account tokens. */
  readonly tokenKey: string;
}

/**
 * Certificates of one control plane in a folder only its owner can enter: two authorities and the token key made once,
 * what they sign made for this start. Servers are valid for the loopback address and its names, nothing else.
 */
export async function issue(folder: string, clients: Readonly<Record<string, Subject>>): Promise<Identities> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [authority, store] = await Promise.all([
    Authority.open(folder, "authority", "slipway rehearsal"),
    Authority.open(folder, "store-authority", "slipway rehearsal store"),
  ]);
  const issued = await Promise.all(
    Object.entries(clients).map(async ([name, subject]) => [name, await authority.client(name, subject)] as const),
  );
  return {
    authority: authority.file,
    storeAuthority: store.file,
    // The store's own certificate is a client's as well: etcd calls itself with it.
    store: await store.server("store", "etcd", ["localhost"], true),
    storeClient: await store.client("store-client", { name: "kube-apiserver" }),
    server: await authority.server("server", "kube-apiserver", [
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
    ]),
    clients: Object.fromEntries(issued),
    tokenKey: tokenKey(folder),
  };
}

function tokenKey(folder: string): string {
  const file = path.join(folder, "token-key.pem");
  if (!fs.existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    save(file, privateKey.export({ type: "sec1", format: "pem" }).toString());
  }
  return file;
}

class Authority {
  private constructor(
    private readonly x509: typeof x509Types,
    private readonly folder: string,
    readonly file: string,
    private readonly certificate: x509Types.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
  ) {}

  static async open(folder: string, name: string, title: string): Promise<Authority> {
    const x509 = await loadX509();
    const [file, keyFile] = [path.join(folder, `${name}.pem`), path.join(folder, `${name}-key.pem`)];
    // The key is written first: a certificate that is there has its key.
    if (fs.existsSync(file)) {
      const der = x509.PemConverter.decodeFirst(fs.readFileSync(keyFile, "utf8"));
      const key = await webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]);
      return new Authority(x509, folder, file, new x509.X509Certificate(fs.readFileSync(file, "utf8")), key);
    }
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...window(AUTHORITY_DAYS),
      name: `CN=${title}`,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    save(keyFile, await encoded(x509, keys.privateKey));
    save(file, certificate.toString("pem"));
    return new Authority(x509, folder, file, certificate, keys.privateKey);
  }

  server(file: string, name: string, names: readonly string[], alsoClient = false): Promise<KeyPair> {
    const { x509 } = this;
    const usages = [x509.ExtendedKeyUsage.serverAuth, ...(alsoClient ? [x509.ExtendedKeyUsage.clientAuth] : [])];
    const alternatives: x509Types.JsonGeneralNames = [
      { type: "ip", value: "127.0.0.1" },
      ...names.map((value) => ({ type: "dns" as const, value })),
    ];
    return this.sign(file, { name }, usages, [new x509.SubjectAlternativeNameExtension(alternatives)]);
  }

  client(file: string, subject: Subject): Promise<KeyPair> {
    return this.sign(file, subject, [this.x509.ExtendedKeyUsage.clientAuth], []);
  }

  private async sign(
    file: string,
    { name, groups = [] }: Subject,
    usages: string[],
    extensions: x509Types.Extension[],
  ): Promise<KeyPair> {
    const { x509 } = this;
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.create({
      ...window(LEAF_DAYS),
      subject: [{ CN: [name] }, ...groups.map((group) => ({ O: [group] }))],
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.key,
      signingAlgorithm: ALGORITHM,
      extensions: [
        ...extensions,
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages),
        await x509.AuthorityKeyIdentifierExtension.create(this.certificate),
      ],
    });
    const pair = {
      certificate: path.join(this.folder, `${file}.pem`),
      key: path.join(this.folder, `${file}-key.pem`),
    };
    save(pair.key, await encoded(x509, keys.privateKey));
    save(pair.certificate, certificate.toString("pem"));
    return pair;
  }
}

function window(days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - SKEW_MS), notAfter: new Date(Date.now() + days * DAY_MS) };
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

async function encoded(x509: typeof x509Types, key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** A file nobody else reads, whole or not at all. */
function save(file: string, content: string): void {
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, content, { mode: 0o600 });
  fs.renameSync(fresh, file);
}
