"use strict";
// The entry the pack runner loads. The runner hands every TypeScript file to ts-node with type checking, which costs
// seconds per preview; types are checked where the pack is developed, so here TypeScript is only stripped.
require("tsx/cjs/api").register();
// The clock and the SDK's inside are taken here, at the edge: the rules themselves depend on neither.
require("./pack.ts").start(new Date(), require("@pulumi/policy/deserialize"));
