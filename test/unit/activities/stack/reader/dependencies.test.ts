import { describe, expect, it } from 'vitest';
import { literalDependencies } from '../../../../../activities/stack/reader/dependencies.js';

const NAME = 'COMPONENT_DEPENDENCIES';

describe('activities/stack/reader/dependencies', () => {
  it.each([
    ['', []],
    ['export A=1\n', []],
    ['# COMPONENT_DEPENDENCIES="./a"\n', []],
    ['  # source ./b; COMPONENT_DEPENDENCIES=x\nA=1', []],
    ['COMPONENT_DEPENDENCIES=""', []],
    ['COMPONENT_DEPENDENCIES="./a"', ['./a']],
    ["export COMPONENT_DEPENDENCIES='./a ./b'  # why\n", ['./a', './b']],
    ['A=1\nexport\tCOMPONENT_DEPENDENCIES="\n  ./a\n\t./b\n"\n# "./c"\nB=2', ['./a', './b']],
    ['COMPONENT_DEPENDENCIES="\n$COMPONENT_DEPENDENCIES\n  ./a\n"\n', ['./a']],
    ['COMPONENT_DEPENDENCIES="\n  ${COMPONENT_DEPENDENCIES}\n  ./a\n"\n', ['./a']],
    ['COMPONENT_DEPENDENCIES="./a"\nexport RESOURCES="if x; then y"\n', ['./a']],
    ['COMPONENT_DEPENDENCIES="/abs/a ../b"', ['/abs/a', '../b']],
    ['if x; then\n  A=1\nfi\nCOMPONENT_DEPENDENCIES="./a"\n', ['./a']],
  ])('finds them in %j', (text, found) => {
    expect(literalDependencies(text)).toEqual(found);
  });

  it.each([
    `${NAME}=./a`,
    `${NAME}="./a"; A=1`,
    `A=1 ${NAME}="./a"`,
    `  ${NAME}="./a"`,
    `if true; then\n  ${NAME}="./a"\nfi`,
    `[ -n "$X" ] && ${NAME}="./a"`,
    `${NAME}="./a"\n${NAME}="./b"`,
    `${NAME}="./a"\nexport ${NAME}`,
    `unset ${NAME}`,
    `if true; then\n${NAME}="./a"\nfi`,
    `f() {\n${NAME}="./a"\n}`,
    `(\n${NAME}="./a"\n)`,
    `[ -n "$X" ] &&\n${NAME}="./a"`,
    `true \\\n${NAME}="./a"`,
    `A='\n${NAME}="./a"\n'`,
    `cat <<END\n${NAME}="./a"\nEND`,
    `${NAME}="./a"\n[ -n "$X" ] && A=1\n# why`,
    `${NAME}="./a"\nA="$(ls)"`,
    `${NAME}='$${NAME} ./a'`,
    `: "\${${NAME}:=./a}"`,
    `${NAME}="$X ./a"`,
    `${NAME}="\${X} ./a"`,
    `${NAME}="$(ls)"`,
    `${NAME}="\`ls\`"`,
    `${NAME}="./a\\\n ./b"`,
    `${NAME}="\n  ./a\n  # ./b\n"`,
    `${NAME}="./*"`,
    `${NAME}="./a?"`,
    `${NAME}="./[ab]"`,
    `${NAME}="./a""./b"`,
    `${NAME}="./a`,
    `${NAME}="./a"\nOTHER="$${NAME}"\n${NAME}="./b"`,
    `. ./other.env\n`,
    `  source ./other.env\n`,
    `[ -f x ] && . ./x`,
    `if x; then . ./x; fi`,
    `for f in x; do source ./x; done`,
    `eval "$X"`,
    `return 0\n${NAME}="./a"`,
    `[ -n "$X" ] || return`,
    `exit 1`,
    `test x || exit 1`,
    `exec true`,
  ])('leaves it to the shell to say what is in %j', (text) => {
    expect(literalDependencies(text)).toBeUndefined();
  });
});
