import * as fs from "node:fs";
import { stringify } from "yaml";
import type { KeyPair } from "./certificates";

/** How somebody proves who he is. */
export type Credential = { readonly token: string } | KeyPair;

/** A complete kubeconfig for one user of one cluster; certificates are carried in it, not pointed to. */
export function kubeconfigOf(cluster: string, server: string, authority: string, credential: Credential): string {
  const encoded = (text: string) => Buffer.from(text).toString("base64");
  const user =
    "token" in credential
      ? { token: credential.token }
      : {
          "client-certificate-data": encoded(fs.readFileSync(credential.certificate, "utf8")),
          "client-key-data": encoded(fs.readFileSync(credential.key, "utf8")),
        };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": cluster,
    clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": encoded(authority) } }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    users: [{ name: cluster, user }],
  });
}
