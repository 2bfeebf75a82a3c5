import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { V1Job } from "@kubernetes/client-node";
import { expect } from "chai";
import { parse } from "yaml";
import { namesOf } from "../../../../infra/environments/names";
import { stableKind } from "../../../../infra/environments/sizes";
import { GATE } from "../../../../infra/environments/gates";
import { environments } from "../../../../orchestrator/promotion/environment";
import { gateNames } from "../../../../orchestrator/promotion/gate/settings";
import { GATES } from "../../../../orchestrator/promotion/rehearsal/gates";
import { loadRules } from "../../../../orchestrator/promotion/rules";
import { cli } from "../../cli/command-line";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";

/** The gates that this project ships, as a start for whoever takes it over. */
describe("the shipped gates", () => {
  const { environments: rules } = loadRules(root);
  const folder = useFolder();
  const jobs = environments.flatMap((environment) =>
    Object.values(rules[environment].gates).flatMap((gate) => ("job" in gate ? [{ environment, ...gate }] : [])),
  );
  const read = (file: string) => parse(readFileSync(path.join(root, file), "utf8")) as V1Job;

  it("are those of each environment: regression before QA signs, four before production, smoke after every deploy [D1.2] [D2.1] [D4.2]", () => {
    const declared = environments.map((one) => gateNames.filter((name) => rules[one].gates[name] !== undefined));
    expect(declared).to.deep.equal([["smoke", "integration", "security"], [...gateNames], ["smoke"]]);
    expect(declared, "as in the rehearsal").to.deep.equal(environments.map((one) => GATES[one]));
    for (const one of environments) expect(rules[one].gates.smoke?.onRollback).to.equal(true);
  });

  it("ask the host and the namespace of their environment, QA's with a login [C3.4] [C3.5]", () => {
    for (const environment of environments) {
      const settings = parse(readFileSync(path.join(root, `Pulumi.${environment}.yaml`), "utf8")) as {
        config: Record<string, string>;
      };
      const domain = settings.config["slipway:domain"] ?? "";
      const { url, namespace } = namesOf({ kind: stableKind[environment], domain });
      const { smoke } = rules[environment].gates;
      expect(smoke && "asks" in smoke && smoke.asks).to.equal(url);
      expect(smoke && "asks" in smoke && smoke.authorization !== undefined).to.equal(environment === "dev");
      for (const one of jobs.filter((job) => job.environment === environment))
        expect(one.namespace).to.equal(namespace);
      for (const one of rules[environment].compatibility) expect(one.namespace).to.equal(namespace);
    }
  });

  it("that are Jobs show what they proved, and may ask the application", () => {
    expect(jobs.map(({ job }) => job)).to.have.length(3);
    for (const { job, expects } of jobs) {
      expect(expects, job).to.not.equal(undefined);
      expect(read(job).spec?.template.metadata?.labels).to.include(GATE);
    }
  });

  it("that are Jobs are taken by the policy pack at production's levels", async () => {
    for (const file of new Set(jobs.map(({ job }) => job))) {
      const job = read(file);
      const pinned = JSON.stringify({
        apiVersion: "batch/v1",
        ...job,
        metadata: { ...job.metadata, namespace: "staging" },
      });
      const named = path.join(folder(), path.basename(file).replace("yaml", "json"));
      writeFileSync(named, pinned.replace("release:app", `registry.k8s.io/app@sha256:${"a".repeat(64)}`));
      const { exit, out, err } = await cli(root, "policy", "check", named);
      expect(exit, out + err).to.equal(0);
    }
  }).timeout(60_000);

  it("try the running version on the next one's schema where users are [D3.5]", () => {
    expect(rules.staging.compatibility).to.deep.equal(
      rules.production.compatibility.map((one) => ({ ...one, namespace: "staging" })),
    );
    expect(rules.production.compatibility[0]?.database).to.match(/postgres:17\.6@sha256:[0-9a-f]{64}$/);
  });

  describe("for performance", function () {
    this.timeout(20_000);
    /** The Job's own script, with a curl that answers what it is told to. */
    const measured = (lines: readonly string[]) => {
      const [, , script = ""] =
        read("promotion/gates/performance.yaml").spec?.template.spec?.containers[0]?.command ?? [];
      const curl = path.join(folder(), "curl");
      writeFileSync(curl, `#!/bin/sh\nprintf '%s' '${lines.map((line) => `${line}\n`).join("")}'\n`);
      chmodSync(curl, 0o700);
      const env = { PATH: `${folder()}:${process.env["PATH"] ?? ""}` };
      try {
        return { code: 0, said: execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8" }).trim() };
      } catch (error) {
        const { status, stdout } = error as { status: number; stdout: string };
        return { code: status, said: stdout.trim() };
      }
    };
    const answers = (count: number, text: string) => Array.from({ length: count }, () => text);

    it("passes 99 requests in a hundred within half a second, and says so [D5.2]", () => {
      const { code, said } = measured([...answers(594, "200 0.120"), ...answers(6, "200 2.5")]);
      expect([code, said]).to.deep.equal([0, "p99 120 ms, 600 of 600 requests good"]);
      expect(said).to.match(new RegExp(rules.staging.gates.performance?.expects ?? ""));
    });
    for (const [what, lines, code, words] of [
      ["one slow request too many", [...answers(593, "200 0.120"), ...answers(7, "200 0.501")], 1, "p99 501 ms"],
      ["one failed request too many", [...answers(593, "204 0.1"), ...answers(7, "503 0.1")], 1, "593 of 600"],
      ["an application that nobody reaches", answers(600, "000 0.000"), 1, "0 of 600"],
      ["nothing measured, which is inconclusive", [], 75, "nothing was measured"],
    ] as const)
      it(`does not pass ${what}`, () => {
        const { code: ended, said } = measured(lines);
        expect(ended).to.equal(code);
        expect(said).to.include(words);
      });
  });
});
