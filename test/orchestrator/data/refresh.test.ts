import { expect } from "chai";
import { refresh } from "../../../orchestrator/data/refresh";
import type { AnonymisationRules } from "../../../orchestrator/data/rules";
import { refusal } from "../../support/refusal";

const rules: AnonymisationRules = {
  tables: {
    "public.users": { id: "keep", mail: "mail", name: "name", phone: "phone", note: "text", born: "null" },
    "public.orders": { id: "keep", mail: "mail", remark: "keep" },
  },
};
const users = (...rows: string[]) => [
  "COPY public.users (id, mail, name, phone, note, born) FROM stdin;",
  ...rows,
  "\\.",
];
const orders = (...rows: string[]) => ["COPY public.orders (id, mail, remark) FROM stdin;", ...rows, "\\."];
const ada = "1\tAda@Example.com\tAda Lovelace\t+44 20 7946 0000\tlikes\\ttabs\t1815-12-10";

async function run(lines: readonly string[], given = rules) {
  const written: string[] = [];
  const each = async function* (all: readonly string[]) {
    await Promise.resolve();
    yield* all;
  };
  const refreshed = await refresh(
    each(lines),
    given,
    { write: (line) => void written.push(line), lines: () => each(written) },
    Buffer.alloc(32, 1),
  );
  return { written, refreshed };
}

describe("a data refresh", () => {
  it("[C4.5] replaces mail, name, phone and what else is personal, and keeps what belongs together", async () => {
    const { written, refreshed } = await run([
      "SET x = 1;",
      ...users(ada, "2\t\\N\t\\N\t\\N\t\\N\t\\N"),
      ...orders("7\tada@example.com\tfast"),
    ]);
    const text = written.join("\n");
    for (const personal of ["Example.com", "example.com", "Lovelace", "7946", "likes", "1815"])
      expect(text).to.not.include(personal);
    const [, mail] = (written[2] ?? "").split("\t");
    expect(mail).to.match(/^person-[0-9a-f]{16}@example\.invalid$/);
    expect(written.at(-2)).to.equal(`7\t${mail}\tfast`);
    expect(written).to.include("2\t\\N\t\\N\t\\N\t\\N\t\\N");
    expect(refreshed).to.deep.equal({ rows: { "public.users": 2, "public.orders": 1 }, replaced: 6 });
  });
  it("[C4.5] fails for a column nobody looked at, by name", async () => {
    const error = await refusal(() => run(["COPY public.users (id, shoe_size) FROM stdin;", "1\t42", "\\."]));
    expect(error.code).to.equal("column-unclassified");
    expect(error.message).to.include("public.users.shoe_size").and.not.include("public.users.id");
    expect((await refusal(() => run(["COPY public.new (a) FROM stdin;", "\\."]))).code).to.equal("column-unclassified");
  });
  for (const [what, remark, kind] of [
    ["a mail address", "write to bob@corp.example", "mail in public.orders.remark"],
    ["a telephone number", "call +49 30 901820", "phone in public.orders.remark"],
    ["a card", "4111 1111 1111 1111", "card in public.orders.remark"],
    ["an IBAN", "DE89 3704 0044 0532 0130 00", "iban in public.orders.remark"],
    ["the address of a machine", "from 203.0.113.77", "address of a machine in public.orders.remark"],
    ["a value that is replaced elsewhere", "ada lovelace", "a value that was to be replaced in public.orders.remark"],
  ] as const)
    it(`[C4.5] fails when a kept column holds ${what}, and does not repeat it`, async () => {
      const error = await refusal(() => run([...users(ada), ...orders(`7\t\\N\t${remark}`)]));
      expect(error.code).to.equal("personal-data-found");
      expect(error.message).to.include(kind).and.not.include(remark);
    });
  it("[C4.5] looks between tables, too", async () => {
    const error = await refusal(() => run(["COMMENT ON TABLE users IS 'ask bob@corp.example';"]));
    expect(error.message).to.include("the text between tables");
  });
  it("another refresh gives other stand-ins: nobody finds out by trying whose they are", async () => {
    const lines = async function* () {
      await Promise.resolve();
      yield* users(ada);
    };
    const once = async () => {
      const written: string[] = [];
      const draft = {
        write: (line: string) => void written.push(line),
        lines: async function* () {
          await Promise.resolve();
          yield* written;
        },
      };
      await refresh(lines(), rules, draft);
      return written[1];
    };
    expect(await once()).to.not.equal(await once());
  });
  for (const [what, lines] of [
    ["is empty", []],
    ["is cut off", users(ada).slice(0, -1)],
    ["has a row of another width", users("1\ta")],
    ["has rows as INSERT", ["INSERT INTO public.users VALUES (1);"]],
    ["has a COPY nobody knows", ["COPY public.users FROM stdin;", "\\."]],
  ] as const)
    it(`refuses a dump that ${what}`, async () => {
      expect((await refusal(() => run(lines))).code).to.equal("dump-invalid");
    });
});
