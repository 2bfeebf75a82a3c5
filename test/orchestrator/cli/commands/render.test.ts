import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { imageOf } from "../../../support/environments";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";
import { cli } from "../command-line";

describe("slipway environment render", () => {
  const folder = useFolder();
  const project = () => path.join(folder(), "project");
  const render = (image: string, ...more: string[]) =>
    cli(project(), "environment", "render", "--image", image, "--out", "apps/shop", ...more);
  const file = (name: string) => path.join(project(), "apps/shop", name);

  beforeEach(() => {
    mkdirSync(project());
    for (const name of ["dev", "staging", "production"])
      cpSync(path.join(root, `Pulumi.${name}.yaml`), path.join(project(), `Pulumi.${name}.yaml`));
  });

  it("[C1.3] writes base, overlays and GitOps objects, and nothing when nothing changed", async () => {
    const first = await render(imageOf("a"));
    expect(first.exit, first.err).to.equal(0);
    expect(readFileSync(file("delivery/qa.yaml"), "utf8")).to.include("path: apps/shop/overlays/qa");
    expect(readFileSync(file("overlays/production/kustomization.yaml"), "utf8")).to.include(`sha256:${"a".repeat(64)}`);
    expect((await render(imageOf("a"))).out).to.match(/^0 of \d+ files written/);
  });
  it("[C7.1] leaves the image of an environment to promotions", async () => {
    await render(imageOf("a"));
    const staging = file("overlays/staging/kustomization.yaml");
    writeFileSync(staging, readFileSync(staging, "utf8").replaceAll("a".repeat(64), "b".repeat(64)));
    const { out } = await render(imageOf("c"), "--json");
    expect(JSON.parse(out)).to.have.deep.property("images", {
      dev: imageOf("a"),
      staging: imageOf("b"),
      production: imageOf("a"),
    });
  });
  it("takes no tag", async () => {
    expect(await render("registry.example.com/shop:latest")).to.include({ exit: 2 });
  });
});
