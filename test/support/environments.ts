import type { ApplicationSpec } from "../../infra/environments/application";
import type { RefreshSettings } from "../../infra/environments/refresh";
import { namesOf } from "../../infra/environments/names";
import type { Kind } from "../../infra/environments/sizes";

/** An image whose digest is this digit, over and over. */
export const imageOf = (digit: string) =>
  `111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/web@sha256:${digit.repeat(64)}`;

const domains = {
  preview: "dev.example.com",
  qa: "dev.example.com",
  staging: "staging.example.com",
  production: "example.com",
};

/** An environment as somebody would have it. */
export function specOf(kind: Kind, changed: Partial<ApplicationSpec> = {}): ApplicationSpec {
  return {
    kind,
    names: namesOf({ kind, domain: domains[kind], ...(kind === "preview" && { pullRequest: 12 }) }),
    image: imageOf("a"),
    gateway: { name: "public", namespace: "envoy-gateway-system" },
    ...(kind === "preview"
      ? { database: { host: "database", cidrs: [] }, access: { networks: ["203.0.113.0/24"] } }
      : {
          database: { host: `${kind}.db.example.com`, cidrs: ["10.99.0.0/28"] },
          secretPath: `slipway/${kind}/database-credentials`,
        }),
    ...(kind === "qa" && {
      access: {
        login: { issuer: "https://login.example.com", clientId: "qa", clientSecret: "slipway/dev/api-keys" },
      },
    }),
    ...changed,
  };
}

/** A weekly refresh as somebody would have it. */
export const refreshSettings: RefreshSettings = {
  image: imageOf("c"),
  snapshot: { host: "snapshot.db.example.com", cidrs: ["10.99.0.16/28"] },
  secretPath: "slipway/staging/snapshot",
  tables: { users: { id: "keep", mail: "mail" } },
};
