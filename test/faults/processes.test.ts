import { PROCESSES } from './processes.ts';
import { testOnce } from './small-runs.ts';

testOnce(PROCESSES);
