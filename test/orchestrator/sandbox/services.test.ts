import { expect } from "chai";
import { createServices } from "../../../orchestrator/sandbox/services";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { open, until, type Fixture } from "./kubernetes/fixture";

const labels = { "app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": "main" };

describe("Services of the rehearsal's clusters", () => {
  let world: Fixture;
  let services: ReturnType<typeof createServices>;
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const get = async (service: string, port: number, path = "/api/v1/query?query=up") => {
    const { status, body } = await services.get({ namespace: "watch", service, port, path });
    return { status, answer: body.startsWith("{") ? (JSON.parse(body) as Record<string, unknown>) : body };
  };
  before(async () => {
    world = await open();
    services = createServices(() => [world.access]);
    await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "watch" } });
    const service = (name: string, selector: Record<string, string>) =>
      put({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, namespace: "watch" },
        spec: { selector, ports: [{ name: "web", port: 9090, targetPort: 9090 }] },
      });
    const pod = (name: string, given: Record<string, string>) =>
      put({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "watch", labels: given },
        spec: { containers: [{ name: "main", image: "x", ports: [{ containerPort: 9090 }] }] },
      });
    await service("prometheus", labels);
    await service("nobody", { app: "nobody" });
    await service("other", { app: "other" });
    await pod("prometheus-0", labels);
    await pod("other-0", { app: "other" });
    for (const name of ["prometheus-0", "other-0"])
      await until(world, { apiVersion: "v1", kind: "Pod", name, namespace: "watch" }, (one) =>
        JSON.stringify(one?.["status"] ?? {}).includes('"type":"Ready","status":"True"'),
      );
  });
  after(async () => {
    services.close();
    await world.close();
  });

  it("answer by what runs behind them", async () => {
    expect(await get("prometheus", 9090)).to.deep.equal({
      status: 200,
      answer: { status: "success", data: { resultType: "vector", result: [] } },
    });
  });
  it("refuse as the API server's proxy does: no Service, no endpoint, no such port", async () => {
    expect((await get("missing", 9090)).status).to.equal(404);
    expect((await get("nobody", 9090)).answer).to.have.property(
      "message",
      'no endpoints available for service "nobody:9090"',
    );
    expect((await get("prometheus", 80)).status).to.equal(503);
  });
  it("say what the rehearsal does not play", async () => {
    expect((await get("other", 9090)).answer).to.have.property(
      "message",
      'the rehearsal plays no program behind service "other"',
    );
    expect((await get("prometheus", 9090, "/api/v1/query?query=sum(up)")).status).to.equal(400);
    expect((await get("prometheus", 9090, "/graph")).status).to.equal(404);
  });
  it("fail before there is a cluster", async () => {
    const none = createServices(() => []);
    const error = await none
      .get({ namespace: "a", service: "b", port: 1, path: "/" })
      .catch((reason: Error) => reason.message);
    expect(error).to.equal("there is no cluster before the control plane is built");
    none.close();
  });
});
