import { charts } from "../charts";
import { parseCidr } from "../cidr";
import { mistake, type Rule } from "./mistakes";

/** Rules of what is off unless an environment chooses it. */
export const optionRules: readonly Rule[] = [
  ({ autoscaling: { eventDriven }, stateful: { kafka } }) =>
    kafka.clients.includes(charts.keda.namespace) && eventDriven !== "keda"
      ? mistake(
          "stateful.kafka.clients",
          kafka.clients,
          `no client that is not there: ${charts.keda.namespace} is KEDA's namespace (A11.8, A13)`,
          'set autoscaling.eventDriven: "keda", or remove it',
        )
      : undefined,
  (config) => {
    if (config.entryPoint.controller !== "traefik") return [];
    const { application, previews, mesh } = config;
    const refused = (other: string, why: string) =>
      mistake(
        "entryPoint.controller",
        "traefik",
        `not together with ${other}: ${why} (A6.1)`,
        `set entryPoint.controller: "envoy-gateway", or leave ${other} out`,
      );
    return [
      ...(application?.login === undefined
        ? []
        : [
            refused(
              "application.login",
              "the login is Envoy Gateway's own, a SecurityPolicy that Traefik does not know",
            ),
          ]),
      ...(previews === undefined
        ? []
        : [refused("previews", "who may see one is said by a SecurityPolicy of Envoy Gateway")]),
      ...(mesh.kind === "none"
        ? []
        : [refused(`mesh.kind: ${mesh.kind}`, "its members let Envoy Gateway's namespace in")]),
    ];
  },
  ({ mesh: { kind }, networkPolicy: { cilium } }) =>
    kind !== "none" && cilium?.layer7 === true
      ? mistake(
          "networkPolicy.cilium.layer7",
          true,
          `not together with mesh.kind: ${kind}: what services say to each other is encrypted before Cilium sees it, and a rule about HTTP would match nothing (A4.4, A10.1)`,
          `leave networkPolicy.cilium.layer7 out and write such rules as the mesh's own, or set mesh.kind: "none"`,
        )
      : undefined,
  ({ monitoring: { logs } }) =>
    (logs.shipping?.destination.cidrs ?? []).flatMap((cidr, index) =>
      (parseCidr(cidr)?.prefix ?? 0) < WIDEST_PREFIX
        ? [
            mistake(
              `monitoring.logs.shipping.destination.cidrs[${index}]`,
              cidr,
              "the destination's own networks: whoever reads logs may send them nowhere else (A9.2, E3.6)",
              `name the networks it answers from, each a /${WIDEST_PREFIX} or smaller`,
            ),
          ]
        : [],
    ),
];

/** No organisation holds more than a /8. */
const WIDEST_PREFIX = 8;
