import { expect } from "chai";
import { boardOf, type Panel } from "../../infra/board";

describe("a dashboard of questions", () => {
  const panel: Panel = { title: "Up", kind: "table", unit: "short", query: "up", description: "Who is up." };
  const { panels } = boardOf("x", "X", [panel, { ...panel, kind: "timeseries", legend: "{{job}}" }, panel]) as {
    panels: { gridPos: { x: number; y: number }; targets: Record<string, unknown>[] }[];
  };
  it("sets panels two in a row", () =>
    expect(panels.map(({ gridPos }) => [gridPos.x, gridPos.y])).to.deep.equal([
      [0, 0],
      [12, 0],
      [0, 8],
    ]));
  it("asks tables for one moment and graphs for their range", () => {
    expect(panels[0]?.targets[0]).to.include({ instant: true, format: "table" });
    expect(panels[1]?.targets[0]).to.include({ legendFormat: "{{job}}" }).and.not.have.property("instant");
  });
});
