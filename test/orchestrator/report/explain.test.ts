import { expect } from "chai";
import { explain } from "../../../orchestrator/report/explain";
import type { Report, StepReport } from "../../../orchestrator/report/report";

const verification: StepReport = {
  id: "dev/verify/Certificates",
  kind: "verify",
  title: "verify cert-manager and issuers",
  phase: { number: 5, name: "Certificates" },
  status: "failed",
  seconds: 1,
  earlier: false,
  proof: "real control plane",
  findings: [
    { requirement: "A5.2", title: "every ClusterIssuer is Ready", verdict: "passed", detail: "a, b", subjects: [] },
    {
      requirement: "A5.3",
      title: "a sample host gets its certificate",
      verdict: "failed",
      detail: "verify.example.org:\n  rate limited",
      subjects: ["verify.example.org"],
      proof: "stand-in",
    },
  ],
  diagnoses: [{ requirement: "A5.4", cause: "the authority's limit", fix: "use staging", subjects: ["order-1"] }],
};
const report = (...steps: StepReport[]) =>
  ({ environments: [{ name: "dev", result: "failed", steps }] }) as unknown as Report;

describe("a verification explained", () => {
  it("says of every check what was asked, what was seen and what proved it", () => {
    expect(explain(report(verification))).to.deep.equal([
      "",
      "dev, phase 5: cert-manager and issuers",
      "  asked (A5.2): every ClusterIssuer is Ready",
      "    seen: a, b",
      "    passed, proved by real control plane",
      "  asked (A5.3): a sample host gets its certificate",
      "    seen: verify.example.org: rate limited",
      "    failed, proved by stand-in",
      "    concerns: verify.example.org",
      "  cause (A5.4): the authority's limit [order-1]",
      "    fix: use staging",
    ]);
  });
  it("has nothing to say of steps that checked nothing", () => {
    expect(explain(report({ ...verification, kind: "up" }))).to.deep.equal([]);
  });
});
