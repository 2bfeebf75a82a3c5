import { expect } from "chai";
import { declared } from "./phase-parts";

describe("the archive of the database", () => {
  let of: Awaited<ReturnType<typeof declared>>;
  before(async () => (of = await declared("production")));

  it("[B4.2] is a bucket and a key of its own", () => {
    expect(of("aws:s3/bucket:Bucket", "stateful-postgres-archive")["bucket"]).to.equal(
      "slipway-production-postgres-333333333333",
    );
    expect(of("aws:kms/key:Key", "stateful-postgres-key")).to.include({ enableKeyRotation: true });
  });
  it("[A15.5] is written by the database's account and by nothing else, through S3 alone", () => {
    const { policy } = of("aws:iam/rolePolicy:RolePolicy", "stateful-postgres-role");
    const { Statement } = JSON.parse(String(policy)) as {
      Statement: { Action: string[]; Resource: string[]; Condition?: object }[];
    };
    expect(Statement.map(({ Resource }) => Resource)).to.deep.equal([
      ["arn:stateful-postgres-archive"],
      ["arn:stateful-postgres-archive/*"],
      ["arn:stateful-postgres-key"],
    ]);
    expect(JSON.stringify(Statement[2]?.Condition)).to.include("s3.eu-central-1.amazonaws.com");
    expect(Statement.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).to.deep.equal([]);
  });
});
