import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { levelsOf, releasedImages, releaseOf } from "../../../orchestrator/promotion/released-images";
import { createRollout } from "../../../orchestrator/promotion/rollout";
import { openStore } from "../../../orchestrator/promotion/store";
import { execute } from "../../../orchestrator/rollout/execute";
import type { Operation } from "../../../orchestrator/rollout/operation";
import type { StackPort } from "../../../orchestrator/rollout/stack";
import { readConfig } from "../../../policy/config";
import { imagesAreReleased } from "../../../policy/rules/images-are-released";
import { useFolder } from "../../support/folder";
import { judge } from "../../support/policy";
import { refusal } from "../../support/refusal";
import { FakeRollout, operation } from "../../support/rollout";
import { aRecord, anEvidence } from "./values";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const image = (name: string, digit: string) => `ghcr.io/shop/${name}@sha256:${digit.repeat(64)}`;
const [ours, mailer, foreign] = [image("app", "a"), image("refresh", "b"), image("app", "c")];
const record = aRecord({
  images: { app: ours },
  configuration: {
    dev: {},
    staging: {
      "slipway:application": { refresh: { image: mailer } },
      "aws:token": { secure: `sha256:${"d".repeat(64)}` },
    },
    production: {},
  },
});
const pods = (namespace: string, ...images: string[]) => ({
  metadata: { name: "web", namespace },
  spec: { template: { spec: { containers: images.map((one, index) => ({ name: `c${index}`, image: one })) } } },
});

describe("the images of a release", () => {
  const folder = useFolder();

  it("are those the record names, of the application and in the settings, and hold in its environment's namespace [E2.10]", () => {
    expect(releasedImages(record, "staging")).to.deep.equal({
      enforcementLevel: "mandatory",
      whenUnknown: "advisory",
      digests: ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`),
      namespaces: ["staging"],
    });
    expect(releasedImages(record, "production")).to.deep.include({ namespaces: ["production"] });
    expect(releasedImages(record, "dev")).to.equal(undefined);
  });

  it("are put into the environment's own levels, of which nothing else changes", async () => {
    const store = openStore(folder(), () => new Date(0));
    const release = store.releases.add(record);
    const config = path.join(folder(), "staging.json");
    writeFileSync(config, JSON.stringify({ all: "mandatory", "images-are-released": "disabled", other: "advisory" }));
    const write = levelsOf(store, path.join(folder(), "levels"));
    const file = await write({ environment: "staging", release, config });
    expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({
      all: "mandatory",
      "images-are-released": releasedImages(record, "staging"),
      other: "advisory",
    });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(await write({ environment: "dev", release, config })).to.equal(config);
  });

  it("are those of the last release made of a commit, or of the one that is named, which is of it [E2.10]", async () => {
    const store = openStore(folder(), () => new Date(0));
    const other = { ...record, images: {} };
    const foreignCommit = { ...record, source: { ...record.source, commit: "f".repeat(40) } };
    const [first, second, third] = [record, other, foreignCommit].map((one) => {
      const hash = store.releases.add(one);
      store.ledger.append("ada", () => ({ kind: "released", release: hash }));
      return hash;
    });
    const { commit } = record.source;
    expect((await releaseOf(store, commit, undefined))?.hash).to.equal(second);
    expect((await releaseOf(store, commit, first?.slice(7, 19)))?.record).to.deep.equal(record);
    expect(await releaseOf(store, "a".repeat(40), undefined)).to.equal(undefined);
    const { code, kind, message } = await refusal(() => releaseOf(store, commit, third));
    expect([code, kind]).to.deep.equal(["release-differs", "refused"]);
    expect(message).to.include("ffffffffffff");
  });

  describe("in a promotion", () => {
    /** A stack whose one workload is judged by the rule itself, by whatever level file a preview is given. */
    const promoting = (workload: object) => {
      const store = openStore(folder(), () => new Date(0));
      const release = store.releases.add(record);
      const fake = new FakeRollout();
      for (const name of ["infra", "policy/config"]) mkdirSync(path.join(folder(), name), { recursive: true });
      writeFileSync(path.join(folder(), "Pulumi.staging.yaml"), "config: {}\n");
      writeFileSync(path.join(folder(), "policy/config/staging.json"), '{ "images-are-released": "disabled" }');
      const stack: StackPort = fake.stack("staging");
      const plain = stack.preview.bind(stack);
      const preview: StackPort["preview"] = async (request): Promise<Operation> => {
        const seen = await plain(request);
        const levels = JSON.parse(readFileSync(request.pack?.config ?? "", "utf8")) as Record<string, unknown>;
        const { level = "disabled", settings } = readConfig(levels, imagesAreReleased.name);
        const told = level === "disabled" ? [] : judge(imagesAreReleased, DEPLOYMENT, workload, settings).violations;
        const violations = told.map((reason) => ({
          urn: "urn:web",
          rule: imagesAreReleased.name,
          level,
          reason,
          remediation: "",
        }));
        return operation({ ...seen, violations: violations as Operation["violations"] });
      };
      Object.assign(stack, { preview });
      const rollout = createRollout({
        execute: ({ command, environment, anew, wrapParts }) =>
          execute(fake.request(folder(), { command, environments: [environment], parts: wrapParts(fake.parts), anew })),
        evidence: () => anEvidence(),
        levelsFor: levelsOf(store, path.join(folder(), "levels")),
      });
      const calls = () => fake.stack("staging").calls;
      const run = () =>
        rollout.run({
          ...{ environment: "staging", release, purpose: "promotion", goOn: false },
          permit: () => Promise.resolve(),
        });
      return { rollout, release, run, calls };
    };

    it("let one that is not of the release in nowhere: refused by its name, and nothing is touched [E2.10]", async () => {
      const { rollout, release, run, calls } = promoting(pods("staging", ours, foreign));
      const { status, reason } = await run();
      expect(status).to.equal("failed");
      expect(reason).to.include("images-are-released");
      expect(calls()).to.deep.equal([]);
      const { message } = await refusal(() => rollout.foresee("staging", release));
      expect(message).to.include("images-are-released");
      const { settings } = readConfig(
        { [imagesAreReleased.name]: releasedImages(record, "staging") },
        imagesAreReleased.name,
      );
      expect(
        judge(imagesAreReleased, DEPLOYMENT, pods("staging", ours, foreign), settings).violations.join(),
      ).to.include(`(c1): image ${foreign} is not one of the release`);
    });
    for (const [what, workload] of [
      ["the release's own", pods("staging", ours, mailer)],
      ["the platform's, in its namespaces", pods("monitoring", foreign)],
    ] as const)
      it(`let ${what} in`, async () => {
        expect((await promoting(workload).run()).status).to.equal("verified");
      });
  });
});
