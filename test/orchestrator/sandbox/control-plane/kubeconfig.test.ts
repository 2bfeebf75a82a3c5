import * as fs from "node:fs";
import path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { kubeconfigOf } from "../../../../orchestrator/sandbox/control-plane/kubeconfig";
import { useFolder } from "../../../support/folder";

describe("a kubeconfig of a control plane", () => {
  const folder = useFolder();
  const loaded = (text: string) => {
    const config = new KubeConfig();
    config.loadFromString(text);
    return config;
  };
  it("names one cluster and one user, as every client reads it", () => {
    const config = loaded(kubeconfigOf("slipway-dev", "https://127.0.0.1:6443", "AUTHORITY", { token: "t" }));
    expect(config.getCurrentCluster()).to.include({ name: "slipway-dev", server: "https://127.0.0.1:6443" });
    expect(Buffer.from(config.getCurrentCluster()?.caData ?? "", "base64").toString()).to.equal("AUTHORITY");
    expect(config.getCurrentUser()?.token).to.equal("t");
    expect(config.getCurrentCluster()?.skipTLSVerify).to.not.equal(true);
  });
  it("carries certificate and key in it, so that it works wherever it is taken", () => {
    const certificate = path.join(folder(), "c.crt");
    const key = path.join(folder(), "c.key");
    fs.writeFileSync(certificate, "CERTIFICATE");
    fs.writeFileSync(key, "KEY");
    const user = loaded(kubeconfigOf("c", "https://127.0.0.1:1", "A", { certificate, key })).getCurrentUser();
    expect([user?.certData, user?.keyData].map((data) => Buffer.from(data ?? "", "base64").toString())).to.deep.equal([
      "CERTIFICATE",
      "KEY",
    ]);
    expect(user?.token).to.equal(undefined);
  });
});
