export const ruleNames = [
  "rename",
  "drop-with-successor",
  "drop",
  "not-null",
  "column-type",
  "constraint-validates",
  "index-locks",
  "concurrent-alone",
  "table-rewrite",
  "data-in-bulk",
  "table-lock",
  "opaque",
] as const;
export type RuleName = (typeof ruleNames)[number];

export interface RuleText {
  readonly requirement: string;
  /** The promise in one sentence. */
  readonly description: string;
  /** How to do the same safely. */
  readonly rewrite: string;
  /** A person may let it pass, by a comment with a reason right above the statement. */
  readonly allowable: boolean;
}

/** What a migration may not do while the previous version of the application runs on the same schema (D3.1). */
export const ruleTexts: Readonly<Record<RuleName, RuleText>> = {
  rename: {
    requirement: "D3.2",
    description: "Nothing is renamed that a running version calls by its name.",
    rewrite:
      "add the new name beside the old one, let the application write both and read either, move the data, and drop the old one in a later release",
    allowable: false,
  },
  "drop-with-successor": {
    requirement: "D3.3",
    description: "A column or table is not dropped in the release that brings its successor.",
    rewrite: "leave the drop out here and put it into a migration of the next release",
    allowable: false,
  },
  drop: {
    requirement: "D3.1",
    description: "Nothing is dropped that the previous version may still use.",
    rewrite:
      "release a version that does not use it first; then say so right above the statement: -- slipway:allow drop: unused since v1.4",
    allowable: true,
  },
  "not-null": {
    requirement: "D3.4",
    description: "A column becomes NOT NULL in three steps.",
    rewrite:
      "add it with a default; deploy and backfill; then ADD CONSTRAINT c CHECK (column IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT c in a migration of its own, and SET NOT NULL in a later one",
    allowable: false,
  },
  "column-type": {
    requirement: "D3.2",
    description: "The type of a column in use is not changed.",
    rewrite:
      "add a column of the new type, write both, backfill in batches, read the new one, and drop the old one in a later release",
    allowable: true,
  },
  "constraint-validates": {
    requirement: "D3.1",
    description: "A constraint on a table in use is added without a scan under its lock.",
    rewrite:
      "for CHECK and FOREIGN KEY add it NOT VALID and VALIDATE CONSTRAINT in a migration of its own; for UNIQUE and PRIMARY KEY build the index CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX",
    allowable: true,
  },
  "index-locks": {
    requirement: "D3.1",
    description: "Indexes of tables in use are made and dropped without a lock on writes.",
    rewrite: "write CONCURRENTLY, in a migration of its own",
    allowable: true,
  },
  "concurrent-alone": {
    requirement: "D3.6",
    description: "What cannot run in a transaction is alone in its migration.",
    rewrite: "put each statement with CONCURRENTLY into a file of its own",
    allowable: false,
  },
  "table-rewrite": {
    requirement: "D3.1",
    description: "A column is added without writing the whole table anew.",
    rewrite:
      "add the column without it (a constant default is free), set the default in a second statement, and backfill in batches",
    allowable: true,
  },
  "data-in-bulk": {
    requirement: "D3.2",
    description: "Data is moved in batches and never thrown away whole.",
    rewrite: "move it in batches of some thousand rows, each with a WHERE, from a job of the application",
    allowable: true,
  },
  "table-lock": {
    requirement: "D3.1",
    description: "No statement locks a whole table in use.",
    rewrite: "use the form that does not lock: REFRESH … CONCURRENTLY, VACUUM without FULL, no LOCK TABLE",
    allowable: true,
  },
  opaque: {
    requirement: "D3.5",
    description: "What a migration does can be read.",
    rewrite: "write plain statements in place of a DO block or a function that is called for what it does",
    allowable: true,
  },
};

/** Something a statement does, before it is known whether it may. */
export interface Deed {
  readonly rule: RuleName;
  /** `column users.name`. */
  readonly what: string;
  /** Table it is done to; a table made in the same release has no users yet. */
  readonly table?: string;
}

/** What a statement brings and needs, beside its deeds. */
export interface Reading {
  readonly deeds: readonly Deed[];
  /** Tables it makes. */
  readonly makes: readonly string[];
  /** Tables it makes, and tables it adds a column to: where successors are. */
  readonly adds: readonly string[];
  /** Columns or tables it drops, as `table.column` or `table`. */
  readonly drops: readonly string[];
  /** Must not run in a transaction. */
  readonly concurrent: boolean;
  /** `table.column` a CHECK (column IS NOT NULL) is added for, by `table.constraint`. */
  readonly guards: Readonly<Record<string, string>>;
  /** Constraints it validates, as `table.constraint`. */
  readonly validates: readonly string[];
  /** `table.column` it sets NOT NULL. */
  readonly constrains: readonly string[];
}

export const NOTHING: Reading = {
  deeds: [],
  makes: [],
  adds: [],
  drops: [],
  concurrent: false,
  guards: {},
  validates: [],
  constrains: [],
};
