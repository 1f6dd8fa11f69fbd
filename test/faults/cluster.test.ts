import { CLUSTER } from './cluster.ts';
import { testOnce } from './small-runs.ts';

testOnce(CLUSTER);
