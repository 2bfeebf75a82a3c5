import { expect } from "chai";
import { proxiedServices } from "../../../orchestrator/checks/services";
import { open, type Fixture } from "../sandbox/kubernetes/fixture";

describe("Services by the API server's proxy", () => {
  let world: Fixture;
  before(async () => {
    world = await open();
  });
  after(() => world.close());
  const request = { namespace: "monitoring", service: "prometheus", port: 9090, path: "/api/v1/query?query=up" };

  it("hand on the answer, whatever it is", async () => {
    const { status, body } = await proxiedServices(world.access.kubeconfig).get(request);
    expect(status).to.equal(404);
    expect(body).to.not.equal("");
  });
  it("say so when there is no cluster", async () => {
    const error = await proxiedServices(undefined)
      .get(request)
      .catch((reason: Error) => reason.message);
    expect(error).to.equal("there is no cluster before the control plane is built");
  });
});
