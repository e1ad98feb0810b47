/**
 * The one constant script that `/bin/sh` runs to source the `pre-docker-compose-up.include` of components, as upstream's compose
 * script does before it calls Compose: in the stack directory, with every variable of the reading, with `log` and `expect_exit`, and
 * with COMPOSE_CONF_LIST, which they change. Arguments: the files. Nothing of a stack is part of the text; variables come as the
 * environment, those that are not exported as `_BK_SET_NAME` for each name in `_BK_NAMES`.
 *
 * It says NUL-separated words on standard output: `file PATH`, `done`, then `list TEXT`, `exported`, NAME=VALUE …, and an empty word.
 * What the files print goes to standard error.
 */
export const INCLUDE_SCRIPT = String.raw`
_bk_env=$(command -v env)
exec 3>&1 1>&2
for _bk_name in $_BK_NAMES; do
  eval "$_bk_name=\$_BK_SET_$_bk_name"
  unset "_BK_SET_$_bk_name"
done
unset _BK_NAMES _bk_name

_bk_say() {
  for _bk_word in "$@"; do command printf '%s\000' "$_bk_word"; done >&3
}
_bk_source() {
  . "$1"
}
expect_exit() {
  exit "${'$'}{1:-$?}"
}

_bk_rank() {
  case $1 in DEBUG) _bk_rank=0 ;; INFO) _bk_rank=1 ;; WARN) _bk_rank=2 ;; ERROR) _bk_rank=3 ;; *) return 1 ;; esac
}
# Where messages of a level go: by default, and as a destination of that level says.
_bk_destination() {
  _bk_fd=${'$'}{BIRDHOUSE_LOG_FD:-2} _bk_log_file=${'$'}{BIRDHOUSE_LOG_FILE-} _bk_quiet=${'$'}{BIRDHOUSE_LOG_QUIET-}
  _bk_left=:${'$'}{BIRDHOUSE_LOG_DEST_OVERRIDE-}
  while :; do
    case $_bk_left in *":$1:"*) _bk_left=${'$'}{_bk_left#*":$1:"} ;; *) return ;; esac
    case $_bk_left in
      quiet:*) _bk_quiet=True ;;
      fd:*) _bk_fd=${'$'}{_bk_left#fd:} _bk_fd=${'$'}{_bk_fd%%:*} ;;
      file:*) _bk_log_file=${'$'}{_bk_left#file:} _bk_log_file=${'$'}{_bk_log_file%%:*} ;;
    esac
    _bk_left=:$_bk_left
  done
}
_bk_write() {
  _bk_destination "$1"
  [ -z "$_bk_log_file" ] || command printf '%s' "$2" >>"$_bk_log_file"
  [ "$_bk_quiet" = True ] || command printf '%s' "$2" >&"$_bk_fd"
}
# log LEVEL [-n] [-p] MESSAGE...
log() {
  _bk_level=$1 _bk_end=$_bk_newline _bk_prefix=1
  shift
  while [ "$1" = -n ] || [ "$1" = -p ]; do
    case $1 in -n) _bk_end= ;; -p) _bk_prefix= ;; esac
    shift
  done
  if [ $# -eq 0 ]; then
    _bk_write CRITICAL "${'$'}{LOG_CRITICAL}Invalid: log message is missing.$_bk_newline"
    exit 2
  fi
  _bk_rank "${'$'}{BIRDHOUSE_LOG_LEVEL:-INFO}" || {
    _bk_write CRITICAL "${'$'}{LOG_CRITICAL}Invalid log level setting: [BIRDHOUSE_LOG_LEVEL=$BIRDHOUSE_LOG_LEVEL].$_bk_newline"
    exit 2
  }
  _bk_least=$_bk_rank
  _bk_rank "$_bk_level" || {
    _bk_write CRITICAL "${'$'}{LOG_CRITICAL}Invalid log level: [$_bk_level]$_bk_newline"
    exit 2
  }
  [ "$_bk_rank" -ge "$_bk_least" ] || return 0
  [ -z "$_bk_prefix" ] || eval "_bk_prefix=\$LOG_$_bk_level"
  _bk_write "$_bk_level" "$_bk_prefix$*$_bk_end"
}
_bk_newline='
'

for _bk_file in "$@"; do
  adir=${'$'}{_bk_file%/*}
  _bk_say file "$_bk_file"
  _bk_source "$_bk_file" 3>&-
  set +efuvx
  IFS=' ''	''
'
  _bk_say 'done'
done
trap - EXIT
_bk_say list "$COMPOSE_CONF_LIST" exported
"$_bk_env" -0 >&3
_bk_say ''
`;
