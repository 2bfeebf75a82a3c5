import { expect } from "chai";
import type { TracesOutputs } from "../../infra/traces";
import { valueOf } from "../support/pulumi";
import { recorded } from "../support/recorded";

describe("traces", () => {
  it("[A9.6] tell applications where to send them, and are disposable in dev alone [B1.2]", async () => {
    for (const [environment, disposable] of [
      ["dev", true],
      ["production", false],
    ] as const) {
      const { seen, result } = await recorded(environment);
      const bucket = seen.find(({ type, name }) => type === "aws:s3/bucket:Bucket" && name === "logs-traces-bucket");
      expect(bucket?.inputs["forceDestroy"]).to.equal(disposable);
      const traces = (await valueOf(result.traces)) as { [key in keyof TracesOutputs]: unknown };
      expect(traces.collector).to.deep.equal({
        namespace: "opentelemetry",
        name: "opentelemetry-collector",
        port: 4318,
      });
      const sending = seen
        .filter(
          ({ type, inputs }) => type.endsWith(":NetworkPolicy") && JSON.stringify(inputs).includes('"allow-traces"'),
        )
        .map(({ inputs }) => (inputs["metadata"] as { namespace: string }).namespace);
      expect(sending).to.include("demo");
    }
  });
});
