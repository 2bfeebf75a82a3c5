import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { admit } from "../../../../orchestrator/sandbox/cluster/admission";
import type { KubeObject, Resource } from "../../../../orchestrator/sandbox/cluster/object";
import { quantity } from "../../../../orchestrator/sandbox/cluster/quantity";
import { ApiError } from "../../../../orchestrator/sandbox/cluster/status";
import { ClusterStore } from "../../../../orchestrator/sandbox/cluster/store";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";

const cases = path.join(root, "..", "shared", "conformance", "pod-security-standards.jsonl");
interface Case {
  id: string;
  expect: "pass" | "fail";
  level: "baseline" | "restricted";
  upstream_rule: string;
  manifest: KubeObject;
}
/** The two sysctls of this case are safe from 1.37 on, which is newer than any cluster here. */
const UNSEEN = /sysctls1$/i;

describe("admission of the embedded API", () => {
  const folder = useFolder();
  let store: ClusterStore;
  const resource = (apiVersion: string, kind: string) => store.resources.ofKind(apiVersion, kind) as Resource;
  const put = (object: KubeObject) => store.put(resource(object.apiVersion, object.kind), object);
  beforeEach(() => {
    store = new ClusterStore(path.join(folder(), "objects.jsonl"), () => new Date(0));
    for (const level of ["baseline", "restricted"]) {
      put({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: level, labels: { "pod-security.kubernetes.io/enforce": level } },
      });
      put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: level } });
    }
  });
  afterEach(() => store.close());

  it("stores what a Secret says in clear text as data, which wins over data of the same key", () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "baseline" },
      data: { a: "eA==", b: "eQ==" },
      stringData: { b: "z" },
    };
    const admitted = admit(store, resource("v1", "Secret"), secret, undefined, () => undefined);
    expect(admitted).to.deep.include({ type: "Opaque", data: { a: "eA==", b: Buffer.from("z").toString("base64") } });
    expect(admitted).to.not.have.property("stringData");
  });

  /** Why a pod is refused; undefined when it is admitted. */
  function refusal(pod: KubeObject, namespace: string): string | undefined {
    const named = { ...pod, metadata: { ...pod.metadata, name: "pod", namespace } };
    try {
      admit(store, resource("v1", "Pod"), named, undefined, () => undefined);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error.message;
      throw error;
    }
  }
  const plain = (container: object = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod" },
    spec: { containers: [{ name: "app", image: "x", ...container }] },
  });

  it("agrees with the Pod Security Standards' own cases on every control it looks at", function () {
    if (!fs.existsSync(cases)) {
      process.stdout.write("      skipped: the Pod Security test data is not at hand\n");
      return this.skip();
    }
    const all = fs
      .readFileSync(cases, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Case);
    const judged = all.filter(({ id, upstream_rule: rule }) => !UNSEEN.test(id) && !UNSEEN.test(rule));
    const wrong = judged.filter(
      ({ expect: wanted, level, manifest }) => (refusal(manifest, level) === undefined) !== (wanted === "pass"),
    );
    expect(judged.length).to.be.greaterThan(80);
    expect(wrong.map(({ id }) => id)).to.deep.equal([]);
  });
  it("refuses a privileged pod in the words of the API server", () => {
    expect(refusal(plain({ securityContext: { privileged: true } }), "baseline")).to.equal(
      'pods "pod" is forbidden: violates PodSecurity "baseline:latest": privileged (container "app" must not set securityContext.privileged=true)',
    );
  });
  it("[A17.3] refuses what is above a quota, and what does not say how much it wants", () => {
    put({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace: "baseline" },
      spec: { hard: { "requests.cpu": "1", cpu: "1" } },
    });
    expect(refusal(plain({ resources: { requests: { cpu: "2" } } }), "baseline")).to.include("exceeded quota: quota");
    expect(refusal(plain(), "baseline")).to.include("must specify");
    expect(refusal(plain({ resources: { requests: { cpu: "500m" } } }), "baseline")).to.equal(undefined);
  });
  it("refuses a pod whose service account or namespace is not there", () => {
    const stranger = plain();
    (stranger["spec"] as Record<string, unknown>)["serviceAccountName"] = "nobody";
    expect(refusal(stranger, "baseline")).to.include('serviceaccount "nobody" not found');
    expect(refusal(plain(), "nowhere")).to.equal('namespaces "nowhere" not found');
  });
  it("reads every suffix of a quantity, and takes nonsense for too much", () => {
    expect(["1", "250m", "5n", "1e3", "1Ki", "2Gi", "1Pi"].map(quantity)).to.deep.equal([
      1,
      0.25,
      5e-9,
      1000,
      1024,
      2 * 1024 ** 3,
      1024 ** 5,
    ]);
    expect(quantity("a lot")).to.equal(Number.POSITIVE_INFINITY);
  });
});
