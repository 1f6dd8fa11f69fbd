import { POSTGRES } from './postgres.ts';
import { testOnce } from './small-runs.ts';

testOnce(POSTGRES);
