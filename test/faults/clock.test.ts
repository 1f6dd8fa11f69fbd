import { CLOCK } from './clock.ts';
import { testOnce } from './small-runs.ts';

testOnce(CLOCK);
