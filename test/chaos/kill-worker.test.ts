import { describe } from 'vitest';
import { columnOf, testsOf } from './suite.js';

describe('chaos/kill-worker', await testsOf(columnOf('worker')));
