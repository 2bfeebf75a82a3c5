import { expect } from "chai";
import { rds } from "../../../../orchestrator/sandbox/aws/rds";

const kind = rds["aws:rds/instance:Instance"];
const inputs = {
  identifier: "checkout",
  dbSubnetGroupName: "group",
  parameterGroupName: "settings",
  multiAz: true,
  storageType: "gp3",
  allocatedStorage: 20,
};
/** An account that holds these objects, by id. */
const holding = (objects: Readonly<Record<string, object>>) =>
  ({ account: { get: (id: string) => (objects[id] === undefined ? undefined : { inputs: objects[id] }) } }) as never;
const parts = {
  group: { subnetIds: ["a", "b"] },
  settings: {},
  a: { availabilityZone: "eu-central-1a" },
  b: { availabilityZone: "eu-central-1b" },
};

describe("RDS in a rehearsal", () => {
  const creating =
    (given: object, objects: Readonly<Record<string, object>> = parts) =>
    () =>
      kind?.onCreate?.({ ...inputs, ...given } as never, holding(objects));

  it("makes an instance of parts that are there", () => expect(creating({})).not.to.throw());
  it("refuses what RDS refuses", () => {
    const { group: _group, ...without } = parts;
    expect(creating({}, without)).to.throw("DB subnet group 'group' does not exist");
    const { settings: _settings, ...bare } = parts;
    expect(creating({}, bare)).to.throw("DBParameterGroup not found");
    expect(creating({}, { ...parts, group: { subnetIds: ["a"] } })).to.throw("coverage requirement");
    expect(creating({ allocatedStorage: 10 })).to.throw("Invalid storage size");
  });
  it("keeps what is protected", () => {
    const protectedOne = { inputs: { identifier: "checkout", deletionProtection: true } } as never;
    expect(() => kind?.onDelete?.(protectedOne, holding({}))).to.throw("Cannot delete protected DB Instance");
  });
});
