import { expect } from "chai";
import { admissionRules, privilegedNamespaces } from "../../../infra/admission/policies";
import { accessManifests } from "../../../infra/environments/access";
import { deliverer } from "../../../infra/deliverer";
import { following, reading, usualGroups } from "../../../infra/personas";
import { securityCheck } from "../../../orchestrator/checks/14-security";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { openWorld, type ClusterWorld } from "./cluster-world";

const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io/v1";
const ENFORCE = "pod-security.kubernetes.io/enforce";
const rules = admissionRules("dev", { action: "audit", audit: [] });
const names = (denies: boolean) => rules.filter((rule) => rule.denies === denies).map(({ name }) => name);
const outputs = {
  environment: { name: "dev" as const },
  entryPoint: { demo: { namespace: "demo" } },
  security: {
    personas: [
      { name: "developer" as const, kind: "Group" as const, subject: usualGroups.developers },
      { name: "QA engineer" as const, kind: "Group" as const, subject: usualGroups.qaEngineers },
      { name: "viewer" as const, kind: "Group" as const, subject: usualGroups.viewers },
      {
        name: "deliverer" as const,
        kind: "ServiceAccount" as const,
        subject: "argocd-application-controller",
        namespace: "argocd",
      },
    ],
    environments: (["preview", "qa"] as const).map((kind) => ({ kind, manifests: accessManifests(kind, kind) })),
    privilegedNamespaces,
    admission: { denied: names(true), audited: names(false), mending: [] },
  },
};
const namespace = (name: string, labels: Record<string, string> = { [ENFORCE]: "restricted" }): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const account = { kind: "ServiceAccount", name: deliverer.name, namespace: deliverer.namespace };
const granted = (name: string, of: object[], to: string | typeof account): KubeObject[] => [
  { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name }, rules: of },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
    subjects: [typeof to === "string" ? { apiGroup: RBAC, kind: "Group", name: to } : to],
  },
];
const workload = (name: string, spec: object): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "demo" },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec },
  },
});

describe("check 14 security", function () {
  this.timeout(60_000);
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    for (const name of ["default", "kube-public", "kube-node-lease", "demo"]) await world.put(namespace(name));
    for (const { policy, binding } of rules) {
      await world.put({ apiVersion: ADMISSION, kind: "ValidatingAdmissionPolicy", ...policy } as never);
      await world.put({ apiVersion: ADMISSION, kind: "ValidatingAdmissionPolicyBinding", ...binding } as never);
    }
    for (const group of Object.values(usualGroups))
      for (const object of granted(group.replace("slipway:", "read-"), [...reading], group)) await world.put(object);
    for (const object of granted("follow", [...following], account)) await world.put(object);
  });
  after(() => world.fixture.close());
  const run = () => world.run(securityCheck, outputs);
  /** With something more in the world, and without it afterwards. */
  async function having(objects: KubeObject[]) {
    const undo: (() => Promise<void>)[] = [];
    for (const object of objects) undo.push(await world.put(object));
    try {
      return await run();
    } finally {
      for (const back of undo.toReversed()) await back();
    }
  }

  it("passes where everybody may what C6 says and everything else is refused [A14.1] [A14.2] [A14.3] [A17.3] [C6.5]", async () => {
    const { findings, bad } = await run();
    expect(bad).to.deep.equal([]);
    const of = (requirement: string) => findings.filter((one) => one.requirement === requirement);
    expect(
      of("A14.3")
        .map(({ detail }) => detail)
        .join("\n"),
    )
      .to.include('Pod Security: pods "refused" is forbidden: violates PodSecurity "restricted:latest": privileged')
      .and.include("slipway-containers-are-unprivileged");
    expect(of("A17.2")[0]?.detail).to.include("maximum cpu usage per Container is 100m, but limit is 200m");
    expect(of("A17.3")[0]?.detail).to.include("exceeded quota: quota, requested: limits.cpu=10m");
    expect(of("C6.5")[0]?.table?.rows).to.deep.include(["preview", "pods/exec", "create", "–", "–", "–"]);
  });
  it("says what the embedded API cannot prove: that the policy engine itself refuses", async () => {
    const { findings } = await run();
    const engine = findings.find(({ title }) => title.includes("policy engine"));
    expect(engine?.proof).to.equal("static");
    expect(engine?.detail).to.include("proven on a real control plane");
  });
  it("names a right that is one too many, and through which binding [C6.5]", async () => {
    const secrets = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }];
    const { bad } = await having(granted("leak", secrets, usualGroups.developers));
    expect(bad.join()).to.include(
      'C6.5 failed: developer in kube-system: may get secrets (RBAC: allowed by ClusterRoleBinding "leak"',
    );
  });
  it("asks in the environments that are there, and names a right that is missing [C6.2]", async () => {
    const labels = { [ENFORCE]: "restricted", "slipway.dev/environment": "qa" };
    const { bad } = await having([namespace("qa", labels)]);
    expect(bad.join()).to.include("QA engineer in qa (qa): may not create pods");
  });
  it("names a namespace without a level, and one that is privileged without need [A14.1]", async () => {
    const { bad } = await having([namespace("open", {}), namespace("root", { [ENFORCE]: "privileged" })]);
    expect(bad.join()).to.include("open: has no level").and.include("root: is privileged and not on the list");
  });
  it("names an application environment below restricted [A14.1]", async () => {
    const labels = { [ENFORCE]: "baseline", "slipway.dev/environment": "preview" };
    const preview = namespace("feature-pr-1", labels);
    const { bad } = await having([preview, ...(accessManifests("preview", "feature-pr-1") as KubeObject[])]);
    expect(bad).to.deep.equal(["A14.1 failed: feature-pr-1: an application environment at level baseline"]);
  });
  it("names a rule that is not held, or only in audit [A14.2]", async () => {
    const [name] = names(true);
    const rule = rules.find((one) => one.name === name);
    const binding = {
      apiVersion: ADMISSION,
      kind: "ValidatingAdmissionPolicyBinding",
      ...rule?.binding,
    } as never as KubeObject;
    await world.put({ ...binding, spec: { ...(binding["spec"] as object), validationActions: ["Warn", "Audit"] } });
    const { bad } = await run();
    await world.put(binding);
    expect(bad).to.deep.equal([`A14.2 failed: ${String(name)}: is not bound to Deny`]);
  });
  it("names a condition that the API server does not understand [A14.2]", async () => {
    const [first] = rules;
    const policy = {
      apiVersion: ADMISSION,
      kind: "ValidatingAdmissionPolicy",
      ...first?.policy,
    } as never as KubeObject;
    const warning = { fieldRef: "spec.validations[0].expression", warning: "undefined field 'groups'" };
    await world.put({ ...policy, status: { typeChecking: { expressionWarnings: [warning] } } });
    const { bad } = await run();
    await world.put({ ...policy, status: { typeChecking: { expressionWarnings: [] } } });
    expect(bad.join()).to.include("spec.validations[0].expression: undefined field 'groups'");
  });
  it("counts open audit findings by rule [A14.4]", async () => {
    const spec = { containers: [{ name: "app", image: "docker.io/library/nginx:1.29" }] };
    const { findings } = await having([workload("loose", spec)]);
    const open = findings.find(({ requirement }) => requirement === "A14.4");
    expect(open?.verdict).to.equal("passed");
    expect(open?.detail).to.match(/containers-have-probes \d/);
  });
  it("diagnoses a denied rule that what runs breaks, and pods that were refused [A14.4]", async () => {
    const spec = { containers: [{ name: "app", image: "x", securityContext: { privileged: true } }] };
    const event: KubeObject = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "refused", namespace: "demo" },
      reason: "FailedCreate",
      message:
        "Error creating: admission webhook: ValidatingAdmissionPolicy 'slipway-x' with binding 'slipway-x' denied request",
      involvedObject: { kind: "ReplicaSet", name: "root-1", namespace: "demo" },
    };
    const { bad, diagnoses } = await having([workload("root", spec), event]);
    expect(bad.join()).to.include("A14.4 failed: Deployment demo/root: slipway-containers-are-unprivileged");
    expect(diagnoses).to.deep.equal(["A14.4 Deployment demo/root", "A14.4 demo/root-1"]);
  });
});
