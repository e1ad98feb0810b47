import { describe } from 'vitest';
import { columnOf, testsOf } from './suite.js';

describe('chaos/kill-temporal', await testsOf(columnOf('temporal')));
