import { expect } from "chai";
import type { PlatformOutputs } from "../../../infra/outputs";
import type { AwsReader } from "../../../orchestrator/checks/aws/reader";
import { clientMaker, createClients } from "../../../orchestrator/checks/clients";
import type { Edge, Services } from "../../../orchestrator/checks/check";
import type { Sandbox } from "../../../orchestrator/sandbox/sandbox";
import { strict } from "../../support/rollout";

const kubeconfig = (server: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user: { token: "t" } }],
  });
const outputs = (given: object) => given as PlatformOutputs;

describe("the world that checks are given", () => {
  const aws = strict<AwsReader>("aws", {});
  const edge = strict<Edge>("edge", {});
  const services = strict<Services>("services", {});
  const sandbox = (known?: string, more: Partial<Sandbox> = {}) =>
    strict<Sandbox>("sandbox", { edge, services, kubeconfig: () => known, kubernetesProof: "stand-in", ...more });
  const rehearsal = (given: object, known?: string) =>
    createClients({ target: "rehearsal", outputs: outputs(given), aws, sandbox: sandbox(known) });

  it("speaks to the cluster of the outputs", async () => {
    const { kubernetes } = await createClients({
      target: "aws",
      outputs: outputs({ kubeconfig: kubeconfig("https://eks.example") }),
      aws,
    });
    expect(kubernetes.config.getCurrentCluster()?.server).to.equal("https://eks.example");
  });
  it("speaks to a rehearsal's cluster where it is now, not where it was when the outputs were written", async () => {
    const given = { cluster: { name: "slipway-dev" }, kubeconfig: kubeconfig("https://127.0.0.1:1") };
    const { kubernetes } = await rehearsal(given, kubeconfig("https://127.0.0.1:2"));
    expect(kubernetes.config.getCurrentCluster()?.server).to.equal("https://127.0.0.1:2");
    const stopped = await rehearsal(given);
    expect(stopped.kubernetes.config.getCurrentCluster()?.server).to.equal("https://127.0.0.1:1");
  });
  it("keeps a cluster's connections from one phase to the next, and makes new ones where it came back elsewhere", async () => {
    const make = clientMaker();
    const clusterAt = async (server: string) =>
      (await make({ target: "aws", outputs: outputs({ kubeconfig: kubeconfig(server) }), aws })).kubernetes;
    const first = await clusterAt("https://127.0.0.1:1");
    expect(await clusterAt("https://127.0.0.1:1")).to.equal(first);
    expect(await clusterAt("https://127.0.0.1:2")).to.not.equal(first);
  });
  it("has no cluster before there is one, and says so to the check that asks, not before", async () => {
    const { kubernetes } = await rehearsal({});
    expect(() => kubernetes.config).to.throw("there is no cluster before the control plane is built");
    expect(() => kubernetes.core).to.throw("there is no cluster before the control plane is built");
  });
  it("looks in from the rehearsal's own edge", async () => expect((await rehearsal({})).edge).to.equal(edge));
  it("looks in from the Internet otherwise", async () => {
    const clients = await createClients({ target: "aws", outputs: outputs({}), aws });
    expect(clients.edge.get).to.be.a("function");
    expect(clients.aws).to.equal(aws);
  });
  it("[E5.1] claims no more than what answered: the real cloud for aws, a stand-in for a rehearsal", async () => {
    const real = await createClients({ target: "aws", outputs: outputs({}), aws });
    expect(real.proof).to.deep.equal({ aws: "real cloud", kubernetes: "real cloud" });
    expect((await rehearsal({})).proof).to.deep.equal({ aws: "stand-in", kubernetes: "stand-in" });
  });
  it("[E5.1] claims a real control plane where the rehearsal runs one", async () => {
    const clients = await createClients({
      target: "rehearsal",
      outputs: outputs({}),
      aws,
      sandbox: sandbox(undefined, { kubernetesProof: "real control plane" }),
    });
    expect(clients.proof).to.deep.equal({ aws: "stand-in", kubernetes: "real control plane" });
  });
});
