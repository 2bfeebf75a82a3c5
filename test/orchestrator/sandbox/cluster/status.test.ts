import { expect } from "chai";
import {
  ApiError,
  alreadyExists,
  conflict,
  forbidden,
  invalid,
  notFound,
} from "../../../../orchestrator/sandbox/cluster/status";

describe("refusals of the embedded API", () => {
  it("are Status objects with code, reason and message", () => {
    expect(notFound("deployments", "apps", "web").body).to.deep.equal({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'deployments.apps "web" not found',
      reason: "NotFound",
      details: { name: "web", group: "apps", kind: "deployments" },
      code: 404,
    });
    expect(new ApiError(500, "", "broken").body).not.to.have.property("reason");
  });
  it("name the group of a resource, and none for the core group", () => {
    expect(alreadyExists("pods", "", "a").message).to.equal('pods "a" already exists');
    expect(forbidden("pods", "", "a", "no").message).to.equal('pods "a" is forbidden: no');
    expect(conflict("jobs", "batch", "a").message).to.include('on jobs.batch "a": the object has been modified');
  });
  it("list several causes in brackets, each with a reason of its own", () => {
    const causes = [
      { field: "spec.a", message: "Required value" },
      { field: "spec.b", message: 'Unsupported value: "x": supported values: "y"' },
      { field: "spec.c", message: 'Invalid value: "string": spec.c in body must be of type integer: "string"' },
    ];
    const error = invalid("Widget", "test.dev", "one", causes);
    expect(error.message).to.match(/^Widget\.test\.dev "one" is invalid: \[spec\.a: Required value, spec\.b: .*\]$/);
    const reasons = (error.details as { causes: { reason: string }[] }).causes.map(({ reason }) => reason);
    expect(reasons).to.deep.equal(["FieldValueRequired", "FieldValueNotSupported", "FieldValueTypeInvalid"]);
    expect(invalid("Widget", "", "one", causes.slice(0, 1)).message).to.equal(
      'Widget "one" is invalid: spec.a: Required value',
    );
  });
});
