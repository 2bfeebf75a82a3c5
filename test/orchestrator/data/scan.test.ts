import { expect } from "chai";
import { kindsIn } from "../../../orchestrator/data/scan";
import { pseudonyms } from "../../../orchestrator/data/pseudonym";

describe("the scan for personal data", () => {
  for (const [text, kinds] of [
    ["bob@corp.example", ["mail"]],
    ["Bob <bob.b+x@mail.corp.example>, and more", ["mail"]],
    ["+49 30 901820", ["phone"]],
    ["(030) 901820-11", ["phone"]],
    ["030/901820", ["phone"]],
    ["5500-0000-0000-0004", ["card"]],
    ["GB82WEST12345698765432", ["iban"]],
    ["198.51.100.7", ["address of a machine"]],
  ] as const)
    it(`finds ${kinds.join()} in ${text}`, () => expect(kindsIn(text)).to.deep.equal(kinds));

  for (const text of [
    "2026-01-02 03:04:05.123456+00",
    "f81d4fae-0123-4567-a765-00a0c91e6bf6",
    "01234567-0123-4567-0123-012345678901",
    "1795260504207000003",
    "4111 1111 1111 1112",
    "GB83WEST12345698765432",
    "10.10.200.9",
    "17.6",
    "order 12345, 3 pieces",
    "SELECT pg_catalog.setval('public.users_id_seq', 1234567, true);",
    "",
  ])
    it(`takes "${text}" for nobody's`, () => expect(kindsIn(text)).to.deep.equal([]));

  it("takes no stand-in for a person", () => {
    const replace = pseudonyms(Buffer.alloc(32, 7));
    for (const treatment of ["mail", "name", "phone", "address", "text"] as const)
      for (const value of ["a", "b", "Ada Lovelace", "+44 20 7946 0000"])
        expect(kindsIn(replace.of(treatment, value)), treatment).to.deep.equal([]);
  });
});
