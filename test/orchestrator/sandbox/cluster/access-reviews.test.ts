import { expect } from "chai";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import type { ClusterAccess } from "../../../../orchestrator/sandbox/cluster/host";
import { useFolder } from "../../../support/folder";
import { ask } from "./client";

const AUTHORIZATION = "/apis/authorization.k8s.io/v1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

describe("access reviews of the embedded API", () => {
  const folder = useFolder();
  let clusters: EmbeddedClusters;
  let access: ClusterAccess;
  beforeEach(async () => {
    clusters = new EmbeddedClusters(folder());
    access = await clusters.ensure("one", "1.36");
  });
  afterEach(() => clusters.close());
  const review = (kind: string, spec: object, at = `/${kind.toLowerCase()}s`) =>
    ask(access, "POST", `${AUTHORIZATION}${at}`, {
      apiVersion: "authorization.k8s.io/v1",
      kind,
      spec,
    } as never);
  const attributes = { namespace: "default", verb: "list", group: "apps", resource: "deployments" };
  const question = { user: "ada", groups: ["team"], resourceAttributes: attributes };

  it("answer by the roles and bindings that are there [C6.5]", async () => {
    expect((await review("SubjectAccessReview", question)).body["status"]).to.deep.equal({ allowed: false });
    const metadata = { name: "readers" };
    await ask(access, "POST", `${RBAC}/clusterroles`, {
      metadata,
      rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] }],
    } as never);
    await ask(access, "POST", `${RBAC}/clusterrolebindings`, {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "readers" },
      subjects: [{ kind: "Group", name: "team" }],
    } as never);
    const { code, body } = await review("SubjectAccessReview", question);
    expect(code).to.equal(201);
    expect(body["status"]).to.deep.equal({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "readers" to Group "team"',
    });
  });
  it("answer of oneself: the administrator may everything", async () => {
    const { body } = await review("SelfSubjectAccessReview", { resourceAttributes: attributes });
    expect(body["status"]).to.deep.equal({ allowed: true });
  });
  it("answer within one namespace, and refuse a question about another", async () => {
    const at = "/namespaces/default/localsubjectaccessreviews";
    expect((await review("LocalSubjectAccessReview", question, at)).code).to.equal(201);
    const other = { ...question, resourceAttributes: { ...attributes, namespace: "other" } };
    expect((await review("LocalSubjectAccessReview", other, at)).code).to.equal(422);
  });
  it("refuse a question that says not who, or not what", async () => {
    const nobody = await review("SubjectAccessReview", { resourceAttributes: attributes });
    expect(nobody.code).to.equal(422);
    expect(nobody.body["message"]).to.include("at least one of user or group must be specified");
    const nothing = await review("SubjectAccessReview", { user: "ada" });
    expect(nothing.body["message"]).to.include("exactly one of nonResourceAttributes or resourceAttributes");
    const both = { ...question, nonResourceAttributes: { verb: "get", path: "/x" } };
    expect((await review("SubjectAccessReview", both)).code).to.equal(422);
  });
  it("are discovered as what can only be asked", async () => {
    const { body } = await ask(access, "GET", AUTHORIZATION);
    expect(
      (body["resources"] as { name: string; verbs: string[] }[]).map(({ name, verbs }) => [name, verbs]),
    ).to.deep.include(["subjectaccessreviews", ["create"]]);
  });
});
