import { expect } from "chai";
import { KubeConfig } from "@kubernetes/client-node";
import { apiRequests } from "../../../orchestrator/checks/api-requests";
import { EmbeddedClusters } from "../../../orchestrator/sandbox/cluster/embedded";
import { useFolder } from "../../support/folder";

describe("requests as they are", () => {
  const folder = useFolder();
  let clusters: EmbeddedClusters;
  const config = new KubeConfig();
  beforeEach(async () => {
    clusters = new EmbeddedClusters(folder());
    config.loadFromString((await clusters.ensure("one", "1.36")).kubeconfig);
  });
  afterEach(() => clusters.close());

  it("hand on an answer with its code, a refusal too, and many at once", async () => {
    const requests = await apiRequests({ config } as never);
    try {
      const map = (name: string) =>
        requests.post("/api/v1/namespaces/default/configmaps?dryRun=All", { metadata: { name } });
      const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => map(`m${at}`)));
      expect(new Set(answers.map(({ code }) => code))).to.deep.equal(new Set([201]));
      const { code, body } = await map("Not a name");
      expect(code).to.equal(422);
      expect(body["message"]).to.include("Invalid value");
    } finally {
      requests.close();
    }
  });
  it("fail when nobody answers", async () => {
    const requests = await apiRequests({ config } as never);
    await clusters.close();
    let said = "";
    await requests.post("/api/v1/namespaces", {}).catch((error: NodeJS.ErrnoException) => (said = String(error.code)));
    expect(said).to.match(/^ECONN/);
    requests.close();
  });
});
