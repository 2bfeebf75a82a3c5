import type { V1Job } from "@kubernetes/client-node";
import { expect } from "chai";
import { clusterJobs } from "../../../../orchestrator/promotion/gate/cluster-jobs";
import { jobOf, runJob, type Jobs } from "../../../../orchestrator/promotion/gate/job";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import { useFolder } from "../../../support/folder";

const manifest = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "integration", labels: { team: "a" } },
  spec: {
    backoffLimit: 6,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "test", image: `x@sha256:${"a".repeat(64)}` }] } },
  },
} as V1Job;

describe("a gate that is a Job", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const given = { manifest, namespace: "staging", suffix: "0123456789ab-7", timeoutSeconds: 600 };

  it("is made once, with its deadline and without retry, under the name of its run [D3.8]", () => {
    const { metadata, spec } = jobOf(given);
    expect(metadata).to.deep.equal({ name: "integration-0123456789ab-7", namespace: "staging", labels: { team: "a" } });
    expect(spec).to.deep.include({ backoffLimit: 0, activeDeadlineSeconds: 600, ttlSecondsAfterFinished: 3600 });
    const long = jobOf({ ...given, manifest: { ...manifest, metadata: { name: "x".repeat(80) } } });
    expect(long.metadata?.name)
      .to.have.length(63)
      .and.match(/-0123456789ab-7$/);
  });

  const run = (...conditions: (string | undefined)[]) => {
    let milliseconds = 0;
    const jobs: Jobs = {
      create: () => Promise.resolve(),
      logs: () => Promise.resolve("3 passing"),
      read: () => {
        const next = conditions.length > 1 ? conditions.shift() : conditions[0];
        if (next === "gone") return Promise.resolve(undefined);
        const [type, reason] = (next ?? "").split(" ");
        const told =
          type === "" ? [] : [{ type: type ?? "", status: "True", reason: reason ?? "", message: "said so" }];
        return Promise.resolve({ ...manifest, status: { conditions: told } });
      },
    };
    return runJob({
      ...given,
      jobs,
      now: () => new Date(milliseconds),
      waitUntil: (time) => {
        milliseconds = time.getTime();
        return Promise.resolve();
      },
    });
  };
  it("ends with what its conditions say, and with its log", async () => {
    expect(await run("", "Complete")).to.deep.equal({ code: 0, output: "3 passing" });
    expect(await run("Failed BackoffLimitExceeded")).to.deep.equal({ code: 1, output: "3 passing\nsaid so" });
    expect((await run("Failed DeadlineExceeded")).why).to.include("did not end within 600 s");
    expect((await run("gone")).why).to.include("is gone");
    expect((await run("")).why).to.include("never ended by the cluster");
  });

  it("is made, found again and read through a Kubernetes API", async () => {
    const clusters = new EmbeddedClusters(folder());
    try {
      const { kubeconfig } = await clusters.ensure("staging", "1.36");
      const jobs = clusterJobs(kubeconfig);
      const job = jobOf({ ...given, namespace: "default" });
      expect(await jobs.read("default", job.metadata?.name ?? "")).to.equal(undefined);
      await jobs.create(job);
      await jobs.create(job);
      const seen = await jobs.read("default", job.metadata?.name ?? "");
      expect(seen?.spec).to.include({ backoffLimit: 0, activeDeadlineSeconds: 600 });
      expect(await jobs.logs("default", "absent")).to.equal("");
    } finally {
      await clusters.close();
    }
  });
});
