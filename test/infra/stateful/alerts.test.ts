import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { statefulAlerts } from "../../../infra/stateful/alerts";
import { configOf, root } from "../../support/pulumi";

describe("alerts of data systems", () => {
  const all = (environment: string) => {
    const { kafka, postgres } = statefulAlerts(configOf(environment));
    return [...kafka, ...postgres];
  };

  it("[A11.4] [A11.8] are PromQL, word for word", () => {
    for (const { alert, expr } of all("production")) {
      let errors = 0;
      parser.parse(expr).iterate({ enter: (node) => void (node.type.isError && errors++) });
      expect(errors, alert).to.equal(0);
    }
  });
  it("[B6.2] [B6.3] page in production only, and say their environment and runbook", () => {
    const worth = (environment: string) => new Set(all(environment).map(({ labels }) => labels["severity"]));
    expect(worth("production")).to.deep.equal(new Set(["critical", "warning"]));
    expect([worth("staging"), worth("dev")]).to.deep.equal([new Set(["warning"]), new Set(["info"])]);
    for (const { labels, annotations } of all("production")) {
      expect(labels["environment"]).to.equal("production");
      const page = annotations["runbook_url"]?.split("/").at(-1) ?? "";
      expect(existsSync(path.join(root, "docs", "runbooks", `${page}.md`)), page).to.equal(true);
    }
  });
  it("[A15.5] tell of an archive that stops, where there is one", () => {
    expect(all("production").map(({ alert }) => alert)).to.include("PostgresArchiveFails");
    expect(all("dev").map(({ alert }) => alert)).to.not.include("PostgresArchiveFails");
  });
});
