import { expect } from "chai";
import { rulesOf, waitFor, watcherOf } from "../../../orchestrator/cli/watcher";
import { createPeople } from "../../../orchestrator/promotion/rehearsal/people";
import { startPrometheus } from "../../support/fake-prometheus";
import { refusal } from "../../support/refusal";

const { rules } = createPeople({ watched: true });
const wait = () => Promise.resolve();

describe("what a command watches with", () => {
  it("leaves a rehearsed environment unwatched, unless somebody names metrics", () => {
    const watched = (given: { target: "rehearsal" | "aws"; prometheus?: string }) =>
      rulesOf(rules, given).environments.production.watch !== undefined;
    expect(watched({ target: "rehearsal" })).to.equal(false);
    expect(watched({ target: "rehearsal", prometheus: "http://127.0.0.1:9090" })).to.equal(true);
    expect(watched({ target: "aws" })).to.equal(true);
    expect(rulesOf(rules, { target: "rehearsal" }).digest).to.equal(rules.digest);
  });
  it("is the address of the command line, else that of the rules, else nothing", () => {
    expect(watcherOf(rules, { environment: "production" }, {}, wait)).to.equal(undefined);
    const given = { environment: "production", prometheus: "https://prometheus.example" } as const;
    expect(watcherOf(rules, given, {}, wait)).to.not.equal(undefined);
    const { production } = rules.environments;
    const ruled = { namespaces: ["a"], minutes: 1, everySeconds: 60, prometheus: "https://prometheus.example" };
    const environments = { ...rules.environments, production: { ...production, watch: ruled } };
    expect(watcherOf({ ...rules, environments }, { environment: "production" }, {}, wait)).to.not.equal(undefined);
  });
  for (const prometheus of ["prometheus.example", "https://user:s3cret@prometheus.example", "file:///etc/passwd"]) {
    it(`refuses the address ${prometheus.split(":")[0]}…, and repeats no password`, async () => {
      const { code, message } = await refusal(() => watcherOf(rules, { environment: "dev", prometheus }, {}, wait));
      expect(code).to.equal("address-invalid");
      expect(message).to.not.include("s3cret");
    });
  }
  it("sends the token of the environment variable", async () => {
    const fake = await startPrometheus(() => ["1"], "t0ken");
    try {
      const variables = { SLIPWAY_PROMETHEUS_TOKEN: "t0ken" };
      const watcher = watcherOf(rules, { environment: "production", prometheus: fake.address }, variables, wait);
      expect(await watcher?.metrics.value("up", new Date(0))).to.equal(1);
    } finally {
      await fake.close();
    }
  });
  it("waits until a time, not at all for one that has passed, and ends on a signal", async () => {
    const waitUntil = waitFor({ aside: () => undefined });
    await waitUntil(new Date(0));
    const waiting = waitUntil(new Date(Date.now() + 3_600_000));
    process.emit("SIGTERM");
    const { code, kind } = await refusal(() => waiting);
    expect([code, kind]).to.deep.equal(["interrupted", "interrupted"]);
    expect(process.listenerCount("SIGTERM")).to.equal(0);
  });
});
