import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { serverIdentity } from "../../../../orchestrator/sandbox/cluster/certificates";
import { useFolder } from "../../../support/folder";

describe("the certificate of the embedded API", () => {
  const folder = useFolder();

  it("is of an authority of its own, for loopback and nothing else", async () => {
    const { authority, certificate } = await serverIdentity(folder());
    const own = new X509Certificate(certificate);
    const issuer = new X509Certificate(authority);
    expect(own.verify(issuer.publicKey)).to.equal(true);
    expect([issuer.ca, own.ca]).to.deep.equal([true, false]);
    expect(own.checkIP("127.0.0.1")).to.equal("127.0.0.1");
    expect(own.checkHost("localhost")).to.equal("localhost");
    expect(own.checkHost("example.com")).to.equal(undefined);
  });
  it("is the same the next time, and read by nobody else", async () => {
    const made = await serverIdentity(path.join(folder(), "new"));
    expect(await serverIdentity(path.join(folder(), "new"))).to.deep.equal(made);
    expect(fs.statSync(path.join(folder(), "new")).mode & 0o077).to.equal(0);
    expect(fs.statSync(path.join(folder(), "new", "identity.json")).mode & 0o077).to.equal(0);
  });
  it("is another for another cluster, with another authority", async () => {
    const [one, two] = await Promise.all(["one", "two"].map((name) => serverIdentity(path.join(folder(), name))));
    expect(one?.authority).not.to.equal(two?.authority);
    expect(
      new X509Certificate(one?.certificate ?? "").verify(new X509Certificate(two?.authority ?? "").publicKey),
    ).to.equal(false);
  });
});
