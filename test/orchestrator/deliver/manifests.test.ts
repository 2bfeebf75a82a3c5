import { expect } from "chai";
import { parse } from "yaml";
import { manifestFiles } from "../../../orchestrator/deliver/manifests";
import { environments, object, planned, release } from "./delivery";

const same = object("Thing", "same", { size: 1 });
const files = manifestFiles(
  environments({
    dev: [same, object("Thing", "own", { size: 1 }), release(1)],
    production: [same, object("Thing", "own", { size: 2 }), object("Thing", "more", {})],
  }),
);
const at = (name: string) => parse(String(files.get(name)?.content)) as { resources: string[]; spec: object };

describe("manifests of a delivery", () => {
  it("stand once where they are alike everywhere, else with their environment [A20.2]", () => {
    expect(at("infra/base/kustomization.yaml").resources).to.deep.equal(["metrics/thing-monitoring-same.yaml"]);
    expect(at("infra/overlays/dev/kustomization.yaml").resources).to.deep.equal([
      "../../base",
      "metrics/thing-monitoring-own.yaml",
    ]);
    expect(at("infra/overlays/production/metrics/thing-monitoring-own.yaml").spec).to.deep.equal({ size: 2 });
    expect(at("infra/overlays/production/kustomization.yaml").resources).to.have.length(3);
  });
  it("name every file that is there, and no other", () => {
    for (const folder of ["infra/base", "infra/overlays/dev", "infra/overlays/production"]) {
      const listed = at(`${folder}/kustomization.yaml`).resources.filter((name) => name !== "../../base");
      const there = [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).length;
      expect(listed).to.have.length(there - 1);
      for (const name of listed) expect(files.has(`${folder}/${name}`), name).to.equal(true);
    }
  });
  it("hold no Secret, no release and no patch [A20.4]", () => {
    const secret = planned("kubernetes:core/v1:Secret", "token", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "token" },
      stringData: { token: "open" },
    });
    const patch = planned("kubernetes:core/v1:NamespacePatch", "x", { metadata: { name: "x" } });
    const only = manifestFiles(environments({ dev: [secret, patch, release(1)] }));
    expect([...only.keys()]).to.deep.equal(["infra/overlays/dev/kustomization.yaml"]);
  });
});
