import { createServer } from "node:net";
import { expect } from "chai";
import { freePorts } from "../../../../orchestrator/sandbox/control-plane/ports";

describe("ports of a control plane", () => {
  it("are all different and free, also when many are asked for", async () => {
    const ports = await freePorts(Array(8).fill(0) as number[]);
    expect(new Set(ports).size).to.equal(8);
    for (const port of ports) {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      await new Promise((resolve) => server.close(resolve));
    }
  });
  it("are those of the last time where these are free, else others", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const [instead] = await freePorts([port]);
    expect(instead).to.not.equal(port);
    await new Promise((resolve) => taken.close(resolve));
    expect(await freePorts([port])).to.deep.equal([port]);
  });
});
