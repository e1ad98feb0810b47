import { it } from 'vitest';
it('x', async () => { await import('/tmp/bk-rot/ng/drive.mts'); }, 60000);
