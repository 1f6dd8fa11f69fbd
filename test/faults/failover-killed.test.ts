import { FAILOVER } from './failover.ts';
import { testOnce } from './small-runs.ts';

testOnce(FAILOVER.filter(({ on }) => on !== undefined));
