import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import type { Harness } from "../harness";
import { Thing } from "../thing";

/** A pack of its own in JavaScript: values of things are numbers, at most a configured most. */
function pack(h: Harness, level: string): string {
  const folder = fs.mkdtempSync(path.join(h.folder, "pack-"));
  fs.symlinkSync(path.join(__dirname, "..", "..", "..", "node_modules"), path.join(folder, "node_modules"));
  fs.writeFileSync(path.join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  fs.writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ name: "things", version: "1.0.0", main: "index.js" }),
  );
  fs.writeFileSync(
    path.join(folder, "index.js"),
    `const { PolicyPack } = require("@pulumi/policy");
     new PolicyPack("things", { policies: [
       { name: "small", description: "Things are small.", enforcementLevel: ${JSON.stringify(level)},
         configSchema: { properties: { most: { type: "number", default: 10 } } },
         remediateResource: (args) => { if (args.type === "test:index:Thing" && args.props.value > 10) { args.props.value = 10; return args.props; } },
         validateResource: (args, report) => { if (args.type === "test:index:Thing" && args.props.value > args.getConfig().most) report("value is " + args.props.value); } },
       { name: "few", description: "There are few things.", enforcementLevel: "mandatory",
         validateStack: (args, report) => { if (args.resources.filter((r) => r.type === "test:index:Thing").length > 2) report("too many"); } },
     ] });`,
  );
  return folder;
}
const events = (effect: Awaited<ReturnType<Harness["up"]>>) =>
  effect.events.flatMap((event) =>
    event.policyEvent ? [`${event.policyEvent.policyName} ${event.policyEvent.enforcementLevel}`] : [],
  );

export const policies: Behaviours = {
  "an advisory violation is told and does not stop": async (h) => {
    const effect = await h.up(() => void new Thing("a", { value: 11 }), { policyPacks: [pack(h, "advisory")] });
    expect(effect.exitCode).to.equal(0);
    expect(events(effect)).to.deep.equal(["small advisory"]);
  },
  "a mandatory violation fails the preview, which still shows all of them": async (h) => {
    const effect = await h.preview(() => void [new Thing("a", { value: 11 }), new Thing("b", { value: 12 })], {
      policyPacks: [pack(h, "mandatory")],
    });
    expect(effect.exitCode).to.equal(1);
    expect(events(effect)).to.deep.equal(["small mandatory", "small mandatory"]);
  },
  "a mandatory violation gives the resource no step in an update": async (h) => {
    const effect = await h.up(() => void new Thing("a", { value: 11 }), { policyPacks: [pack(h, "mandatory")] });
    expect(effect.exitCode).to.equal(1);
    expect(h.calls()).to.deep.equal([]);
  },
  "remediation changes the inputs": async (h) => {
    const effect = await h.up(() => void new Thing("a", { value: 11 }), { policyPacks: [pack(h, "remediate")] });
    expect(effect.exitCode).to.equal(0);
    expect((await h.state("a"))?.inputs["value"]).to.equal(10);
  },
  "stack policies judge the whole": async (h) => {
    const effect = await h.preview(() => void [new Thing("a"), new Thing("b"), new Thing("c")], {
      policyPacks: [pack(h, "advisory")],
    });
    expect(effect.exitCode).to.equal(1);
    expect(events(effect)).to.deep.equal(["few mandatory"]);
  },
  "pack config sets levels and values, and a bad value fails before anything": async (h) => {
    const folder = pack(h, "advisory");
    const config = path.join(h.folder, "config.json");
    fs.writeFileSync(config, JSON.stringify({ small: { enforcementLevel: "mandatory", most: 5 } }));
    const effect = await h.preview(() => void new Thing("a", { value: 6 }), {
      policyPacks: [folder],
      policyPackConfigs: [config],
    });
    expect(events(effect)).to.deep.equal(["small mandatory"]);
    fs.writeFileSync(config, JSON.stringify({ small: { most: "many" } }));
    const bad = await h.up(() => void new Thing("a", { value: 6 }), {
      policyPacks: [folder],
      policyPackConfigs: [config],
    });
    expect(bad.exitCode).to.equal(1);
    expect(h.calls()).to.deep.equal([]);
  },
  "a pack that does not compile stops the run before it begins": async (h) => {
    const folder = pack(h, "advisory");
    fs.writeFileSync(path.join(folder, "index.js"), "this is not JavaScript");
    const effect = await h.up(() => void new Thing("a"), { policyPacks: [folder] });
    expect(effect.exitCode).to.not.equal(0);
    expect(h.calls()).to.deep.equal([]);
  },
};
