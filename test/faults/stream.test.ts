import { testOnce } from './small-runs.ts';
import { STREAM_FAULTS } from './stream.ts';

testOnce(STREAM_FAULTS);
