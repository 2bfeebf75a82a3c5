import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { chartTables, render } from "../../../../orchestrator/sandbox/kubernetes/charts";
import { isWebhookConfiguration } from "../../../../orchestrator/sandbox/kubernetes/charts/webhooks";
import { at, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";

/** Values without which a chart does not install, and those its facts were taken with. */
const least: Readonly<Record<string, Properties>> = {
  "aws-load-balancer-controller": { clusterName: "rehearsal" },
  karpenter: { settings: { clusterName: "rehearsal" } },
  "opentelemetry-collector": {
    mode: "deployment",
    image: { repository: "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s" },
    command: { name: "otelcol-k8s" },
  },
  loki: {
    loki: {
      schemaConfig: { configs: [{ from: "2026-01-01", store: "tsdb", object_store: "s3", schema: "v13" }] },
      storage: { type: "s3", bucketNames: { chunks: "a", ruler: "b", admin: "c" }, s3: { region: "eu-west-1" } },
    },
  },
};

/** Where the facts of a chart are kept under another name than its own. */
const kept: Readonly<Record<string, string>> = { base: "istio-base", cni: "istio-cni" };

/** Charts whose values were read in a newer version than the one whose objects are on record (`reviewed`). */
const newer: Readonly<Record<string, string>> = Object.fromEntries(
  ["base", "istiod", "cni", "ztunnel"].map((chart) => [chart, "1.31.1"]),
);

interface Facts {
  release: string;
  namespace: string;
  chartVersion: string;
  objects: {
    kind: string;
    name: string;
    replicas?: number | null;
    hook?: string;
    serviceAccount: string;
    containers: { name: string; ports: { containerPort: number }[] }[];
  }[];
  webhooks?: {
    kind: string;
    configuration: string;
    name: string;
    failurePolicy: string;
    timeoutSeconds: number;
    sideEffects?: string;
    rules?: number;
    caBundle?: boolean;
    matches: string[];
    service: { namespace: string; name: string; path: string };
    namespaceSelector: boolean;
    objectSelector: boolean;
  }[];
  services: { name: string; ports: { port: number }[] }[];
  crds: { name: string; kind: string; scope: string; versions: string[]; storageVersion: string }[];
  serviceAccounts: { name: string; hook?: string }[];
  pdbs: { name: string }[];
  rbac: { kind: string; name: string; rules?: number; role?: string; subjects?: string[] }[];
}

/** Where published facts about charts are kept on machines that have them; nothing ships with the project. */
const FACTS = process.env["SLIPWAY_CHART_FACTS"] ?? path.resolve(__dirname, "../../../../../shared/charts");

describe("the charts of the rehearsal", () => {
  for (const chart of Object.keys(chartTables)) {
    it(`${chart} creates what the published chart creates`, function () {
      const file = `${FACTS}/${kept[chart] ?? chart}/workloads.json`;
      if (!fs.existsSync(file)) {
        process.stdout.write(`        skipped: no facts about ${chart} on this machine (set SLIPWAY_CHART_FACTS)\n`);
        return this.skip();
      }
      const facts = JSON.parse(fs.readFileSync(file, "utf8")) as Facts;
      const { objects, definitions, version } = render({
        chart,
        version: undefined,
        release: facts.release,
        namespace: facts.namespace,
        values: least[chart] ?? {},
      });
      const of = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
      expect(version).to.equal(newer[chart] ?? facts.chartVersion);
      // Jobs by the clock do nothing in a rehearsal.
      const lasting = facts.objects.filter(({ hook, kind }) => hook === undefined && kind !== "CronJob");
      expect(of("Deployment", "DaemonSet", "StatefulSet").map(summary)).to.have.deep.members(
        lasting.map(({ kind, name, replicas, serviceAccount, containers }) => ({
          kind,
          name,
          // None where an autoscaler decides.
          replicas: kind === "DaemonSet" ? undefined : (replicas ?? undefined),
          serviceAccount,
          containers: containers.map((container) => [
            container.name,
            container.ports.map((port) => port.containerPort),
          ]),
        })),
      );
      const services = of("Service").map((service) => [
        service.metadata.name,
        listAt<{ port: number }>(service, "spec", "ports").map(({ port }) => port),
      ]);
      expect(services).to.have.deep.members(
        facts.services.map(({ name, ports }) => [name, ports.map(({ port }) => port)]),
      );
      expect(of("ServiceAccount").map(({ metadata }) => metadata.name)).to.have.members(
        facts.serviceAccounts.filter(({ hook }) => hook === undefined).map(({ name }) => name),
      );
      expect(of("PodDisruptionBudget").map(({ metadata }) => metadata.name)).to.have.members(
        facts.pdbs.map(({ name }) => name),
      );
      const rights = of("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding").map(
        ({ kind, metadata, ...one }) => ({
          kind,
          name: metadata.name,
          ...("rules" in one
            ? { rules: listAt(one, "rules").length }
            : { role: `${String(at(one, "roleRef", "kind"))}/${String(at(one, "roleRef", "name"))}` }),
        }),
      );
      const publishedRights = facts.rbac.map(({ kind, name, rules, role }) => ({
        kind,
        name,
        ...(role === undefined ? { rules } : { role }),
      }));
      expect(publishedRights).to.deep.include.members(rights);
      const own = definitions.filter((one) => chartTables[chart]?.operatorDefinitions?.includes(one) !== true);
      const kinds = [...own, ...of("CustomResourceDefinition")].map((one) => ({
        name: one.metadata.name,
        kind: at(one, "spec", "names", "kind"),
        scope: at(one, "spec", "scope"),
        storageVersion: listAt<{ name: string; storage: boolean }>(one, "spec", "versions").find(
          ({ storage }) => storage,
        )?.name,
        versions: listAt<{ name: string }>(one, "spec", "versions")
          .map(({ name }) => name)
          .sort(),
      }));
      const published = facts.crds.map(({ name, kind, scope, storageVersion, versions }) => ({
        name,
        kind,
        scope,
        storageVersion,
        versions: [...versions].sort(),
      }));
      expect(kinds).to.have.deep.members(published);
      const judged = (facts.webhooks ?? []).map(
        ({
          matches,
          service: { namespace, name, path },
          sideEffects: _effects,
          rules: _rules,
          caBundle: _ca,
          ...rest
        }) => ({
          ...rest,
          matches: [...matches].sort(),
          service: { namespace, name, path },
        }),
      );
      const registered = objects.filter(isWebhookConfiguration).flatMap(webhooksOf);
      expect(judged).to.deep.include.members(registered);
      // Those left out stand in nobody's way: they do not insist, or ask for a label of pods that nobody sets.
      const insisting = judged.filter(
        ({ failurePolicy, matches, objectSelector }) =>
          failurePolicy === "Fail" && !(matches.includes("/pods") && objectSelector),
      );
      expect(registered).to.deep.include.members(insisting);
    });
  }

  const request = (chart: string, values: Properties, version?: string) => () =>
    render({ chart, version, release: "r", namespace: "n", values });

  it("refuses a misspelt value by name and says what is known there", () => {
    expect(request("cert-manager", { webhook: { replicaCont: 3 } })).to.throw(
      /webhook\.replicaCont is not among the values .* known here: .*replicaCount/,
    );
  });
  it("judges the keys of values that are not known yet", () => {
    const partial = (values: Properties) => () =>
      render({ chart: "karpenter", version: undefined, release: "r", namespace: "n", values, partial: true });
    expect(partial({ settings: { clusterNam: "x" } })).to.throw(/settings\.clusterNam is not among/);
    expect(partial({ replicas: "unknown" })).not.to.throw();
  });
  it("refuses a chart and a version it has no facts of", () => {
    expect(request("nginx", {})).to.throw("the rehearsal knows no chart nginx; it knows argo-cd, argo-rollouts, ");
    expect(request("oci://quay.io/jetstack/charts/cert-manager", {}, "v1.0.0")).to.throw(
      "the rehearsal knows cert-manager v1.21.1, not v1.0.0",
    );
  });
  it("refuses what the chart itself refuses", () => {
    expect(request("karpenter", {})).to.throw("Chart cannot be installed without a valid settings.clusterName!");
    expect(request("external-dns", { replicaCount: 2 })).to.throw(/replicaCount/);
  });
  it("carries the values the product sets into the objects", () => {
    const { objects } = render({
      chart: "cert-manager",
      version: "v1.21.1",
      release: "cert-manager",
      namespace: "cert-manager",
      values: {
        crds: { enabled: true, keep: true },
        replicaCount: 2,
        podDisruptionBudget: { enabled: true },
        resources: { limits: { cpu: "1" } },
        webhook: { replicaCount: 3 },
      },
    });
    const named = (kind: string, name: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === name);
    expect(at(named("Deployment", "cert-manager"), "spec", "replicas")).to.equal(2);
    expect(
      at(named("Deployment", "cert-manager"), "spec", "template", "spec", "containers", 0, "resources"),
    ).to.deep.equal({ limits: { cpu: "1" } });
    expect(at(named("Deployment", "cert-manager-webhook"), "spec", "replicas")).to.equal(3);
    expect(at(named("PodDisruptionBudget", "cert-manager"), "spec", "minAvailable")).to.equal(1);
    expect(named("CustomResourceDefinition", "certificates.cert-manager.io")?.metadata.annotations).to.deep.equal({
      "helm.sh/resource-policy": "keep",
    });
  });
});

function summary(object: KubeObject) {
  const spec = at(object, "spec", "template", "spec");
  const containers = [
    ...listAt<{ name: string }>(spec, "initContainers"),
    ...listAt<{ name: string }>(spec, "containers"),
  ];
  return {
    kind: object.kind,
    name: object.metadata.name,
    replicas: at(object, "spec", "replicas"),
    serviceAccount: at(spec, "serviceAccountName"),
    containers: containers.map((container) => [
      container.name,
      listAt<{ containerPort: number }>(container, "ports").map((port) => port.containerPort),
    ]),
  };
}

interface Registered {
  name: string;
  failurePolicy: string;
  timeoutSeconds: number;
  clientConfig: { service: { namespace: string; name: string; path: string; port: number } };
  rules: { apiGroups: string[]; resources: string[] }[];
  namespaceSelector?: object;
  objectSelector?: object;
}

/** Webhooks of a registration, as the facts tell of them. */
function webhooksOf(registration: KubeObject): object[] {
  return (registration["webhooks"] as Registered[]).map(({ clientConfig, rules, ...webhook }) => {
    const { port: _port, ...service } = clientConfig.service;
    const matches = rules.flatMap(({ apiGroups, resources }) =>
      apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
    );
    return {
      kind: registration.kind,
      configuration: registration.metadata.name,
      name: webhook.name,
      failurePolicy: webhook.failurePolicy,
      timeoutSeconds: webhook.timeoutSeconds,
      matches: matches.sort(),
      service,
      namespaceSelector: webhook.namespaceSelector !== undefined,
      objectSelector: webhook.objectSelector !== undefined,
    };
  });
}
