import { webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";

/** The certificate library, loaded when a certificate is first made. */
export async function loadX509(): Promise<typeof X509> {
  // tsyringe, below @peculiar/x509, wants this polyfill before it, whoever comes first.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}
