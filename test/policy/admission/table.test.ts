import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";
import { admissionRules, alwaysDenied, mendingPolicies, privilegedNamespaces } from "../../../infra/admission/policies";
import { admissionPolicies, type Manifest } from "../../../policy/admission";
import { admissionTable } from "../../../policy/admission/table";
import type { PackConfig } from "../../../policy/config";
import { environments } from "../../../policy/rule";
import { root } from "../../support/pulumi";

const file = path.join(root, "infra/admission/table.json");
const levels = Object.fromEntries(
  environments.map((environment) => [
    environment,
    JSON.parse(fs.readFileSync(path.join(root, `policy/config/${environment}.json`), "utf8")) as PackConfig,
  ]),
) as Record<(typeof environments)[number], PackConfig>;

describe("the table of admission rules that the platform declares from", () => {
  it("is in step with the rules; GOLDEN=write brings it there", async () => {
    const style = await resolveConfig(file);
    const text = await format(JSON.stringify(admissionTable(levels)), { ...style, filepath: file });
    if (process.env["GOLDEN"] === "write") fs.writeFileSync(file, text);
    expect(fs.readFileSync(file, "utf8") === text, "run this test with GOLDEN=write").to.equal(true);
  });
  for (const environment of environments)
    for (const action of ["audit", "deny"] as const)
      it(`makes the objects that the pack itself emits: ${environment}, ${action} [A14.2, E1.2]`, () => {
        const emitted = new Map(
          admissionPolicies({ environment, config: levels[environment], enforce: action === "deny" }).map((one) => [
            `${String(one["kind"])} ${(one["metadata"] as { name: string }).name}`,
            one,
          ]),
        );
        const api = "admissionregistration.k8s.io/v1";
        const held = admissionRules(environment, { action, audit: [] });
        const declared: Manifest[] = held.flatMap(({ policy, binding }) => [
          { apiVersion: api, kind: "ValidatingAdmissionPolicy", ...policy },
          { apiVersion: api, kind: "ValidatingAdmissionPolicyBinding", ...binding },
        ]);
        for (const one of [...declared, ...mendingPolicies("1.36")] as Manifest[]) {
          const { name } = one["metadata"] as { name: string };
          const key = `${String(one["kind"])} ${name}`;
          const always = alwaysDenied.includes(name.replace("slipway-", ""));
          if (!always || !key.includes("Binding")) expect(one, key).to.deep.equal(emitted.get(key));
          else expect(one).to.have.nested.property("spec.validationActions[0]", "Deny");
          emitted.delete(key);
        }
        expect([...emitted.keys()]).to.deep.equal([]);
      });
  it("keeps in audit what is named, and never what must be denied [A14.4]", () => {
    const names = (audit: string[]) =>
      admissionRules("production", { action: "deny", audit })
        .filter(({ denies }) => denies)
        .map(({ name }) => name);
    expect(names([])).to.include("slipway-roles-name-what-they-allow");
    expect(names(["roles-name-what-they-allow"])).to.not.include("slipway-roles-name-what-they-allow");
    expect(names([...alwaysDenied])).to.include("slipway-volumes-stay-off-the-host");
  });
  it("mends where the API server can: from 1.36 on", () => {
    expect(mendingPolicies("1.35")).to.deep.equal([]);
    expect(mendingPolicies("1.36")).to.have.length(6);
  });
  it("leaves out the namespaces whose pods need the node, and no other [A14.1]", () => {
    expect(privilegedNamespaces).to.include.members(["kube-system", "velero", "logging", "monitoring-agents"]);
    expect(privilegedNamespaces).to.not.include("monitoring");
  });
});
