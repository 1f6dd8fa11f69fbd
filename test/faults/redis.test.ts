import { REDIS } from './redis.ts';
import { testOnce } from './small-runs.ts';

testOnce(REDIS);
