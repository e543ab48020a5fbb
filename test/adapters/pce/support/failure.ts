import { PceError } from '../../../../src/core/ports.ts';

/** The PceError a call ends in; fails the test when it ends in anything else. */
export const failureOf = async (call: Promise<unknown>): Promise<PceError> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof PceError) return error;
    throw error;
  }
  throw new Error('the call was expected to fail');
};
