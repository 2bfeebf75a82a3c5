import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { readManifests } from "../../../orchestrator/gate/manifests";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\n`;

describe("manifests given to a command", () => {
  const folder = useFolder();
  const nobody = () => Readable.from([]);
  const write = (name: string, text: string) => {
    const file = path.join(folder(), name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };

  it("are every object of files and folders, by file and line, in a stable order", async () => {
    write("b/two.yaml", `${service("one")}---\n${service("two")}`);
    write("b/.hidden/no.yaml", service("no"));
    const single = write("a.json", JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "three" } }));
    const found = await readManifests([path.join(folder(), "b"), single], nobody());
    const two = path.join(folder(), "b", "two.yaml");
    expect(found.map(({ urn }) => urn)).to.deep.equal([`${two}:1:Service`, `${two}:5:Service`, `${single}:1:Service`]);
  });
  it("come from standard input too", async () => {
    const found = await readManifests(["-"], Readable.from([service("piped")]));
    expect(found.map(({ title, urn }) => [title, urn])).to.deep.equal([["shop/piped", "stdin:1:Service"]]);
  });
  it("are refused when there is none, or none of a path: what rendered nothing must not pass", async () => {
    const values = write("values.yaml", "replicas: 3\n");
    expect(await refusal(() => readManifests([values], nobody()))).to.include({
      code: "nothing-to-judge",
      kind: "usage",
    });
    const missing = path.join(folder(), "missing");
    expect(await refusal(() => readManifests([missing], nobody()))).to.include({ code: "path-not-found" });
  });
  it("are refused with file and line when one cannot be read", async () => {
    const broken = write("broken.yaml", `${service("one")}---\nkind: [\n`);
    const error = await refusal(() => readManifests([broken], nobody()));
    expect(error).to.include({ code: "manifest-unreadable", kind: "failure" });
    expect(error.message).to.include(`${broken}:5 cannot be read`);
  });
});
