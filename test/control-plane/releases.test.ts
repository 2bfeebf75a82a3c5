import { expect } from "chai";
import { Releases } from "../../orchestrator/sandbox/kubernetes/release";
import { START_MS, namespaceIn, node, usePlane } from "./plane";

/** Long enough for a ReplicaSet to be refused its pods, and no longer. */
const AWAIT_SECONDS = 5;

describe("charts on a real control plane", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  const install = async (values: object) => {
    const { api, host, access } = plane();
    const namespace = await namespaceIn(api, { "pod-security.kubernetes.io/enforce": "restricted" });
    await host.setNodes(access.name, "charts", [node("charts-1")]);
    const inputs = { chart: "external-dns", name: "dns", namespace, values, atomic: true };
    try {
      return await new Releases(AWAIT_SECONDS).install(api, inputs as never).then(
        () => "deployed",
        (error: Error) => error.message,
      );
    } finally {
      await host.setNodes(access.name, "charts", []);
    }
  };

  it("meet the admission that real ones meet: a value that runs as root fails where the namespace is restricted", async () => {
    const said = await install({ securityContext: { runAsUser: 0, runAsNonRoot: false } });
    expect(said).to.include('violates PodSecurity "restricted:latest"').and.include("runAsNonRoot != true");
    expect(said, "nothing of it stays").to.include("the release is uninstalled");
    expect(await install({})).to.equal("deployed");
  });
});
