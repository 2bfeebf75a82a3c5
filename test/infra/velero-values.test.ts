import { expect } from "chai";
import { veleroValues } from "../../infra/velero-values";
import { configOf } from "../support/pulumi";

describe("the values of Velero", () => {
  const config = configOf("production");
  const values = veleroValues(config, { bucket: "backups", location: "default", serviceAccount: "velero-server" });

  it("[A15.2] write to the given bucket in the environment's region", () => {
    expect(values.configuration.backupStorageLocation).to.deep.equal([
      {
        name: "default",
        provider: "aws",
        bucket: "backups",
        default: true,
        accessMode: "ReadWrite",
        config: { region: config.region },
      },
    ]);
  });
  it("keep a backup by hand as long as the configuration says", () => {
    expect(values.configuration.defaultBackupTTL).to.equal(`${config.backup.retentionDays * 24}h0m0s`);
  });
  it("take definitions along in an upgrade and leave them in a removal", () => {
    expect([values.upgradeCRDs, values.cleanUpCRDs]).to.deep.equal([true, false]);
  });
  it("put an agent on every node, whatever its taints", () => {
    expect(values.nodeAgent.tolerations).to.deep.equal([{ operator: "Exists" }]);
  });
  it("give the server no capability it could escalate by", () => {
    expect(values.containerSecurityContext).to.deep.include({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });
});
