import { expect } from "chai";
import { changeDocument, type Change } from "../../../orchestrator/deliver/change";
import { parseRules } from "../../../orchestrator/promotion/rules";
import type { Report } from "../../../orchestrator/report/report";
import { environments, object } from "./delivery";

const rules = parseRules(
  `
people:
  - { email: a@example.com, roles: [product-owner] }
  - { email: b@example.com, roles: [engineering-manager] }
approvalHours: 12
environments:
  dev: {}
  staging: { soakHours: 24 }
  production: { approvals: { engineering-manager: 1, product-owner: 1 } }
`,
  "",
);
const change: Change = {
  commit: "c0ffee",
  version: "1.0.0",
  planned: environments({
    dev: [object("Thing", "a", {})],
    production: [object("Thing", "a", {}), object("Thing", "b", {})],
  }),
  rules,
  report: undefined,
  unknown: 3,
};
const report = {
  command: "bootstrap",
  result: "succeeded",
  startedAt: "2026-01-01T00:00:00Z",
  target: "rehearsal",
  environments: [
    {
      steps: [
        {
          proof: "stand-in",
          findings: [{ verdict: "passed" }, { verdict: "failed" }, { verdict: "passed", proof: "computed" }],
        },
      ],
    },
  ],
} as unknown as Report;

describe("the change document", () => {
  it("says what changes where, what it costs and who has to agree [G1.3]", () => {
    const text = changeDocument(change);
    expect(text).to.include("| Metrics | 1 | 2 |");
    expect(text).to.match(/- production: about \$[\d,]+ a month/);
    expect(text).to.include("- dev: none");
    expect(text).to.include("1 × engineering-manager, 1 × product-owner, no author among them, each worth 12 h");
  });
  it("says by what each proof was given, and never more than that [G1.3]", () => {
    const text = changeDocument({ ...change, report });
    expect(text).to.include("- stand-in: 1 of 2 checks passed");
    expect(text).to.include("- computed: 1 of 1 checks passed");
    expect(text).to.include("The account was stood in for");
  });
  it("says so when nothing ran, and how many values only the account will tell", () => {
    const text = changeDocument(change);
    expect(text).to.include("no run of this state is known");
    expect(text).to.include("Nothing was run");
    expect(text).to.include("3 values read `<known after apply>`");
    expect(changeDocument({ ...change, unknown: 0 })).to.not.include("known after apply");
  });
  it("names commands that run it and that go back [G1.2]", () => {
    const text = changeDocument(change);
    for (const line of [
      "git clone platform.bundle platform",
      "bootstrap --target aws --environment production",
      "rollback production --target aws",
    ])
      expect(text).to.include(line);
    expect(text).to.not.include("rollback dev");
  });
});
