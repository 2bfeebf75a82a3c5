import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { findTools } from "../../../../orchestrator/sandbox/control-plane/tools";
import { useFolder } from "../../../support/folder";

describe("tools that judge alerts", () => {
  const folder = useFolder();
  /** A program that says this, and no more. */
  const program = (name: string, said: string) => {
    const file = path.join(folder(), "bin", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\necho "${said}"\n`, { mode: 0o755 });
    return file;
  };
  const find = () => findTools({ PATH: `/bin:${path.join(folder(), "bin")}`, XDG_CACHE_HOME: folder() });

  it("are taken from PATH, of versions that are new enough", async () => {
    const file = program("promtool", "promtool, version 3.5.0 (branch: HEAD)");
    program("amtool", "amtool, version 0.21.0 (branch: HEAD)");
    expect(await find()).to.deep.equal({
      found: [{ name: "promtool", path: file, version: "3.5.0", source: "PATH" }],
      missing: ["amtool"],
    });
  });
  it("are missing where neither PATH nor the cache has them, and nothing is built", async () => {
    expect(await find()).to.deep.equal({ found: [], missing: ["promtool", "amtool"] });
    expect(fs.readdirSync(folder())).to.deep.equal([]);
  });
});
