import type { KubernetesObject } from "@kubernetes/client-node";
import { expect } from "chai";
import type { Answer } from "../../../orchestrator/checks/api-requests";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { Attempts, privilegedDeployment, privilegedPod, refusalOf } from "../../../orchestrator/checks/refusals";

const answering = (...answers: Answer[]) => {
  const asked: string[] = [];
  const requests = {
    post(path: string) {
      asked.push(path);
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1] as Answer);
    },
    close: () => undefined,
  };
  const attempts = new Attempts(requests, {} as ClusterView, async ({ attempt }) => {
    for (;;) {
      const last = await attempt();
      if (last.done || asked.length > 5) return last;
    }
  });
  return { attempts, asked };
};
const refused = (message: string): Answer => ({ code: 403, body: { message } });
const taken: Answer = { code: 201, body: {} };

describe("what refuses an object", () => {
  it("is told by its own words [A14.3] [A17.2] [A17.3]", () => {
    const by = (message: string) => refusalOf(message).by;
    expect(by('pods "a" is forbidden: violates PodSecurity "baseline:latest": privileged')).to.equal("Pod Security");
    expect(
      by("deployments.apps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no"),
    ).to.equal("admission policy");
    expect(by('pods "a" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 2Gi')).to.equal("LimitRange");
    expect(by("Error creating: exceeded quota: q, requested: pods=1")).to.equal("ResourceQuota");
    expect(by("failed quota: q: must specify limits.cpu")).to.equal("ResourceQuota");
    expect(by('pods "a" is forbidden: error looking up service account')).to.equal("another control");
  });
  it("is asked again while a rule is on its way, and never writes", async () => {
    const { attempts, asked } = answering(taken, taken, refused("ValidatingAdmissionPolicy 'p' denied"));
    expect((await attempts.refusal(privilegedDeployment("n"), "admission policy"))?.by).to.equal("admission policy");
    expect(asked).to.have.length(3);
    expect(new Set(asked)).to.deep.equal(new Set(["/apis/apps/v1/namespaces/n/deployments?dryRun=All"]));
  });
  it("may be nothing, or not what was expected, and is reported as it is", async () => {
    expect(await answering(taken).attempts.refusal(privilegedPod("n"), "Pod Security")).to.equal(undefined);
    const quota = answering(refused("exceeded quota: q")).attempts;
    expect((await quota.refusal(privilegedPod("n") as KubernetesObject, "Pod Security"))?.by).to.equal("ResourceQuota");
  });
  it("is no refusal when the API server is ill", async () => {
    const { attempts } = answering({ code: 500, body: { message: "etcd is away" } });
    let said = "";
    await attempts.once(privilegedPod("n")).catch((error: Error) => (said = error.message));
    expect(said).to.include("500: etcd is away");
  });
});
