import { describe } from 'vitest';
import { columnOf, testsOf } from './suite.js';

describe('chaos/kill-dockerd', await testsOf(columnOf('dockerd')));
