import { expect } from "chai";
import fc from "fast-check";
import { blockOf, fieldsOf, rowOf } from "../../../orchestrator/data/copy";

describe("rows of a dump", () => {
  it("come back as they were, whatever is in them", () => {
    const fields = fc.array(fc.option(fc.string({ unit: "binary" }), { nil: undefined }), { minLength: 1 });
    fc.assert(
      fc.property(fields, (row) => {
        expect(fieldsOf(rowOf(row))).to.deep.equal(row);
      }),
    );
  });
  it("have NULL apart from its text", () => {
    expect(fieldsOf("\\N\t\\\\N")).to.deep.equal([undefined, "\\N"]);
  });
  it("are opened by COPY with its columns, quoted ones too", () => {
    expect(blockOf('COPY public."Users" (id, "order", e_mail) FROM stdin;')).to.deep.equal({
      table: "public.Users",
      columns: ["id", "order", "e_mail"],
    });
    expect(blockOf("COPY users TO stdout;")).to.equal(undefined);
  });
});
