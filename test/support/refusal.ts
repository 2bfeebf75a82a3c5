import { expect } from "chai";
import { SlipwayError } from "../../orchestrator/errors";

/** The SlipwayError that `action` ends with; fails when it ends otherwise. */
export async function refusal(action: () => unknown): Promise<SlipwayError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SlipwayError) {
      expect(error.fix, "every refusal names its fix").to.not.equal("");
      return error;
    }
    throw error;
  }
  throw new Error("expected a refusal, and there was none");
}
