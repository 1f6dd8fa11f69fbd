import { DISK } from './disk.ts';
import { testOnce } from './small-runs.ts';

testOnce(DISK);
