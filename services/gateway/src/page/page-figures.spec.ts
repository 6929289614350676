import { describe, expect, it } from '@jest/globals';
import * as contracts from '@cruddur/contracts';
import { DEFAULT_TTL, MESSAGE_MAX, REPLY_MAX, TTLS } from '../../page/src/api/types.js';

describe("the page's figures", () => {
  it('are those of the API', () => {
    expect([MESSAGE_MAX, REPLY_MAX]).toEqual([contracts.MESSAGE_MAX, contracts.REPLY_MAX]);
    expect([Object.keys(TTLS), DEFAULT_TTL]).toEqual([contracts.TTLS, contracts.DEFAULT_TTL]);
  });
});
