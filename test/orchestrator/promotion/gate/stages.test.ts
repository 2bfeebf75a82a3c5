import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Environment } from "../../../../orchestrator/promotion/environment";
import { keepEvidence } from "../../../../orchestrator/promotion/gate/evidence";
import type { Jobs } from "../../../../orchestrator/promotion/gate/job";
import { gateStages } from "../../../../orchestrator/promotion/gate/stages";
import { parseRules } from "../../../../orchestrator/promotion/rules";
import { createRedactor } from "../../../../orchestrator/report/redact";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { strict } from "../../../support/strict";

const release = `sha256:${"a".repeat(64)}`;

describe("the gates of an environment", () => {
  const folder = useFolder();
  const stages = (
    gates: object,
    jobs: Partial<Jobs> = {},
    environment: Environment = "staging",
    waited: Date[] = [],
  ) => {
    const environments = { dev: {}, staging: {}, production: {}, [environment]: { gates } };
    const rules = parseRules(JSON.stringify({ people: [], approvalHours: 1, environments }), "");
    const redactor = createRedactor();
    redactor.add("t0ken-of-somebody");
    return gateStages(
      {
        rules,
        root: folder(),
        variables: { PATH: "/bin", SECRET_OF_OTHERS: "x", WANTED: "t0ken-of-somebody" },
        jobs: strict<Jobs>("jobs", jobs),
        imageOf: (of, application) =>
          Promise.resolve(of === release && application === "shop" ? "registry.example/shop@sha256:1" : undefined),
        keep: keepEvidence(path.join(folder(), "evidence"), redactor),
        now: () => new Date(0),
        waitUntil: (time) => {
          waited.push(time);
          return Promise.resolve();
        },
      },
      environment,
    );
  };
  const asked = { environment: "staging", release, run: 7 } as const;
  const node = (script: string) => ({ command: [process.execPath, "-e", script], timeoutSeconds: 30 });

  it("run in one order, whatever order they were declared in [D1.2] [D4.1]", () => {
    const gates = { security: node(""), smoke: node(""), performance: node(""), integration: node("") };
    expect(stages(gates).map(({ name }) => name)).to.deep.equal(["smoke", "integration", "performance", "security"]);
  });
  it("let what was rolled out settle as long as that environment's table says, or as they say themselves [C3.5] [D4.2]", async () => {
    const settled = async (environment: Environment, settleSeconds?: number) => {
      const waited: Date[] = [];
      // Nobody answers at the discard port: how long it waited before is what counts here.
      const smoke = {
        ...{ asks: "https://127.0.0.1:9", timeoutSeconds: 1 },
        ...(settleSeconds !== undefined && { settleSeconds }),
      };
      await stages({ smoke }, {}, environment, waited)[0]?.run({ ...asked, environment });
      return waited.map((time) => time.getTime() / 1000);
    };
    expect(await settled("dev")).to.deep.equal([15]);
    expect(await settled("staging")).to.deep.equal([10]);
    expect(await settled("production")).to.deep.equal([10]);
    expect(await settled("production", 0)).to.deep.equal([0]);
  });
  it("ask nobody without the login they were promised", async () => {
    const gate = { asks: "https://qa.example.com", authorization: "QA_LOGIN", timeoutSeconds: 30 };
    const result = await stages({ smoke: gate })[0]?.run(asked);
    expect(result?.verdict).to.equal("errored");
    expect(result?.summary).to.include("QA_LOGIN is not set");
  });
  it("keep their output as evidence, by its digest and without secrets", async () => {
    const [stage] = stages({ smoke: { ...node("console.log(process.env.WANTED, '1 passing')"), passes: ["WANTED"] } });
    const result = await stage?.run(asked);
    expect(result?.verdict).to.equal("passed");
    const [file = ""] = readdirSync(path.join(folder(), "evidence"));
    expect(`sha256:${file}`).to.equal(`${result?.evidence}.log`);
    expect(readFileSync(path.join(folder(), "evidence", file), "utf8")).to.equal("[secret] 1 passing\n");
  });
  it("know environment and release, and no variable nobody passed on", async () => {
    const script =
      "process.exitCode = process.env.SECRET_OF_OTHERS ? 1 : 0; console.log(process.argv.slice(1).join(' '), process.env.SLIPWAY_RELEASE)";
    const gate = { ...node(script), command: [...node(script).command, "{environment}", "{release}"] };
    expect(await stages({ smoke: gate })[0]?.run(asked)).to.include({
      verdict: "passed",
      summary: `staging ${release} ${release}`,
    });
  });
  it("are Jobs of the cluster where they are declared so, named after release and run", async () => {
    mkdirSync(path.join(folder(), "gates"));
    const file = path.join(folder(), "gates", "job.yaml");
    writeFileSync(file, "kind: Job\nmetadata: { name: load }\nspec: { template: { spec: { containers: [] } } }\n");
    const made: string[] = [];
    const gates = { performance: { job: "gates/job.yaml", namespace: "staging", timeoutSeconds: 60 } };
    const [stage] = stages(gates, {
      create: (job) => Promise.resolve(void made.push(job.metadata?.name ?? "")),
      read: () => Promise.resolve({ status: { conditions: [{ type: "Complete", status: "True" }] } }),
      logs: () => Promise.resolve("p99 80 ms"),
    });
    expect(await stage?.run(asked)).to.include({ verdict: "passed", summary: "p99 80 ms" });
    expect(made).to.deep.equal([`load-${"a".repeat(12)}-7`]);
    for (const text of ["kind: Pod\n", "}{", ""]) {
      writeFileSync(file, text);
      expect((await refusal(() => stages(gates))).code, "before anything is touched").to.equal("gate-invalid");
    }
  });
  it("are Jobs of the release's own image where they name it, and prove nothing where the release has none [D1.8]", async () => {
    const job = (image: string) =>
      `kind: Job\nmetadata: { name: t }\nspec: { template: { spec: { initContainers: [{ name: a, image: other }], containers: [{ name: b, image: "${image}" }] } } }\n`;
    const made: string[] = [];
    const run = async (image: string) => {
      writeFileSync(path.join(folder(), "job.yaml"), job(image));
      const [stage] = stages(
        { integration: { job: "job.yaml", namespace: "staging", timeoutSeconds: 60 } },
        {
          create: (one) => {
            const { initContainers = [], containers = [] } = one.spec?.template.spec ?? {};
            made.push([...initContainers, ...containers].map((container) => container.image).join(" "));
            return Promise.resolve();
          },
          read: () => Promise.resolve({ status: { conditions: [{ type: "Complete", status: "True" }] } }),
          logs: () => Promise.resolve("12 passed"),
        },
      );
      return stage?.run(asked);
    };
    expect((await run("release:shop"))?.verdict).to.equal("passed");
    expect(made).to.deep.equal(["other registry.example/shop@sha256:1"]);
    const without = await run("release:till");
    expect(without?.verdict).to.equal("errored");
    expect(without?.summary).to.include("the release names no image of till");
    expect(made).to.have.length(1);
  });
});
