import { definition } from "../schema";

const HUB = "hub.traefik.io";
const TRAEFIK = "traefik.io";
const of = (group: string, kind: string, plural?: string) =>
  definition({ group, kind, ...(plural && { plural }), versions: ["v1alpha1"] });

/** In the chart's `crds` folder, of which Helm installs all; the platform writes none of them. */
export const traefikDefinitions = [
  definition({
    group: HUB,
    kind: "AccessControlPolicy",
    plural: "accesscontrolpolicies",
    scope: "Cluster",
    versions: ["v1alpha1"],
  }),
  of(HUB, "AIService"),
  of(HUB, "API"),
  of(HUB, "APIAuth"),
  of(HUB, "APIBundle"),
  of(HUB, "APICatalogItem"),
  of(HUB, "APIPlan"),
  of(HUB, "APIPortal"),
  of(HUB, "APIPortalAuth"),
  of(HUB, "APIRateLimit"),
  of(HUB, "APIVersion"),
  of(HUB, "ContentItem"),
  of(HUB, "ManagedApplication"),
  of(HUB, "ManagedSubscription"),
  of(HUB, "Uplink"),
  of(TRAEFIK, "IngressRoute"),
  of(TRAEFIK, "IngressRouteTCP"),
  of(TRAEFIK, "IngressRouteUDP"),
  of(TRAEFIK, "Middleware"),
  of(TRAEFIK, "MiddlewareTCP"),
  of(TRAEFIK, "ServersTransport"),
  of(TRAEFIK, "ServersTransportTCP"),
  of(TRAEFIK, "TLSOption"),
  of(TRAEFIK, "TLSStore"),
  of(TRAEFIK, "TraefikService"),
];
