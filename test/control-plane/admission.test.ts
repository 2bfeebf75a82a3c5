import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { ApiError } from "../../orchestrator/sandbox/kubernetes/api";
import { untilReady } from "../../orchestrator/sandbox/kubernetes/await";
import { at, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { root } from "../support/pulumi";
import { START_MS, namespaceIn, node, pod, until, usePlane } from "./plane";

const ENFORCE = "pod-security.kubernetes.io/enforce";

/** 148 labelled pods of the Pod Security Standards' own tests; they stand beside the project and do not ship. */
const cases = path.join(root, "..", "shared", "conformance", "pod-security-standards.jsonl");
/** Differences with their reason: two sysctls are safe from 1.37 on, which is newer than any cluster here. */
const NEWER = ["pss/baseline/v1.37/pass/sysctls1", "pss/restricted/v1.37/pass/sysctls1"];
interface Case {
  readonly id: string;
  readonly expect: "pass" | "fail";
  readonly level: "baseline" | "restricted";
  readonly manifest: KubeObject;
}

describe("admission of a real control plane", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  const api = () => plane().api;
  /** Why an object is refused; undefined when it is taken. */
  const refusal = async (object: KubeObject): Promise<string | undefined> => {
    try {
      await api().create(object);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.code === 403) return error.message;
      throw error;
    }
  };

  it("refuses a privileged pod where the namespace is restricted, and says which control did", async () => {
    const namespace = await namespaceIn(api(), { [ENFORCE]: "restricted" });
    const container = { name: "app", image: "x", securityContext: { privileged: true } };
    const said = await refusal(pod(namespace, "bad", { containers: [container] }));
    expect(said).to.include('violates PodSecurity "restricted:latest": privileged');
    expect(await refusal(pod(namespace, "good"))).to.equal(undefined);
  });

  it("refuses a pod without limits over a LimitRange's maximum, and fills in what is left out", async () => {
    const namespace = await namespaceIn(api());
    await api().create({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "limits", namespace },
      spec: { limits: [{ type: "Container", default: { cpu: "200m" }, max: { cpu: "500m" } }] },
    });
    const resources = { limits: { cpu: "1" } };
    const said = await refusal(pod(namespace, "big", { containers: [{ name: "app", image: "x", resources }] }));
    expect(said).to.include("maximum cpu usage per Container is 500m, but limit is 1");
    await api().create(pod(namespace, "plain", { containers: [{ name: "app", image: "x" }] }));
    const plain = await api().get({ apiVersion: "v1", kind: "Pod", name: "plain", namespace });
    expect(at(plain, "spec", "containers", 0, "resources", "limits", "cpu")).to.equal("200m");
  });

  it("stops a Deployment at the quota, and tells it where people look: the ReplicaSet's events", async () => {
    const namespace = await namespaceIn(api());
    const labels = { app: "many" };
    await api().create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace },
      spec: { hard: { pods: "1" } },
    });
    const quota = { apiVersion: "v1", kind: "ResourceQuota", name: "quota", namespace };
    await until(async () => at(await api().get(quota), "status", "hard", "pods") as string | undefined);
    await api().create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "many", namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod(namespace, "x")["spec"] },
      },
    });
    const event = await until(async () => {
      const { items } = await api().list("v1", "Event", namespace);
      return items.find((one) => one["reason"] === "FailedCreate");
    });
    expect(at(event, "involvedObject", "kind")).to.equal("ReplicaSet");
    expect(event["message"]).to.include("exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1");
  });

  it("keeps a disruption budget: an eviction that would break it is refused", async () => {
    const namespace = await namespaceIn(api());
    const labels = { app: "kept" };
    await plane().host.setNodes(plane().access.name, "budget", [node("budget-1")]);
    try {
      await api().create({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "kept", namespace },
        spec: { minAvailable: 1, selector: { matchLabels: labels } },
      });
      await api().create(pod(namespace, "only", {}, { labels }));
      const budget = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", name: "kept", namespace };
      await until(async () => at(await api().get(budget), "status", "currentHealthy") === 1);
      const said = await evict(namespace, "only");
      expect(said.code).to.equal(429);
      expect(said.message).to.include("would violate the pod's disruption budget");
    } finally {
      await plane().host.setNodes(plane().access.name, "budget", []);
    }
  });

  async function evict(namespace: string, name: string): Promise<{ code: number; message: string }> {
    const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromString(plane().access.kubeconfig);
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    return config
      .makeApiClient(CoreV1Api)
      .createNamespacedPodEviction({ name, namespace, body })
      .then(
        () => ({ code: 201, message: "" }),
        (error: { code: number; body: string }) => ({ code: error.code, message: error.body }),
      );
  }

  it("refuses a misspelt field of a custom resource, and a value its schema does not know", async () => {
    const { definition, fields, text } = await import("../../orchestrator/sandbox/kubernetes/charts/schema.js");
    const made = definition({
      group: "test.slipway.dev",
      kind: "Thing",
      versions: ["v1"],
      spec: fields({ "name!": text(), mode: text("on", "off") }),
    });
    await untilReady(api(), await api().create(made), START_MS / 1000);
    const thing = (spec: object) => ({
      apiVersion: "test.slipway.dev/v1",
      kind: "Thing",
      metadata: { name: "t", namespace: "default" },
      spec,
    });
    const attempt = (spec: object) =>
      api()
        .apply(thing(spec), { manager: "test", dryRun: true })
        .then(
          () => "taken",
          (error: Error) => error.message,
        );
    expect(await until(async () => (await attempt({ name: "a", mode: "on" })) === "taken")).to.equal(true);
    expect(await attempt({ name: "a", mood: "on" })).to.include("mood");
    expect(await attempt({ name: "a", mode: "perhaps" })).to.include('Unsupported value: "perhaps"');
    expect(await attempt({ mode: "on" })).to.include("spec.name: Required value");
  });

  it("judges every pod of the Pod Security Standards' own tests as they say", async function () {
    if (!existsSync(cases)) this.skip();
    const rows = readFileSync(cases, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Case);
    expect(rows).to.have.length(148);
    const namespaces = {
      baseline: await namespaceIn(api(), { [ENFORCE]: "baseline" }),
      restricted: await namespaceIn(api(), { [ENFORCE]: "restricted" }),
    };
    const differing: string[] = [];
    for (const { id, expect: wanted, level, manifest } of rows) {
      const named = { ...manifest, metadata: { ...manifest.metadata, namespace: namespaces[level] } };
      const said = await api()
        .apply({ ...named, metadata: { ...named.metadata, name: "pod" } }, { manager: "test", dryRun: true })
        .then(
          () => undefined,
          (error: Error) => error.message,
        );
      if ((said === undefined) !== (wanted === "pass")) differing.push(`${id}: ${said ?? "taken"}`);
    }
    expect(differing.map((line) => line.split(":")[0])).to.deep.equal(NEWER);
  });
});
