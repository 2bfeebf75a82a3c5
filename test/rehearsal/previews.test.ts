import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import type { V1Secret } from "@kubernetes/client-node";
import { expect } from "chai";
import { withPreviews } from "../../orchestrator/cli/previews";
import { createTerminal } from "../../orchestrator/cli/terminal";
import { createPreview } from "../../orchestrator/previews/create";
import { reapPreviews, removePreview } from "../../orchestrator/previews/remove";
import { listPreviews, type PreviewWork } from "../../orchestrator/previews/work";
import { createRedactor } from "../../orchestrator/report/redact";
import { cli } from "../orchestrator/cli/command-line";
import { useFolder } from "../support/folder";
import { refusal } from "../support/refusal";
import { withoutTraces } from "../support/traces";

const ROOT = path.join(__dirname, "..", "..");
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** Previews on a rehearsed dev cluster, through the same engine, providers and policy pack as the platform. */
describe("previews of pull requests", function () {
  this.timeout(600_000);
  const folder = useFolder();
  const place = () => ["--state-dir", path.join(folder(), "state"), "--engine", "builtin", "--cluster", "embedded"];
  const run = async (args: string[], expected = 0) => {
    const { exit, out, err } = await cli(ROOT, ...args, ...place(), "--json");
    expect(exit, err).to.equal(expected);
    return JSON.parse(out) as Record<string, unknown> & { error: { code: string; message: string } };
  };
  /** Works on the cluster as it stands, in this process. */
  function here<T>(action: (work: PreviewWork) => Promise<T>): Promise<T> {
    const sink = { write: () => true, columns: 80 };
    const terminal = createTerminal({
      stdout: sink,
      stderr: sink,
      json: true,
      color: false,
      redactor: createRedactor(),
      environment: {},
    });
    const options = {
      target: "rehearsal" as const,
      stateDir: path.join(folder(), "state"),
      json: true,
      color: false,
      engine: "builtin" as const,
      cluster: "embedded" as const,
      keepCluster: false,
      yes: true,
    };
    const common = { args: [], root: ROOT, stdout: sink, stderr: sink, stdin: Readable.from([]) };
    return withoutTraces(() => withPreviews(options, { ...common, variables: process.env, terminal }, action));
  }
  const faults = (...rules: object[]) => {
    const file = path.join(folder(), "faults.json");
    writeFileSync(file, JSON.stringify({ rules }));
    return ["--faults", file];
  };
  const job = (effect: object, nth: number) => ({ type: "kubernetes:batch/v1:Job", operation: "create", nth, effect });

  it("live from the first push to the end, alone and together, through failures and kills, and leave nothing", async () => {
    const absent = await run(["environment", "list"], 2);
    expect(absent.error.code).to.equal("no-such-stack");
    await run(["bootstrap", "--environment", "dev", "--to", "6"]);
    const create = (pr: number, digit: string, ...more: string[]) => [
      ...["environment", "create", "--pr", String(pr), "--sha", digest(digit)],
      ...more,
    ];

    // A push, the same again, the next one.
    const made = await run(create(12, "a"));
    expect(made).to.include({
      status: "created",
      namespace: "feature-pr-12",
      url: "https://pr-12.preview.dev.slipway.example",
    });
    expect(made["comment"]).to.match(/^<!-- slipway:preview -->\n/);
    expect(await run(create(12, "a"))).to.include({ status: "unchanged", comment: made["comment"] });
    expect(await run(create(12, "b"))).to.include({ status: "updated" });

    // Test data that fails is no preview, and says so; tried again, it goes on.
    const failed = await run(
      create(13, "a", ...faults(job({ kind: "fail", message: "Job failed: BackoffLimitExceeded" }, 2))),
      3,
    );
    expect(failed.error.code).to.equal("preview-failed");
    expect(failed.error.message).to.include("seed").and.include("BackoffLimitExceeded");
    expect(await run(create(13, "a"))).to.include({ url: "https://pr-13.preview.dev.slipway.example" });

    // A provider that dies in the middle, as a kill does, leaves a create that nobody acknowledged.
    await run(create(14, "a", ...faults(job({ kind: "crash" }, 1))), 3);
    expect(await run(create(14, "a"))).to.include({ namespace: "feature-pr-14" });

    // Who comes too late, comes from a fork, or names no digest.
    expect((await run(create(15, "a", "--fork"), 4)).error.code).to.equal("fork-not-approved");
    expect((await run(["environment", "create", "--pr", "15", "--sha", "latest"], 2)).error.code).to.equal(
      "digest-invalid",
    );

    await here(async (work) => {
      // Two at once, and the same one twice.
      const [one, two, again] = await Promise.all([
        createPreview(work, { pullRequest: 21, digest: digest("c") }),
        createPreview(work, { pullRequest: 22, digest: digest("c") }),
        refusal(() => createPreview(work, { pullRequest: 21, digest: digest("c") })),
      ]);
      expect([one.status, two.status, again.code]).to.deep.equal(["created", "created", "lease-held"]);
      expect((await listPreviews(work)).map(({ pullRequest }) => pullRequest)).to.deep.equal([12, 13, 14, 21, 22]);

      // Passwords are each one's own.
      const passwords = await Promise.all(
        ["feature-pr-21", "feature-pr-22"].map(
          async (namespace) =>
            (await work.view.get<V1Secret>("v1", "Secret", "database-credentials", namespace))?.data?.["password"],
        ),
      );
      expect(new Set(passwords.filter((value) => value !== undefined && value !== "")).size).to.equal(2);

      // No room for one more, but for those that are there.
      const full = { ...work, settings: { ...work.settings, maximum: 5 } };
      expect((await refusal(() => createPreview(full, { pullRequest: 23, digest: digest("c") }))).code).to.equal(
        "previews-full",
      );

      // Three days on, nobody having pushed: a dry run changes nothing, and who is kept stays.
      const later = { ...work, now: () => new Date(Date.now() + 73 * 3_600_000) };
      const planned = await reapPreviews(later, { dryRun: true });
      expect(planned.map(({ status }) => status)).to.deep.equal(Array(5).fill("would be removed"));
      expect(await listPreviews(work)).to.have.length(5);
      const reaped = await reapPreviews({ ...later, view: keeping(work, "feature-pr-22") }, { dryRun: false });
      expect(reaped.map(({ preview, status }) => `${preview.pullRequest} ${status}`)).to.deep.equal([
        "12 removed",
        "13 removed",
        "14 removed",
        "21 removed",
      ]);

      // A namespace whose stack was lost, and one that never was.
      await work.view.create({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: {
          name: "feature-pr-30",
          labels: { "slipway.dev/environment": "preview", "slipway.dev/pull-request": "30" },
        },
      } as never);
      expect(await removePreview(work, 30)).to.include({ status: "removed" });
      expect(await removePreview(work, 31)).to.include({ status: "absent" });
      expect(await removePreview(work, 22)).to.include({ status: "removed" });

      expect(await listPreviews(work)).to.deep.equal([]);
      expect(await work.edge.resolve("pr-22.preview.dev.slipway.example")).to.deep.equal([]);
      expect(existsSync(work.layout.work("feature-pr-22"))).to.equal(false);
    });
  });
});

/** The cluster, with the label that keeps a namespace. */
function keeping({ view }: PreviewWork, namespace: string): PreviewWork["view"] {
  return {
    ...view,
    async list<T extends object>(apiVersion: string, kind: string, within?: string) {
      const all = await view.list<T>(apiVersion, kind, within);
      return all.map((one) => {
        const { metadata } = one as { metadata?: { name?: string; labels?: Record<string, string> } };
        if (kind !== "Namespace" || metadata?.name !== namespace) return one;
        return { ...one, metadata: { ...metadata, labels: { ...metadata.labels, "slipway.dev/keep": "true" } } };
      });
    },
  };
}
