import { existsSync } from "node:fs";
import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import { examineAll } from "../../../orchestrator/doctor/doctor";
import { SlipwayError } from "../../../orchestrator/errors";
import { FakeRollout, strict } from "../../support/rollout";
import { expectRemedies } from "./fixture";

describe("doctor", () => {
  it("goes on to the next environment after a broken configuration, with every mistake told [A0.4]", async () => {
    const { parts } = new FakeRollout();
    const items = await examineAll({
      parts: {
        ...parts,
        loadConfig: (environment) =>
          environment === "dev"
            ? Promise.reject(new SlipwayError("config-invalid", "two mistakes", "mend both", "usage"))
            : Promise.resolve(strict<PlatformConfig>("config", {})),
      },
      environments: ["dev", "staging"],
      target: "rehearsal",
    });
    const configurations = items.filter(({ name }) => name === "configuration");
    expect(configurations.map(({ environment, status }) => [environment, status])).to.deep.equal([
      ["dev", "missing"],
      ["staging", "ok"],
    ]);
    expectRemedies(items);
  });

  it("asks a rehearsal in a world of its own, which is gone afterwards", async () => {
    const rollout = new FakeRollout();
    const folders: string[] = [];
    await examineAll({
      parts: {
        ...rollout.parts,
        startSandbox: (environment, directory, config) => {
          folders.push(directory);
          expect(existsSync(directory)).to.equal(true);
          return rollout.parts.startSandbox(environment, directory, config);
        },
      },
      environments: ["dev", "staging"],
      target: "rehearsal",
    });
    expect(new Set(folders).size).to.equal(2);
    expect(folders.map(existsSync)).to.deep.equal([false, false]);
    expect(rollout.closed).to.deep.equal(["dev", "staging"]);
  });

  it("ends its world also when an answer fails", async () => {
    const rollout = new FakeRollout();
    const error = await examineAll({
      parts: { ...rollout.parts, examineEnvironment: () => Promise.reject(new Error("no answer")) },
      environments: ["dev"],
      target: "rehearsal",
    }).catch((reason: Error) => reason);
    expect(error).to.have.property("message", "no answer");
    expect(rollout.closed).to.deep.equal(["dev"]);
  });

  it("asks the real account on the aws target, and starts no world", async () => {
    const rollout = new FakeRollout();
    const items = await examineAll({
      parts: { ...rollout.parts, startSandbox: () => expect.fail("a world was started") },
      environments: ["dev"],
      target: "aws",
    });
    expect(items.map(({ name }) => name)).to.deep.equal(["engine", "configuration"]);
    expect(items[0]?.detail).to.equal("fake engine");
  });
});
