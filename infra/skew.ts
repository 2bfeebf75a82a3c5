import { charts, type Chart } from "./charts";
import type { PlatformConfig } from "./config";

/** Two parts at versions that do not go together. */
export interface Skew {
  /** Config key of the part that would have to change. */
  readonly key: string;
  /** `karpenter 1.12.0 × Kubernetes 1.36`. */
  readonly pair: string;
  readonly value: string;
  /** What is known of the pair. */
  readonly fact: string;
  readonly fix: string;
}

/** What a chart needs of its own version to go with something else. */
interface Needs {
  readonly chart: string;
  /** What it is paired with; for Kubernetes, from which minor on. */
  readonly with: { readonly kubernetes: string } | { readonly what: string };
  /** Least version, inclusive, and the first that is too new. */
  readonly from?: string;
  readonly below?: string;
  readonly fact: string;
}

/** The Gateway API definitions that are installed once, for everybody (standard channel). */
const GATEWAY_API = "Gateway API 1.6.1";

/** Pairs whose projects say what goes together; each line is one sentence of their documentation (versions of 2026-11-20). */
const NEEDED: readonly Needs[] = [
  {
    chart: "karpenter",
    with: { kubernetes: "1.36" },
    from: "1.13.0",
    fact: "Karpenter supports Kubernetes 1.36 from 1.13 on",
  },
  {
    chart: "karpenter-crd",
    with: { kubernetes: "1.36" },
    from: "1.13.0",
    fact: "Karpenter supports Kubernetes 1.36 from 1.13 on",
  },
  {
    chart: "envoy-gateway",
    with: { kubernetes: "1.36" },
    from: "1.9.0",
    fact: "Envoy Gateway is tested on Kubernetes 1.36 from 1.9 on",
  },
  {
    chart: "external-secrets",
    with: { kubernetes: "1.36" },
    from: "2.9.0",
    fact: "External Secrets is tested on Kubernetes 1.36 from 2.9 on",
  },
  {
    chart: "envoy-gateway",
    with: { what: GATEWAY_API },
    from: "1.9.0",
    below: "1.10.0",
    fact: "Envoy Gateway 1.9 ships and is built for Gateway API 1.6.1, 1.8 for 1.5",
  },
  {
    chart: "traefik",
    with: { what: GATEWAY_API },
    from: "41.0.0",
    below: "42.0.0",
    fact: "Traefik's chart does not ship the Gateway API; of its charts 41 alone was looked at with these definitions",
  },
  {
    chart: "aws-load-balancer-controller",
    with: { what: GATEWAY_API },
    from: "3.5.0",
    fact: "the controller is built for Gateway API 1.6 from 3.5 on; TCP and UDP routes moved to the standard channel",
  },
  {
    chart: "velero",
    with: { what: "velero-plugin-for-aws 1.14" },
    from: "12.0.0",
    below: "13.0.0",
    fact: "plugin 1.14 goes with Velero 1.18, which chart 12 installs",
  },
  {
    chart: "linkerd-control-plane",
    with: { what: GATEWAY_API },
    // 2.20 reads routes as 1.5.1 has them: phase 10 proves that the routes it reads have no newer field (decisions, phase 10).
    from: "2026.6.3",
    fact: "Linkerd before 2.20 was not looked at with Gateway API 1.6; 2.20 reads it as 1.5.1",
  },
  { chart: "istiod", with: { what: "support" }, from: "1.31.0", fact: "Istio 1.30 ends on 2026-11-30" },
];

/** Charts that are one program in two parts. */
const TOGETHER: readonly (readonly [string, string])[] = [
  ["karpenter", "karpenter-crd"],
  ["istio-base", "istiod"],
  ["istiod", "istio-cni"],
  ["linkerd-control-plane", "linkerd-crds"],
  ["linkerd-control-plane", "linkerd2-cni"],
  ["istiod", "ztunnel"],
];

/** Charts that are there only where the configuration chooses them. */
const CHOSEN: Readonly<Record<string, (config: Versioned) => boolean>> = {
  keda: ({ autoscaling }) => autoscaling?.eventDriven === "keda",
  "linkerd-control-plane": ({ mesh }) => mesh?.kind === "linkerd",
  "envoy-gateway": ({ entryPoint }) => entryPoint?.controller !== "traefik",
  traefik: ({ entryPoint }) => entryPoint?.controller === "traefik",
};

type Versioned = Pick<PlatformConfig, "charts"> &
  Partial<Pick<PlatformConfig, "autoscaling" | "entryPoint" | "mesh">> & {
    readonly cluster: Pick<PlatformConfig["cluster"], "version">;
  };

/** Pairs of this configuration that are documented not to go together: each is refused (A21.5). Pure. */
export function unsupportedPairs(config: Versioned, table: Readonly<Record<string, Chart>> = charts): Skew[] {
  const versions = versionsOf(config, table);
  const kubernetes = config.cluster.version;
  const alone = NEEDED.flatMap((needs): Skew[] => {
    const version = versions[needs.chart];
    if (version === undefined) return [];
    const other = "kubernetes" in needs.with ? `Kubernetes ${kubernetes}` : needs.with.what;
    if ("kubernetes" in needs.with && compare(kubernetes, needs.with.kubernetes) < 0) return [];
    const tooOld = needs.from !== undefined && compare(version, needs.from) < 0;
    const tooNew = needs.below !== undefined && compare(version, needs.below) >= 0;
    if (!tooOld && !tooNew) return [];
    const range = [needs.from && `${needs.from} or later`, needs.below && `below ${needs.below}`]
      .filter(Boolean)
      .join(", ");
    return [
      {
        key: `charts.${needs.chart}`,
        pair: `${needs.chart} ${version} × ${other}`,
        value: version,
        fact: needs.fact,
        fix: `use ${needs.chart} ${range}, or leave it to the table`,
      },
    ];
  });
  const together = TOGETHER.flatMap(([one, other]): Skew[] => {
    const [a, b] = [versions[one], versions[other]];
    if (a === undefined || b === undefined || a === b) return [];
    return [
      {
        key: `charts.${other}`,
        pair: `${one} ${a} × ${other} ${b}`,
        value: b,
        fact: "they are one program in two charts",
        fix: "give both the same version",
      },
    ];
  });
  return [...alone, ...together];
}

/** Charts whose projects list the versions they test, and not this one: no refusal, but to be known (A2.1). Pure. */
export function untestedPairs(config: Versioned, table: Readonly<Record<string, Chart>> = charts): string[] {
  const versions = versionsOf(config, table);
  return Object.entries(table)
    .filter(([name]) => CHOSEN[name]?.(config) ?? true)
    .filter(([, { testedOn }]) => testedOn.length > 0 && !testedOn.includes(config.cluster.version))
    .map(
      ([name, { testedOn }]) =>
        `${name} ${versions[name] ?? ""} × Kubernetes ${config.cluster.version}: its project tests ${testedOn.join(", ")}`,
    );
}

function versionsOf({ charts: overrides }: Versioned, table: Readonly<Record<string, Chart>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).map(([name, chart]) => [name, (overrides[name] ?? chart.version).replace(/^v/, "")]),
  );
}

/** Below 0, 0 or above 0, by number and not by letter: 1.10 is after 1.9. */
export function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.replace(/^v/, "").split(".").map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
