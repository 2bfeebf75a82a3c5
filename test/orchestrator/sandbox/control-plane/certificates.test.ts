import { X509Certificate, createPrivateKey } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { issue, type KeyPair } from "../../../../orchestrator/sandbox/control-plane/certificates";
import { useFolder } from "../../../support/folder";

const clients = { scheduler: { name: "system:kube-scheduler" }, admin: { name: "a", groups: ["system:masters"] } };

describe("certificates of a control plane", () => {
  const folder = useFolder();
  const read = (file: string) => new X509Certificate(fs.readFileSync(file));
  const make = () => issue(path.join(folder(), "certificates"), clients);

  it("name their holder and groups, and fit their keys", async () => {
    const { clients: issued } = await make();
    const { certificate, key } = issued["admin"] as KeyPair;
    expect(read(certificate).subject.split("\n")).to.have.members(["CN=a", "O=system:masters"]);
    expect(read(certificate).checkPrivateKey(createPrivateKey(fs.readFileSync(key)))).to.equal(true);
  });

  it("let servers answer on loopback and nowhere else", async () => {
    const { server, store } = await make();
    for (const { certificate } of [server, store]) {
      expect(read(certificate).checkIP("127.0.0.1")).to.equal("127.0.0.1");
      expect(read(certificate).checkIP("10.0.0.1")).to.equal(undefined);
      expect(read(certificate).checkHost("example.com")).to.equal(undefined);
    }
  });

  it("keep the store apart: what opens the API opens no etcd", async () => {
    const { authority, storeAuthority, storeClient, clients: issued } = await make();
    const [api, store] = [read(authority), read(storeAuthority)];
    expect(read(storeClient.certificate).verify(store.publicKey)).to.equal(true);
    for (const { certificate } of Object.values(issued)) {
      expect(read(certificate).verify(api.publicKey)).to.equal(true);
      expect(read(certificate).verify(store.publicKey)).to.equal(false);
    }
  });

  it("are made anew at every start, under authorities that stay: a kubeconfig goes on working", async () => {
    const first = await make();
    const [authority, server] = [first.authority, first.server.certificate].map((file) => read(file).fingerprint256);
    const key = fs.readFileSync(first.tokenKey, "utf8");
    const second = await make();
    expect(read(second.authority).fingerprint256).to.equal(authority);
    expect(read(second.server.certificate).fingerprint256).to.not.equal(server);
    expect(fs.readFileSync(second.tokenKey, "utf8")).to.equal(key);
  });

  it("can be read by their owner alone", async () => {
    await make();
    const place = path.join(folder(), "certificates");
    expect(fs.statSync(place).mode & 0o777).to.equal(0o700);
    for (const name of fs.readdirSync(place))
      expect(fs.statSync(path.join(place, name)).mode & 0o777, name).to.equal(0o600);
  });
});
