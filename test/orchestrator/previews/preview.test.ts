import { expect } from "chai";
import {
  imageFor,
  LABELS,
  labelsFor,
  overdue,
  previewOf,
  requireApproved,
  requireRoom,
  type Preview,
} from "../../../orchestrator/previews/preview";
import { refusal } from "../../support/refusal";

const settings = { repository: "registry.example.com/app", maximum: 2, idleHours: 72, lifetimeHours: 336 };
const start = new Date("2026-01-01T00:00:00Z");
const after = (hours: number) => new Date(start.getTime() + hours * 3_600_000);
const preview = (changed: Partial<Preview> = {}): Preview => ({
  pullRequest: 1,
  namespace: "feature-pr-1",
  image: "aaaaaaaaaaaa",
  created: start,
  pushed: start,
  keep: false,
  ending: false,
  ...changed,
});

describe("a preview", () => {
  it("is told by the labels of its namespace, and comes back out of them", () => {
    const labels = { ...labelsFor(12, "aaaaaaaaaaaa", undefined, start), [LABELS.kind]: "preview" };
    expect(previewOf({ metadata: { name: "feature-pr-12", labels } })).to.deep.equal(
      preview({ pullRequest: 12, namespace: "feature-pr-12" }),
    );
    for (const value of Object.values(labels)) expect(value).to.match(/^[a-z0-9-]{1,63}$/);
  });
  it("is no namespace of another kind, nor one without a number", () => {
    expect(previewOf({ metadata: { name: "qa", labels: { [LABELS.kind]: "qa" } } })).to.equal(undefined);
    expect(previewOf({ metadata: { name: "x", labels: { [LABELS.kind]: "preview" } } })).to.equal(undefined);
    expect(previewOf({})).to.equal(undefined);
  });
  it("[C2.1] the same image again is no push, another one is, and neither makes it younger", () => {
    const same = labelsFor(1, "aaaaaaaaaaaa", preview(), after(5));
    const other = labelsFor(1, "bbbbbbbbbbbb", preview(), after(5));
    expect(same).to.deep.equal(labelsFor(1, "aaaaaaaaaaaa", undefined, start));
    expect([other[LABELS.created], other[LABELS.pushed]]).to.deep.equal([
      String(start.getTime() / 1000),
      String(after(5).getTime() / 1000),
    ]);
  });

  for (const [what, one, hours, expected] of [
    ["stays while it is pushed to", preview({ pushed: after(100) }), 150, undefined],
    ["is over without a push", preview(), 72, "no push for 72 h"],
    ["is over at its age, however busy", preview({ pushed: after(335) }), 336, "older than 336 h"],
    ["stays when somebody keeps it", preview({ keep: true }), 10_000, undefined],
  ] as const)
    it(`[C2.8] ${what}`, () => expect(overdue(one, settings, after(hours))).to.equal(expected));

  it("[D1.8] its image is named by digest, with or without sha256:", () => {
    const digits = "0123456789abcdef".repeat(4);
    for (const typed of [digits, `sha256:${digits}`])
      expect(imageFor(settings, typed)).to.equal(`registry.example.com/app@sha256:${digits}`);
  });
  for (const wrong of ["latest", "abc123", "sha256:abc", "0123456789ABCDEF".repeat(4), ""])
    it(`takes "${wrong}" for no digest`, async () => {
      expect(await refusal(() => imageFor(settings, wrong))).to.include({ code: "digest-invalid", kind: "usage" });
    });
  it("[C2.7] of a fork is started by a person or not at all", async () => {
    expect(await refusal(() => requireApproved({}, 5))).to.include({ code: "fork-not-approved", kind: "refused" });
    expect(() => requireApproved({ approvedBy: "ada" }, 5)).to.not.throw();
    expect(() => requireApproved(undefined, 5)).to.not.throw();
  });
  it("[C2.9] is one of so many; one that is there may always be updated", async () => {
    const two = [preview(), preview({ pullRequest: 2, namespace: "feature-pr-2", pushed: after(1) })];
    const full = await refusal(() => requireRoom(two, 3, settings, after(2)));
    expect(full).to.include({ code: "previews-full", kind: "refused" });
    expect(full.message).to.include("feature-pr-1");
    expect((await refusal(() => requireRoom(two, 3, settings, after(80)))).fix).to.include("environment reap");
    expect(() => requireRoom(two, 2, settings, after(2))).to.not.throw();
  });
});
