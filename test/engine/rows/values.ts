import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Thing } from "../thing";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

export const values: Behaviours = {
  "secrets stay secret: in outputs, in state, never in clear on disk": async (h) => {
    await h.up(() => {
      const a = new Thing("a", { value: pulumi.secret("s3cret-value") });
      return { value: a.value, plain: a.size };
    });
    const outputs = await h.stack.outputs();
    expect(outputs["value"]).to.deep.equal({ value: "s3cret-value", secret: true });
    expect(outputs["plain"]).to.deep.equal({ value: 3, secret: false });
    const run = (
      h.stack.workspace.pulumiCommand as unknown as {
        run(args: string[], cwd: string, env: object): Promise<{ stdout: string }>;
      }
    ).run.bind(h.stack.workspace.pulumiCommand);
    const raw = await run(["stack", "export", "--stack", "test"], h.stack.workspace.workDir, h.environment);
    expect(raw.stdout).to.not.include("s3cret-value");
    expect(raw.stdout).to.include("ciphertext");
  },
  "a secret in an event is masked": async (h) => {
    const { events } = await h.up(() => void new Thing("a", { value: pulumi.secret("s3cret-value") }));
    expect(JSON.stringify(events)).to.not.include("s3cret-value");
  },
  "an unknown stays unknown through a preview": async (h) => {
    let ran = false;
    await h.preview(() => {
      const a = new Thing("a");
      a.size.apply(() => (ran = true));
      new Thing("b", { value: a.size });
    });
    expect(ran).to.equal(false);
    await h.up(() => void new Thing("b", { value: new Thing("a").size }));
    expect((await h.state("b"))?.inputs["value"]).to.equal(3);
  },
  "invokes answer, and take an explicit provider": async (h) => {
    await h.up(async () => ({
      result: (await pulumi.runtime.invoke("test:index:double", { n: 21 })) as { result: number },
    }));
    expect((await h.stack.outputs())["result"]?.value).to.deep.equal({ result: 42 });
  },
  "configuration reaches the program, secrets as secrets": async (h) => {
    await h.stack.setConfig("size", { value: "12" });
    await h.stack.setConfig("token", { value: "t0ken", secret: true });
    await h.up(() => {
      const config = new pulumi.Config();
      return { size: config.requireNumber("size"), token: config.requireSecret("token") };
    });
    const outputs = await h.stack.outputs();
    expect(outputs["size"]).to.deep.equal({ value: 12, secret: false });
    expect(outputs["token"]).to.deep.equal({ value: "t0ken", secret: true });
    expect((await h.stack.getAllConfig())["conformance:token"]).to.deep.equal({ value: "t0ken", secret: true });
  },
  "stack references read another stack's outputs, secrets as secrets": async (h) => {
    await h.up(() => ({ address: "10.0.0.1", key: pulumi.secret("k3y") }));
    const other = await h.open("other", () => {
      const reference = new pulumi.StackReference("organization/conformance/test");
      return Promise.resolve({ address: reference.getOutput("address"), key: reference.getOutput("key") });
    });
    await other.up();
    const outputs = await other.outputs();
    expect(outputs["address"]?.value).to.equal("10.0.0.1");
    expect(outputs["key"]).to.deep.equal({ value: "k3y", secret: true });
  },
  "property dependencies and parents are in the state": async (h) => {
    await h.up(() => void new Thing("b", { value: new Thing("a").id }));
    const a = await h.state("a");
    const b = await h.state("b");
    expect(b?.propertyDependencies?.["value"]).to.deep.equal([a?.urn]);
    expect(b?.dependencies).to.deep.equal([a?.urn]);
    expect(b?.parent).to.match(/pulumi:pulumi:Stack::conformance-test$/);
    expect(JSON.stringify(b?.inputs)).to.not.include(SIGNATURE);
  },
};
