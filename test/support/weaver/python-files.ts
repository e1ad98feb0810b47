/** What of this machine's Python a piece of code needs, to be put into an image. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface PythonFiles {
  /** The interpreter. */
  program: string;
  /** Programs and libraries, whose own libraries are needed too. */
  linked: string[];
  modules: string[];
}

/** That of the system where there is one: what a person's own is linked to may lie anywhere. */
const PYTHON = ['/usr/bin/python3'].find((path) => existsSync(path)) ?? 'python3';

/** The code is run, and the modules are told that were loaded in the end. Its exceptions are nobody's business. */
const TELL = `
import json, os, sys
try:
    exec(sys.argv[1])
except Exception:
    pass
files = [getattr(module, '__file__', None) for module in list(sys.modules.values())]
files = sorted({os.path.realpath(file) for file in files if file and os.path.isabs(file)})
print(json.dumps([os.path.realpath(sys.executable), files]))
`;

export function pythonFilesFor(code: string): PythonFiles {
  const told = execFileSync(PYTHON, ['-I', '-S', '-c', TELL, code], { encoding: 'utf8' });
  const [program, files] = JSON.parse(told) as [string, string[]];
  const isLibrary = (file: string) => file.endsWith('.so');
  return {
    program,
    linked: [program, ...files.filter(isLibrary)],
    modules: files.filter((file) => !isLibrary(file)),
  };
}
