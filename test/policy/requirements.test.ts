import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { levelOf } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { root } from "../support/pulumi";
import { cases } from "./cases";

/** Each demand on rules, the rules that hold it, and tests beside their cases that prove what no rule can. */
const demands: readonly (readonly [id: string, what: string, rules: readonly string[], proofs: readonly string[]])[] = [
  ["E2.1", "containers have requests and limits", ["containers-have-resources"], []],
  ["E2.2", "nothing runs as root", ["containers-run-as-non-root", "containers-do-not-escalate"], []],
  ["E2.3", "nothing is privileged", ["containers-are-unprivileged"], []],
  ["E2.4", "no hostPath", ["volumes-stay-off-the-host", "pods-stay-off-the-host"], []],
  [
    "E2.5",
    "Pod Security restricted",
    ["namespaces-enforce-pod-security"],
    ["test/policy/pod-security-standards.test.ts"],
  ],
  ["E2.6", "probes", ["containers-have-probes"], []],
  ["E2.7", "replicas", ["workloads-are-replicated"], []],
  ["E2.8", "budgets that allow an eviction", ["disruptions-are-budgeted", "budgets-allow-evictions"], []],
  ["E2.9", "images by digest, no moving tag", ["images-are-pinned-by-digest", "images-name-a-version"], []],
  ["E2.10", "only digests of the release", ["images-are-released"], []],
  ["E2.11", "dev's pods stay small", ["pods-stay-within-size"], []],
  ["E2.12", "spot workloads", ["spot-workloads-are-ready"], []],
  ["E2.13", "updates lose no capacity", ["updates-lose-no-capacity"], []],
  ["E3.1", "default deny", ["namespaces-deny-by-default"], []],
  ["E3.2", "quota and limit range", ["namespaces-have-quotas", "namespaces-have-limit-ranges"], []],
  ["E3.3", "TLS on every entry", ["routes-use-tls", "routes-attach-to-tls", "listeners-use-tls"], []],
  ["E3.4", "classes exist", ["classes-exist"], []],
  ["E3.5", "databases stay inside", ["databases-stay-internal", "databases-are-private"], []],
  ["E3.6", "environments stay apart", ["environments-stay-apart"], []],
  ["E3.7", "QA and previews behind a login", ["environments-are-behind-a-login"], []],
  ["E3.8", "ACME issuer of the environment", ["issuers-fit-the-environment"], []],
  ["E4.1", "no cluster-admin", ["cluster-admin-is-not-granted"], []],
  [
    "E4.2",
    "least privilege",
    ["roles-name-what-they-allow", "roles-cannot-escalate", "bindings-name-their-subjects"],
    [],
  ],
  ["E4.3", "stable environments are delivered", ["stable-environments-are-delivered"], []],
  ["E4.4", "exec only in previews", ["roles-grant-no-exec"], []],
  ["E4.5", "no secrets in ConfigMaps", ["config-maps-hold-no-secrets", "environment-holds-no-secrets"], []],
  ["E4.6", "no secrets in Git", ["secrets-stay-out-of-manifests"], []],
  ["E4.7", "IAM without stars or static keys", ["iam-policies-name-what-they-allow", "access-is-short-lived"], []],
  ["E5.1", "three zones, private nodes", ["networks-span-zones", "nodes-are-private"], []],
  ["E5.2", "the API is private", ["cluster-endpoint-is-private", "nodes-are-private"], []],
  ["E5.3", "ranges do not overlap", ["networks-do-not-overlap"], []],
  ["E5.4", "tags", ["resources-carry-tags"], []],
  [
    "E5.5",
    "the budget of the environment",
    [],
    ["test/orchestrator/cost/budget.test.ts", "test/orchestrator/rollout/execute.test.ts"],
  ],
  ["E5.6", "regulated and European data", ["regulated-data-stays-alone", "european-data-stays-in-europe"], []],
  ["E5.7", "API versions that are served", ["api-versions-are-served"], []],
  ["E6.1", "refreshes anonymise", ["refreshes-anonymise"], []],
  ["E6.2", "stateful namespaces are backed up", ["stateful-namespaces-are-backed-up"], []],
  ["E6.3", "alerts are complete", ["alerts-are-complete"], []],
  [
    "E6.4",
    "migrations",
    [],
    ["test/orchestrator/migrations/judge.test.ts", "test/orchestrator/migrations/gate.test.ts"],
  ],
  ["E6.5", "chaos has a scope", ["chaos-has-a-scope"], []],
  ["E6.6", "retired choices", ["retired-parts-are-replaced", "nodes-run-supported-images"], []],
];
/** Switched on by whoever has what they need: the digests of a release. */
const HANDED = ["images-are-released"];

describe("what section E demands", () => {
  for (const [id, what, held, proofs] of demands)
    it(`${what}: by ${[...held, ...proofs].join(", ")} [${id}]`, () => {
      expect(held.length + proofs.length).to.be.at.least(1);
      for (const name of held) {
        const rule = rules.find((one) => one.name === name);
        if (rule === undefined) throw new Error(`there is no rule ${name}`);
        if (!HANDED.includes(name) && name !== "pods-stay-within-size")
          expect(levelOf(rule, "production"), name).to.equal("mandatory");
        const own = cases.filter((one) => one.rule === name);
        expect(own.flatMap(({ fail }) => Object.keys(fail)).length, name).to.be.at.least(3);
      }
      for (const file of proofs)
        expect(fs.readFileSync(path.join(root, file), "utf8")).to.match(/\[(?:B5\.2\] \[)?[DE]\d\.\d/);
    });
  it("names the requirement of every rule that has one there", () => {
    const listed = new Set(demands.map(([id]) => id));
    for (const { name, requirement } of rules)
      if (/^E[2-6]/.test(requirement)) expect([...listed], name).to.include(requirement);
  });
});
