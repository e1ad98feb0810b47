/** The script by which a shell completes commands and options. Pure. */
import type { CommandShape, OptionShape, ProgramShape, Takes } from './shape.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Written out whole, so that no key press starts a process of ours. */
export function completionScript(shell: Shell, program: ProgramShape): string {
  return { bash, zsh, fish }[shell](program).join('\n');
}

const namesOf = ({ options }: CommandShape): string[] => options.flatMap(({ names }) => names);

function bash({ name, commands }: ProgramShape): string[] {
  const answers: Record<Takes['kind'], (takes: Takes) => string> = {
    directory: () => `mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames`,
    file: () => `mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames`,
    text: () => `COMPREPLY=()`,
    words: (takes) => `mapfile -t COMPREPLY < <(compgen -W '${wordsOf(takes)}' -- "$current")`,
  };
  const answer = (takes: Takes) => answers[takes.kind](takes);
  const values = ({ options }: CommandShape) =>
    options.flatMap(({ names, takes }) =>
      takes === undefined ? [] : [`        ${names.join(' | ')}) ${answer(takes)}; return ;;`],
    );
  return [
    `# bash completion of ${name}. Load it with: source <(${name} completion bash)`,
    `_${name}() {`,
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}',
    '  COMPREPLY=()',
    '  if ((COMP_CWORD == 1)); then',
    `    mapfile -t COMPREPLY < <(compgen -W '${commands.map((command) => command.name).join(' ')} --help --version' -- "$current")`,
    '    return',
    '  fi',
    '  case ${COMP_WORDS[1]} in',
    ...commands.flatMap((command) => [
      `    ${command.name})`,
      '      case $previous in',
      ...values(command),
      '      esac',
      '      if [[ $current == -* ]]; then',
      `        mapfile -t COMPREPLY < <(compgen -W '${namesOf(command).join(' ')}' -- "$current")`,
      '      else',
      `        ${answer(command.argument ?? { kind: 'words', words: namesOf(command) })}`,
      '      fi',
      '      ;;',
    ]),
    '  esac',
    '}',
    `complete -F _${name} ${name}`,
  ];
}

const wordsOf = (takes: Takes): string => (takes.kind === 'words' ? takes.words.join(' ') : '');

function zsh({ name, commands }: ProgramShape): string[] {
  const action = (takes: Takes): string =>
    ({ directory: '_directories', file: '_files', text: ' ', words: `(${wordsOf(takes)})` })[takes.kind];
  const option = ({ names, description, takes }: OptionShape): string[] =>
    names.map((each) =>
      quoted(`${each}[${plain(description)}]${takes === undefined ? '' : `:value:${action(takes)}`}`),
    );
  return [
    `#compdef ${name}`,
    `# zsh completion of ${name}. Load it with: source <(${name} completion zsh)`,
    `_${name}() {`,
    '  if ((CURRENT == 2)); then',
    '    local -a commands',
    `    commands=(${commands.map((command) => quoted(`${command.name}:${plain(command.description)}`)).join(' ')})`,
    '    _describe command commands',
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words',
    '  ((CURRENT--))',
    '  case $command in',
    ...commands.flatMap(({ name: command, options, argument }) => [
      `    ${command}) _arguments ${[...options.flatMap(option), ...(argument ? [quoted(`1:argument:${action(argument)}`)] : [])].join(' ')} ;;`,
    ]),
    '  esac',
    '}',
    `if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi`,
  ];
}

/** Brackets and colons are marks in what zsh is told. */
const plain = (text: string): string => text.replace(/[[\]]/g, '').replaceAll(':', ',');

function fish({ name, commands }: ProgramShape): string[] {
  const values = (takes: Takes | undefined): string => {
    if (takes === undefined) return '';
    const kinds = {
      directory: " -x -a '(__fish_complete_directories)'",
      file: ' -r -F',
      text: ' -x',
      words: ` -x -a ${quoted(wordsOf(takes))}`,
    };
    return kinds[takes.kind];
  };
  const option = (command: string, { names, description, takes }: OptionShape): string => {
    const flags = names
      .map((each) => (each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each.slice(1)}`))
      .join('');
    return `complete -c ${name} -n '__fish_seen_subcommand_from ${command}'${flags}${values(takes)} -d ${quoted(description)}`;
  };
  const argument = (command: string, takes: Takes | undefined): string[] => {
    if (takes === undefined || takes.kind === 'text') return [];
    const what = takes.kind === 'words' ? ` -a ${quoted(wordsOf(takes))}` : ' -F';
    return [`complete -c ${name} -n '__fish_seen_subcommand_from ${command}'${what}`];
  };
  return [
    `# fish completion of ${name}. Load it with: ${name} completion fish | source`,
    `complete -c ${name} -f`,
    ...commands.flatMap((command) => [
      `complete -c ${name} -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.description)}`,
      ...command.options.map((each) => option(command.name, each)),
      ...argument(command.name, command.argument),
    ]),
  ];
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
