import { expect } from "chai";
import { alloyValues, lokiValues, LOKI } from "../../infra/logs-values";
import { unknownKeys } from "../support/published";
import { configOf } from "../support/pulumi";

describe("values of Loki and Alloy", () => {
  const loki = (environment: string) => lokiValues(configOf(environment), "bucket");
  const pipeline = alloyValues(configOf("staging")).alloy.configMap.content;

  it("are all keys of the published charts, misspelt ones would be ignored in silence", function () {
    const documented = [
      "loki.storage.bucketNames",
      "loki.compactor.retention_enabled",
      "loki.limits_config.retention_period",
    ];
    const unknown = unknownKeys(loki("staging"), "loki", { documented });
    const others = unknownKeys(alloyValues(configOf("staging")), "alloy");
    if (unknown === undefined || others === undefined) return this.skip();
    expect([...unknown, ...others]).to.deep.equal([]);
  });
  it("[A9.1] keep as many copies of a line as there are Lokis", () => {
    expect(loki("dev").loki.commonConfig.replication_factor).to.equal(1);
    expect(loki("production").loki.commonConfig.replication_factor).to.equal(3);
    expect(loki("production").singleBinary.replicas).to.equal(3);
  });
  it("[B6.1] delete after 7, 15 and 30 days, by the compactor", () => {
    const kept = ["dev", "staging", "production"].map((name) => loki(name).loki.limits_config.retention_period);
    expect(kept).to.deep.equal(["168h", "360h", "720h"]);
    expect(loki("dev").loki.compactor).to.deep.equal({ retention_enabled: true, delete_request_store: "s3" });
  });
  it("ship the files of this node's pods to the store, whatever the node's taints", () => {
    expect(pipeline).to.include(`url = "${LOKI.url}/loki/api/v1/push"`);
    expect(pipeline).to.include('"/var/log/pods/*$1/*.log"');
    expect(pipeline).to.include('"spec.nodeName=" + coalesce(sys.env("HOSTNAME"), constants.hostname)');
    expect(alloyValues(configOf("staging")).controller.tolerations).to.deep.equal([{ operator: "Exists" }]);
  });
  it("have a pipeline whose blocks all close and whose parts all exist", () => {
    const count = (character: string) => pipeline.split(character).length;
    expect(count("{")).to.equal(count("}"));
    const declared = [...pipeline.matchAll(/^([a-z_.]+) "([a-z]+)" \{/gm)].map(([, kind, name]) => `${kind}.${name}`);
    const used = [...pipeline.matchAll(/= \[?([a-z_.]+\.(?:pods|store))\./g)].map(([, part]) => part);
    expect(used).to.have.length(5);
    expect(declared).to.include.members(used);
  });
});
