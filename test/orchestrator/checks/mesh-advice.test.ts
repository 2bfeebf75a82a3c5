import { expect } from "chai";
import { advise, designOf, sentence } from "../../../orchestrator/checks/mesh-advice";
import { viewCluster } from "../../../orchestrator/checks/cluster-view";
import { createClients } from "../../../orchestrator/checks/clients";
import { configOf } from "../../support/pulumi";
import { awsReader, soundAws } from "../../support/world";
import { openWorld } from "./cluster-world";

describe("the advisor on a mesh [A10.3] [I2.3]", () => {
  const design = (services: number, complexRoutes: number) => advise({ services, complexRoutes, demands: [] });

  it("says yes when mutual TLS or zero trust is demanded, whatever the size", () => {
    const one = advise({ services: 2, complexRoutes: 0, demands: ["mutual-tls", "zero-trust"] });
    expect(sentence(one)).to.equal("the advisor says yes: mutual TLS and zero trust is demanded between services");
  });
  it("says yes from 50 services with complex routing on", () => {
    expect(design(50, 1).needed).to.equal(true);
    expect(design(49, 9)).to.deep.include({ needed: false });
    expect(design(49, 9).reason).to.include("ask again at 50");
  });
  it("says no below 20 services, and to simple designs of any size", () => {
    expect(design(19, 9).reason).to.equal("19 services: below 20 a mesh costs more than it brings");
    expect(design(1, 0).reason).to.include("1 service:");
    expect(design(200, 0)).to.deep.include({ needed: false });
    expect(design(200, 0).reason).to.include("simple");
  });
  it("counts services and routes of applications, and none of the platform's", async () => {
    const world = await openWorld();
    try {
      for (const name of ["shop", "argocd"])
        await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
      const service = (namespace: string, name: string, spec: object) =>
        world.put({ apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec });
      const ports = [{ port: 80 }];
      await service("shop", "web", { ports, selector: { app: "web" } });
      await service("shop", "members", { ports, clusterIP: "None", selector: { app: "web" } });
      await service("shop", "elsewhere", { type: "ExternalName", externalName: "example.com" });
      await service("argocd", "server", { ports, selector: { app: "argo" } });
      const clients = await createClients({
        target: "rehearsal",
        outputs: { kubeconfig: world.fixture.access.kubeconfig } as never,
        aws: awsReader(soundAws(), {}),
      });
      const seen = await designOf(await viewCluster(clients.kubernetes), configOf("dev"));
      expect(seen).to.deep.equal({ services: 1, complexRoutes: 0, demands: [] });
    } finally {
      await world.fixture.close();
    }
  });
});
