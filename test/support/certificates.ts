/** An authority of a test, and certificates that it signs; made by the openssl command line. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './world/programs.js';

export interface Pair {
  /** Paths of PEM files. */
  cert: string;
  key: string;
}

export interface Authority {
  /** Path of its certificate. */
  ca: string;
  /** `expired`: since yesterday. */
  sign(name: string, options?: { names?: string; expired?: boolean }): Promise<Pair>;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export async function makeAuthority(parent: string, name: string): Promise<Authority> {
  const dir = join(parent, name);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const at = (file: string) => join(dir, file);
  const openssl = (...args: string[]) =>
    output('openssl', args, { env: { PATH: process.env.PATH ?? '', HOME: dir }, cwd: dir });
  await openssl('req', '-x509', ...EC, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`);
  return {
    ca: at('ca.pem'),
    async sign(subject, { names = 'DNS:localhost,IP:127.0.0.1', expired = false } = {}) {
      await openssl('req', ...EC, '-keyout', `${subject}.key`, '-out', `${subject}.csr`, '-subj', `/CN=${subject}`);
      await writeFile(at(`${subject}.ext`), `subjectAltName=${names}\n`);
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${subject}.ext`];
      const days = ['-days', expired ? '-1' : '2'];
      await openssl('x509', '-req', '-in', `${subject}.csr`, ...by, ...days, '-out', `${subject}.pem`);
      return { cert: at(`${subject}.pem`), key: at(`${subject}.key`) };
    },
  };
}
