import { ApiError } from "../../../../orchestrator/sandbox/kubernetes/api";
import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { operators, startOperators } from "../../../../orchestrator/sandbox/operators/start";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { call, FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";
import { is, issuer, RELEASE, ref, useOperators } from "./fixture";

describe("the operators of a cluster", () => {
  it("are those of the charts and add-ons of the phases, each found by labels of its own", () => {
    expect(operators.map(({ name }) => name)).to.include.members([
      "cert-manager",
      "envoy-gateway",
      "aws-load-balancer-controller",
      "external-dns",
      "external-secrets",
      "karpenter",
      "ebs-csi-driver",
      "metrics-server",
      "prometheus-operator",
      "vertical-pod-autoscaler",
    ]);
    expect(new Set(operators.map(({ deployment }) => JSON.stringify(deployment))).size).to.equal(operators.length);
  });

  describe("one by one", () => {
    const world = useOperators();
    const early = issuer("early", { selfSigned: {} });

    it("do nothing before their chart is installed, whatever definitions are there", async () => {
      const { certManagerDefinitions } =
        await import("../../../../orchestrator/sandbox/kubernetes/charts/definitions/cert-manager.js");
      for (const definition of certManagerDefinitions) await world.fixture.api.apply(definition, { manager: "helm" });
      const made = await world.put(early);
      expect(made["status"]).to.equal(undefined);
      for (const { kind, metadata, apiVersion } of certManagerDefinitions)
        await world.fixture.api.delete({ apiVersion, kind, name: metadata.name });
      const last = certManagerDefinitions.at(-1) as KubeObject;
      await world.until(ref(last), (one) => one === undefined);
    });
    it("begin with it, and take up what waits [A5.2]", async () => {
      await world.install("gateway-crds");
      await world.install("cert-manager");
      await world.put(early);
      await world.until(early, is("Ready", "True"));
    });
    it("end with it", async () => {
      const release = world.releases.get("cert-manager") as { id: string; outputs: Properties };
      await world.fixture.standIn.delete(call(RELEASE), release.id, release.outputs);
      const left = (await world.fixture.api.list("apps/v1", "Deployment", "cert-manager")).items;
      expect(left).to.deep.equal([]);
    });
  });

  describe("that cannot do their work", () => {
    let fixture: Fixture;
    before(async () => {
      fixture = await open();
    });
    after(() => fixture.close());
    const service: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "public", namespace: "default" },
      spec: { type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb", ports: [{ port: 80 }] },
    };

    it("say why, and go on once they can", async () => {
      class Broken extends FakeCloud {
        broken = true;
        override podIdentityRole(...given: Parameters<FakeCloud["podIdentityRole"]>) {
          if (this.broken) throw new Error("the account does not answer");
          return super.podIdentityRole(...given);
        }
      }
      const cloud = new Broken();
      cloud.roles.set("kube-system/aws-load-balancer-controller", ["ec2:*", "elasticloadbalancing:*"]);
      const told: string[] = [];
      const failed = Promise.withResolvers<undefined>();
      const running = await startOperators({
        access: fixture.access,
        host: fixture.clusters,
        cloud,
        dnsRecords: () => Promise.resolve([]),
        onError: (operator, { message }) => {
          told.push(`${operator}: ${message}`);
          failed.resolve(undefined);
        },
      });
      try {
        await fixture.api.apply(service, { manager: "test" });
        await fixture.make(RELEASE, "alb", {
          name: "aws-load-balancer-controller",
          namespace: "kube-system",
          chart: "aws-load-balancer-controller",
          values: { clusterName: "slipway-test", serviceAccount: { name: "aws-load-balancer-controller" } },
        });
        await failed.promise;
        expect(told[0]).to.equal("aws-load-balancer-controller: the account does not answer");
        cloud.broken = false;
        await until(fixture, ref(service), (one) => JSON.stringify(one?.["status"] ?? {}).includes("amazonaws.com"));
      } finally {
        await running.close();
      }
    });
    it("say nothing of a namespace that takes nothing new because it is ending", async () => {
      class Ending extends FakeCloud {
        asked = 0;
        override podIdentityRole(...given: Parameters<FakeCloud["podIdentityRole"]>) {
          if (this.asked++ === 0) throw new ApiError(403, "Forbidden", "namespace probe is being terminated");
          return super.podIdentityRole(...given);
        }
      }
      const cloud = new Ending();
      cloud.roles.set("kube-system/aws-load-balancer-controller", ["ec2:*", "elasticloadbalancing:*"]);
      const told: string[] = [];
      const running = await startOperators({
        access: fixture.access,
        host: fixture.clusters,
        cloud,
        dnsRecords: () => Promise.resolve([]),
        onError: (_operator, { message }) => told.push(message),
      });
      try {
        await fixture.api.apply(service, { manager: "test" });
        await fixture.make(RELEASE, "alb", {
          name: "aws-load-balancer-controller",
          namespace: "kube-system",
          chart: "aws-load-balancer-controller",
          values: { clusterName: "slipway-test", serviceAccount: { name: "aws-load-balancer-controller" } },
        });
        await until(fixture, ref(service), () => cloud.asked > 1);
        expect(told).to.deep.equal([]);
      } finally {
        await running.close();
      }
    });
    it("say nothing any more after their end", async () => {
      const told: string[] = [];
      const running = await startOperators({
        access: fixture.access,
        host: fixture.clusters,
        cloud: new FakeCloud(),
        dnsRecords: () => Promise.reject(new Error("too late")),
        onError: (_operator, { message }) => told.push(message),
      });
      await running.close();
      await running.settled();
      expect(told).to.deep.equal([]);
    });
  });
});
