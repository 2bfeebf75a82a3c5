import { expect } from "chai";
import type { JournalEntry } from "../../../orchestrator/rollout/journal";
import { phases } from "../../../orchestrator/rollout/phases";
import { findResume } from "../../../orchestrator/rollout/resume";
import type { Step, StepKind } from "../../../orchestrator/rollout/step";

const [network] = phases;
const step = (environment: string, kind: StepKind): Step => ({
  id: kind === "preflight" ? `${environment}/preflight` : `${environment}/${kind}/Network`,
  environment,
  kind,
  title: kind,
  ...(kind !== "preflight" && network && { phase: network }),
});
const steps = ["dev", "staging"].flatMap((name) => [step(name, "preflight"), step(name, "up"), step(name, "verify")]);
const at = "2026-01-02T03:04:05Z";
const begin = (run = "r1", fingerprint = "f", signature = "s") =>
  ({ event: "run-begin", run, at, signature, fingerprint }) as JournalEntry;
const ended = (run = "r1", status = "succeeded") => ({ event: "run-end", run, at, status }) as JournalEntry;
const end = (id: string, status: "succeeded" | "failed" = "succeeded", run = "r1") =>
  ({ event: "end", run, at, step: id, seconds: 1, outcome: { status } }) as JournalEntry;

describe("what an interrupted run has left to do", () => {
  const resume = (dev: JournalEntry[], staging: JournalEntry[] = [], signature = "s", fingerprint = "f") =>
    findResume({
      steps,
      signature,
      fingerprints: new Map([
        ["dev", fingerprint],
        ["staging", fingerprint],
      ]),
      journals: new Map([
        ["dev", dev],
        ["staging", staging],
      ]),
    });
  const finished = (...given: Parameters<typeof resume>) => [...(resume(...given)?.finished.keys() ?? [])];

  it("is nothing after no run, a run that succeeded and another command's", () => {
    expect(resume([])).to.equal(undefined);
    expect(resume([begin(), end("dev/up/Network"), ended()])).to.equal(undefined);
    expect(resume([begin()], [], "other")).to.equal(undefined);
  });
  it("continues a run that was killed, and one that failed", () => {
    expect(resume([begin()])?.run).to.equal("r1");
    expect(resume([begin(), ended("r1", "failed")])?.run).to.equal("r1");
  });
  it("leaves what finished, and repeats what failed, was cut off or only asked", () => {
    expect(finished([begin(), end("dev/preflight"), end("dev/up/Network")])).to.deep.equal(["dev/up/Network"]);
    expect(finished([begin(), end("dev/up/Network", "failed")])).to.deep.equal([]);
  });
  it("builds a phase again that was found wanting", () =>
    expect(finished([begin(), end("dev/up/Network"), end("dev/verify/Network", "failed")])).to.deep.equal([]));
  it("does not enter an environment that is done", () =>
    expect(finished([begin(), end("dev/preflight"), end("dev/up/Network"), end("dev/verify/Network")])).to.have.members(
      ["dev/preflight", "dev/up/Network", "dev/verify/Network"],
    ));
  it("does all of an environment again whose program changed, and names it; the other goes on", () => {
    const dev = [begin("r1", "old"), end("dev/up/Network")];
    const staging = [begin(), end("staging/up/Network")];
    const found = resume(dev, staging);
    expect(found?.changed).to.deep.equal(["dev"]);
    expect([...(found?.finished.keys() ?? [])]).to.deep.equal(["staging/up/Network"]);
  });
  it("does not believe what was finished under an earlier fingerprint of the same run", () => {
    const dev = [begin("r1", "f"), end("dev/up/Network"), begin("r1", "g"), begin("r1", "f")];
    expect(finished(dev)).to.deep.equal([]);
    expect(finished([begin(), end("dev/up/Network"), begin()])).to.deep.equal(["dev/up/Network"]);
  });
  it("does not take another run's steps for its own", () =>
    expect(finished([begin("r0"), end("dev/up/Network", "succeeded", "r0"), begin("r1")])).to.deep.equal([]));
});
