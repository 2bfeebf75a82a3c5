import type { V1Job } from "@kubernetes/client-node";
import { expect } from "chai";
import { compatibilityStage } from "../../../orchestrator/migrations/compatibility";
import { compatibilityJob } from "../../../orchestrator/migrations/compatibility-job";
import { compatibilitySchema } from "../../../orchestrator/migrations/compatibility-settings";
import { contentHash } from "../../../orchestrator/promotion/canonical";
import { jobOf, type Jobs } from "../../../orchestrator/promotion/gate/job";
import { testCluster } from "../../../orchestrator/promotion/rehearsal/test-cluster";
import type { Store } from "../../../orchestrator/promotion/store";
import { strict } from "../../support/strict";

const image = (name: string) => `registry.example.com/shop@${contentHash(name)}`;
const settings = compatibilitySchema.parse({
  application: "shop",
  namespace: "staging",
  database: `docker.io/library/postgres@${contentHash("17")}`,
  test: ["test", "--against", "database"],
  expects: "\\d+ passed",
});
const versions = { running: image("one"), next: image("two") };

interface Made {
  readonly images?: Readonly<Record<string, string>>;
  readonly migrations?: Readonly<Record<string, string>>;
}
const sum = contentHash;
const releases: Readonly<Record<string, Made>> = {
  one: { images: { shop: image("one") }, migrations: { "0001_a.sql": sum("a") } },
  two: { images: { shop: image("two") }, migrations: { "0001_a.sql": sum("a"), "0002_b.sql": sum("b") } },
  same: { images: { shop: image("same") }, migrations: { "0001_a.sql": sum("a") } },
  other: { images: {}, migrations: { "0001_a.sql": sum("a"), "0002_b.sql": sum("b") } },
  plain: { images: { shop: image("plain") } },
};
/** A store in which these were verified in staging one after the other, and another is on its way. */
const storeOf = (...verified: string[]) =>
  strict<Store>("store", {
    releases: strict<Store["releases"]>("releases", {
      get: (name: string) => Promise.resolve({ images: {}, ...releases[name] } as never),
    }),
    ledger: strict<Store["ledger"]>("ledger", {
      read: () =>
        Promise.resolve(
          verified.flatMap((release, index) => [
            entry(2 * index + 1, { kind: "started", environment: "staging", release, purpose: "promotion" }),
            entry(2 * index + 2, { kind: "verified", environment: "staging", run: 2 * index + 1 }),
          ]) as never,
        ),
    }),
  });
const entry = (sequence: number, event: object) => ({ sequence, at: "2026-01-01T00:00:00.000Z", event });

describe("the compatibility test", () => {
  let milliseconds: number;
  let kept: string[];
  beforeEach(() => {
    milliseconds = 0;
    kept = [];
  });
  const run = (jobs: Jobs, store: Store, release = "two") =>
    compatibilityStage(
      {
        store,
        jobs,
        keep(output) {
          kept.push(output);
          return contentHash(output);
        },
        now: () => new Date(milliseconds),
        waitUntil(time) {
          milliseconds = time.getTime();
          return Promise.resolve();
        },
      },
      settings,
    ).run({ environment: "staging", release, run: 7 });

  it("tries the version that runs on the schema of the next one, before anything is applied [D3.1] [D3.5]", async () => {
    const asked: string[][] = [];
    const cluster = testCluster((running, next) => {
      asked.push([running, next]);
      return false;
    });
    const result = await run(cluster, storeOf("one"));
    expect(result).to.include({ verdict: "passed", evidence: contentHash(kept[0] ?? "") });
    expect(result.summary).to.include("shop of release one on the schema with 0002_b.sql: 12 passed");
    expect(asked).to.deep.equal([[image("one"), image("two")]]);
    expect(cluster.ran).to.deep.equal(["staging/shop-compatibility-two-7"]);
    const stage = compatibilityStage({} as never, settings);
    expect(stage).to.include({ name: "compatibility of shop", when: "before", onRollback: false });
  });

  it("stops the promotion where the running version fails, keeps what its tests said and names the way out [D3.5]", async () => {
    const result = await run(
      testCluster((running) => running === image("one")),
      storeOf("one"),
    );
    expect(result.verdict).to.equal("failed");
    expect(result.fix).to.include("nothing was applied");
    expect(kept.join()).to.include('column "name" does not exist');
  });

  it("tries what runs now, not what ran before it", async () => {
    const result = await run(
      testCluster((running) => running === image("one")),
      storeOf("one", "same"),
    );
    expect(result.verdict).to.equal("passed");
  });

  it("is no pass where the suite shows no test, or the Job did not end", async () => {
    const cluster = testCluster(() => false);
    const silent = await run({ ...cluster, logs: () => Promise.resolve("no tests found") }, storeOf("one"));
    expect(silent.verdict).to.equal("inconclusive");
    const endless: Jobs = { ...cluster, read: () => Promise.resolve({} as V1Job) };
    expect((await run(endless, storeOf("one"))).verdict).to.equal("errored");
  });

  for (const [what, verified, release, verdict, words] of [
    ["nothing runs there", [], "two", "passed", "no version of shop runs in staging"],
    ["what runs there is no version of it", ["other"], "two", "passed", "no version of shop runs in staging"],
    ["no migration is new", ["one"], "same", "passed", "no new migration"],
    ["there are no migrations", ["one"], "plain", "passed", "no new migration"],
    ["the release has no image of it", ["one"], "other", "errored", "names no image of shop"],
  ] as const) {
    it(`asks no cluster when ${what}`, async () => {
      const result = await run(strict<Jobs>("jobs", {}), storeOf(...verified), release);
      expect(result.verdict).to.equal(verdict);
      expect(result.summary).to.include(words);
    });
  }

  it("knows neither the environment's database nor its secrets, and leaves nothing [D3.5]", () => {
    const { template } = compatibilityJob(settings, versions).spec ?? {};
    const pod = template?.spec;
    const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    expect(all.map(({ name, image: what }) => [name, what])).to.deep.equal([
      ["database", settings.database],
      ["migrate", image("two")],
      ["test", image("one")],
    ]);
    expect(pod?.automountServiceAccountToken).to.equal(false);
    expect(JSON.stringify(pod)).to.not.match(/secretKeyRef|secretRef|persistentVolumeClaim|hostPath/);
    for (const { securityContext, resources } of all) {
      expect(securityContext).to.deep.include({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
      expect(resources?.limits).to.have.keys("cpu", "memory");
    }
  });

  for (const [what, change, words] of [
    ["a tag", (job: V1Job) => set(job, "test", { image: "shop:1" }), "no digest"],
    ["the environment's database", (job: V1Job) => set(job, "test", { env: [] }), "another database"],
    ["a secret", (job: V1Job) => set(job, "migrate", { envFrom: [{ secretRef: { name: "x" } }] }), "reads a secret"],
    ["a database that others reach", (job: V1Job) => set(job, "database", { args: [] }), "others reach"],
    ["a second try", (job: V1Job) => ({ ...job, spec: { ...job.spec, backoffLimit: 3 } }) as V1Job, "more than once"],
  ] as const) {
    it(`is played strictly: ${what} is refused`, async () => {
      const given = { namespace: "staging", suffix: "two-7", timeoutSeconds: 60 };
      const job = change(jobOf({ manifest: compatibilityJob(settings, versions), ...given }));
      const message = await Promise.resolve()
        .then(() => testCluster(() => false).create(job))
        .then(
          () => "it was taken",
          (error: Error) => error.message,
        );
      expect(message).to.include(words);
    });
  }

  it("is declared with a database by digest and a pattern that its tests have to show", () => {
    const { expects: _, ...without } = settings;
    expect(compatibilitySchema.safeParse(without).success).to.equal(false);
    expect(compatibilitySchema.safeParse({ ...settings, database: "postgres:17" }).success).to.equal(false);
  });
});

/** The Job with something else in one of its containers. */
function set(job: V1Job, name: string, change: object): V1Job {
  const pod = job.spec?.template.spec;
  const changed = <T extends { readonly name: string }>(all: readonly T[] = []) =>
    all.map((one) => (one.name === name ? { ...one, ...change } : one));
  const spec = { ...pod, initContainers: changed(pod?.initContainers), containers: changed(pod?.containers) };
  return { ...job, spec: { ...job.spec, template: { ...job.spec?.template, spec } } } as V1Job;
}
