/**
 * The one constant script that `/bin/sh` runs to evaluate a stack's configuration. It knows no order: it does what it is told, a
 * line each on standard input (`conversation.ts` writes them), and says what came of it in NUL-separated words on standard
 * output. Nothing of a stack is ever part of the text, and no value is on a command line or on disk. POSIX only: dash, busybox
 * ash and bash run it.
 *
 * - Each file is sourced inside a function, so that `set --` in it leaves our arguments alone, with our descriptors closed, so
 *   that it can neither add words nor take lines. What it prints goes nowhere.
 * - Shell options, IFS, traps and the directory are put back after each file; tracing would otherwise write secrets. Functions
 *   and aliases of a file stay, without those that would stand in the place of what the script calls.
 * - Texts to be evaluated are arguments of a function inside double quotes, as they are of `echo` upstream: a quote in a value
 *   ends the quote, and `command eval` survives a text that is no shell.
 * - `words` expands a list as `for` upstream does, file name patterns included: relative ones begin at the stack directory.
 * - The exact exported environment is what a child sees (`env -0`). Names of the others are taken from the text of `set` by
 *   the other side, which asks for their values by `values`.
 */
export const READER_SCRIPT = String.raw`
_bk_shell=$1
_bk_env=$(command -v env)
_bk_readlink=$(command -v readlink)
_bk_home=$PWD
_bk_nl='
'
exec 3>&1 1>/dev/null 4<&0 </dev/null

_bk_say() {
  for _bk_word in "$@"; do command printf '%s\000' "$_bk_word"; done >&3
}
_bk_stop() {
  _bk_say stop "$1" "$2"
  trap - EXIT
  exit 0
}
_bk_calm() {
  set +efuvx
  IFS=' ''	''
'
  trap - EXIT
  unset -f command
  command unalias '[' command export 2>/dev/null
  command cd "$_bk_home"
}
_bk_source() {
  . "$1"
}
_bk_read() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  _bk_say file "$1"
  [ -e "$1" ] || _bk_stop dangling ''
  [ ! -d "$1" ] || _bk_stop directory ''
  [ -f "$1" ] || _bk_stop special ''
  [ -r "$1" ] || _bk_stop unreadable ''
  [ -n "$2" ] || _bk_text=$("$_bk_shell" -n "$1" 2>&1) || _bk_stop syntax "$_bk_text"
  _bk_source "$1" 3>&- 4<&-
  _bk_calm
  _bk_say done
}
_bk_asked() {
  _bk_say file "$1"
  unset COMPONENT_DEPENDENCIES
  ( _bk_source "$1" 3>&- 4<&- && _bk_calm && _bk_say_words COMPONENT_DEPENDENCIES )
  _bk_say '' done
}
_bk_values() {
  for _bk_name in $1; do
    eval "[ -z \"\${$_bk_name+x}\" ] || command printf '%s=%s\\000' $_bk_name \"\$$_bk_name\""
  done >&3
  _bk_say ''
}
_bk_say_words() {
  eval "_bk_list=\$$1"
  for _bk_word in $_bk_list; do command printf '=%s\000' "$_bk_word"; done >&3
}
_bk_words() {
  _bk_say_words "$1"
  _bk_say ''
}
_bk_join() {
  _bk_called=1
  _bk_value=$*
}
_bk_get() {
  case $2 in
    text) eval "_bk_value=\$$1" ;;
    *) set -f; eval "_bk_join \$$1"; set +f ;;
  esac
  _bk_trim
}
_bk_trim() {
  while :; do
    case $_bk_value in *"$_bk_nl") _bk_value=${'$'}{_bk_value%"$_bk_nl"} ;; *) return ;; esac
  done
}
_bk_copy() {
  _bk_get "$2" "$3"
  eval "export $1=\"\$_bk_value\""
}
_bk_delayed() {
  _bk_say delayed "$1"
  _bk_get "$1" "$2"
  _bk_former=$_bk_value _bk_called=
  case $2 in
    words) set -f; command eval "_bk_join $_bk_value" ;;
    *) command eval "_bk_join \"$_bk_value\"" ;;
  esac 3>&- 4<&-
  _bk_calm
  if [ -n "$_bk_called" ]; then _bk_trim
  else
    _bk_say failed "$1"
    _bk_value=
    [ -z "$3" ] || _bk_value=$_bk_former
  fi
  eval "export $1=\"\$_bk_value\""
  _bk_say done
}

_bk_calm
[ -z "${'$'}{_BK_VARS+x}" ] || VARS=$_BK_VARS
[ -z "${'$'}{_BK_OPTIONAL_VARS+x}" ] || OPTIONAL_VARS=$_BK_OPTIONAL_VARS
unset _BK_VARS _BK_OPTIONAL_VARS
while IFS= command read -r _bk_line <&4; do
  _bk_rest=${'$'}{_bk_line#* }
  _bk_more=${'$'}{_bk_rest#* }
  case ${'$'}{_bk_line%% *} in
    source) _bk_read "$_bk_rest" '' ;;
    again) _bk_read "$_bk_rest" again ;;
    dependencies) _bk_asked "$_bk_rest" ;;
    values) _bk_values "$_bk_rest" ;;
    words) _bk_words "$_bk_rest" ;;
    set) eval "${'$'}{_bk_rest%% *}=\$_bk_more" ;;
    export) eval "export ${'$'}{_bk_rest%% *}=\$_bk_more" ;;
    unset) unset "$_bk_rest" ;;
    line) eval "${'$'}{_bk_rest%% *}=\$${'$'}{_bk_rest%% *}\$_bk_nl\$_bk_more" ;;
    suffix) eval "${'$'}{_bk_rest%% *}=\$${'$'}{_bk_rest%% *}\$_bk_more" ;;
    copy) _bk_copy ${'$'}_bk_rest ;;
    delayed) _bk_delayed ${'$'}_bk_rest ;;
    real) _bk_say "$("$_bk_readlink" -f "$_bk_rest" || command printf '%s' "$_bk_rest")" ;;
    snapshot) _bk_process=$(export -p) ;;
    process) eval "$_bk_process" ;;
    dump)
      _bk_say exported
      command "$_bk_env" -0 >&3 || _bk_stop environment ''
      _bk_say set
      set >&3
      _bk_say ''
      ;;
  esac
done
`;
