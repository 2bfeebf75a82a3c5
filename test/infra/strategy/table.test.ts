import { expect } from "chai";
import { canary, loadCommand, loadTest, rolling, weights } from "../../../infra/strategy/table";

describe("how a new version replaces an old one", () => {
  it("one more pod, never one less [C5.2]", () => expect(rolling).to.deep.equal({ maxSurge: 1, maxUnavailable: 0 }));
  it("by steps of 10 % to 50 %, a check a minute, five failures at most [D5.1] [D1.3]", () => {
    expect(weights).to.deep.equal([10, 20, 30, 40, 50]);
    expect([canary.intervalSeconds, canary.failedChecks]).to.deep.equal([60, 5]);
  });
  it("judged by 99 % and 500 ms over a minute [D5.2]", () => {
    expect([canary.successShare, canary.durationMilliseconds, canary.windowMinutes]).to.deep.equal([0.99, 500, 1]);
  });
  it("under load: a minute, 10 a second for each of 2 workers, on port 8080 [D5.3]", () => {
    expect(loadCommand("http://x/").join(" ")).to.equal("hey -z 1m -q 10 -c 2 http://x/");
    expect([loadTest.port, loadTest.hookTimeoutSeconds]).to.deep.equal([8080, 5]);
  });
});
