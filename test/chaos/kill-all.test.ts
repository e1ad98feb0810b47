import { describe } from 'vitest';
import { columnOf, testsOf } from './suite.js';

describe('chaos/kill-all', await testsOf(columnOf('all')));
