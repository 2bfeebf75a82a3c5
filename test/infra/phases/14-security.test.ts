import { expect } from "chai";
import { configOf, valueOf, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const VALIDATING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy";
const MUTATING = "kubernetes:admissionregistration.k8s.io/v1:MutatingAdmissionPolicy";

describe("phase 14: security", () => {
  const build = async (environment: string, more: object = {}) => {
    const config = { ...configOf(environment), ...more };
    const { seen, result } = await recorded(environment, config);
    return { seen, security: await valueOf(result.security) };
  };
  const of = (seen: Registered[], type: string) => seen.filter((one) => one.type === type);
  const inputs = (seen: Registered[], type: string, name: string) =>
    of(seen, type).find((one) => one.name === name)?.inputs as { spec: { validationActions?: string[] } } | undefined;
  const security = (action: "audit" | "deny", audit: string[] = []) => ({
    security: {
      groups: { developers: "okta:dev", qaEngineers: "okta:qa", viewers: "okta:view" },
      members: {},
      admission: { action, audit },
    },
  });

  it("[C6.1] [C6.3] lets three groups, named in the configuration, read in every namespace, and nothing more", async () => {
    const { seen } = await build("production", security("audit"));
    const [binding] = of(seen, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding");
    expect(JSON.stringify(binding?.inputs)).to.include("okta:dev").and.include("okta:qa").and.include("okta:view");
    const [role] = of(seen, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole");
    const { rules } = role?.inputs as { rules: { verbs: string[]; resources: string[] }[] };
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).to.deep.equal(new Set(["get", "list", "watch"]));
    expect(rules.flatMap(({ resources }) => resources)).to.not.include("secrets");
  });
  it("[C6.5] tells the check who there is, and which roles environments of this cluster bind", async () => {
    const { security: dev } = await build("dev");
    expect(dev.personas.map(({ name }) => name)).to.deep.equal(["developer", "QA engineer", "viewer", "deliverer"]);
    expect(dev.environments.map(({ kind }) => kind)).to.deep.equal(["preview", "qa"]);
    const { security: production } = await build("production");
    expect(production.environments.map(({ kind }) => kind)).to.deep.equal(["production"]);
    expect(JSON.stringify(production.environments)).to.not.include("pods/exec");
  });
  it("[A14.1] gives Kubernetes' own namespaces a level, and the fixed list of privileged ones", async () => {
    const { seen, security: outputs } = await build("dev");
    const patched = of(seen, "kubernetes:core/v1:NamespacePatch").map(({ name }) => name);
    expect(patched.filter((name) => name.startsWith("security-"))).to.deep.equal([
      "security-default",
      "security-kube-public",
      "security-kube-node-lease",
    ]);
    expect(outputs.privilegedNamespaces).to.include.members(["kube-system", "velero", "logging", "monitoring-agents"]);
  });
  it("[A14.2] denies privileged containers and hostPath from the first day, and audits the rest", async () => {
    const { seen, security: outputs } = await build("production", security("audit"));
    expect(outputs.admission.denied).to.deep.equal([
      "slipway-containers-are-unprivileged",
      "slipway-volumes-stay-off-the-host",
    ]);
    const actions = (name: string) => inputs(seen, `${VALIDATING}Binding`, name)?.spec.validationActions;
    expect(actions("slipway-containers-are-unprivileged")).to.deep.equal(["Deny", "Audit"]);
    expect(actions("slipway-containers-have-resources")).to.deep.equal(["Warn", "Audit"]);
    expect(of(seen, VALIDATING)).to.have.length(of(seen, `${VALIDATING}Binding`).length);
  });
  it("[A14.4] denies what is mandatory when told to, save what is left in audit", async () => {
    const { security: outputs } = await build("production", security("deny", ["images-are-pinned-by-digest"]));
    expect(outputs.admission.denied).to.include("slipway-containers-have-resources");
    expect(outputs.admission.audited).to.include.members([
      "slipway-images-are-pinned-by-digest",
      // Advisory in production: never denied.
      "slipway-root-file-systems-are-read-only",
    ]);
  });
  it("mends where the API server can [E1.2]", async () => {
    const { seen } = await build("dev");
    expect(of(seen, MUTATING).map(({ name }) => name)).to.include("slipway-seccomp-profile");
    const { cluster } = configOf("dev");
    const older = await build("dev", { cluster: { ...cluster, version: "1.35" } });
    expect(of(older.seen, MUTATING)).to.deep.equal([]);
    expect(older.security.admission.mending).to.deep.equal([]);
  });
});
