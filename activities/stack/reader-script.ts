/**
 * The one constant script that `/bin/sh` runs to evaluate a stack's configuration. Paths come as arguments; nothing of a
 * stack is ever part of the text. POSIX only: dash, busybox ash and bash run it.
 *
 * It writes records of NUL-separated words to descriptor 3 (our pipe; what the files print goes nowhere):
 * `file PATH`, `done`, `component PATH`, `missing PATH`, `stop REASON TEXT`, then `exported NAME=VALUE… other
 * NAME=VALUE… end`. A reading without `end` was ended by the file named last.
 *
 * - Each file is sourced inside a function, so that `set --` in it leaves our arguments alone, and with descriptor 3
 *   closed, so that it cannot add records.
 * - Shell options and IFS are put back after each file; tracing would otherwise write secrets.
 * - BIRDHOUSE_LOCAL_ENV tells the files where env.local is, as upstream does; it is not exported.
 * - The exact exported environment is what a child sees (`env -0`). The other names are taken from the lines of `set`;
 *   a line inside a value that looks like an assignment is harmless, because only names that are set are printed.
 */
export const READER_SCRIPT = String.raw`
_bk_directory=$1 _bk_env_file=$2 _bk_shell=$3
_bk_env=$(command -v env)
exec 3>&1 1>/dev/null

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
  _bk_text=$("$_bk_shell" -n "$1" 2>&1) || _bk_stop syntax "$_bk_text"
  _bk_source "$1" 3>&-
  _bk_calm
  _bk_say done
}
_bk_components() {
  set -f
  set -- $EXTRA_CONF_DIRS
  [ $# -gt 0 ] || set -- $BIRDHOUSE_EXTRA_CONF_DIRS
  set +f
  _bk_seen=' '
  for _bk_name in "$@"; do
    case $_bk_seen in *" $_bk_name "*) continue ;; esac
    _bk_seen="$_bk_seen$_bk_name "
    case $_bk_name in
      /*) _bk_path=$_bk_name ;;
      *) _bk_path=$_bk_directory/$_bk_name ;;
    esac
    if [ -d "$_bk_path" ]; then
      _bk_say component "$_bk_path"
      _bk_read "$_bk_path/default.env"
    else
      _bk_say missing "$_bk_path"
    fi
  done
}
_bk_others() {
  set | while IFS= read -r _bk_line; do
    _bk_name=${'$'}{_bk_line%%=*}
    [ "$_bk_name" != "$_bk_line" ] || continue
    case $_bk_name in
      '' | _bk_* | [0123456789]*) continue ;;
      *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_]*) continue ;;
    esac
    eval "[ -n \"\${$_bk_name+x}\" ]" || continue
    eval "command printf '%s=%s\\000' $_bk_name \"\$$_bk_name\"" >&3
  done
}

_bk_calm
BIRDHOUSE_LOCAL_ENV=$_bk_env_file
_bk_read "$_bk_directory/default.env"
_bk_read "$_bk_env_file"
_bk_components
_bk_read "$_bk_env_file"
trap - EXIT
_bk_say exported
"$_bk_env" -0 >&3 || _bk_stop environment ''
_bk_say other
_bk_others
_bk_say end
`;
