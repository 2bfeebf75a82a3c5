import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The Gateway API's own definitions, for controllers whose charts do not bring them (Traefik's does not). They are those
 * of the release, without descriptions (kubernetes-sigs/gateway-api, standard-install.yaml, Apache-2.0), and stand in the
 * project because no chart of them can be a Helm release and a file from the network is no pinned part.
 */
export const GATEWAY_API_VERSION = "v1.6.1";

/** The definitions of the standard channel; read only where somebody wants them. */
export function gatewayApi(name: string, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- 190 KB that the default does not need
  const definitions = require("./gateway-api/standard.json") as Definition[];
  return definitions.map(
    ({ metadata, spec }) =>
      new k8s.apiextensions.v1.CustomResourceDefinition(
        `${name}-${spec.names.plural}`,
        {
          metadata: {
            name: metadata.name,
            annotations: {
              ...metadata.annotations,
              "gateway.networking.k8s.io/bundle-version": GATEWAY_API_VERSION,
              "gateway.networking.k8s.io/channel": "standard",
            },
          },
          spec,
        },
        opts,
      ),
  );
}

interface Definition {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: k8s.types.input.apiextensions.v1.CustomResourceDefinitionSpec & {
    readonly names: { readonly plural: string };
  };
}
