/**
 * What the script of a run stands on, in bash. A run that was cut off is told again from its beginning, and each step looks
 * first whether it is done: a container is found by its label, what cannot be found again is not begun twice.
 *
 * In the folder of the run: `status` exit status of the whole run; `lost` the engine went away; `leave` the worker leaves; `cut-off` a step outside a
 * container of its own was begun and nobody saw its end; for each step `.asked` docker was asked for a container, `.id` that
 * container, `.mark` how many bytes of its output are written, and the size of the file then; `.begun` and `.status`.
 */
export const FUNCTIONS = String.raw`
trap 'kill -KILL $$' TERM INT HUP
exec </dev/null >>"$BIRDKEEPER_JOB_OUTPUT" 2>&1
cd "$BIRDKEEPER_JOB_FOLDER"
# A former shell of this run, which outlived its worker, has come to the end.
[ ! -f status ] || exit "$(cat status)"
cd /

birdkeeper_end() { echo "$1" > "$BIRDKEEPER_JOB_FOLDER/status.new" && mv "$BIRDKEEPER_JOB_FOLDER/status.new" "$BIRDKEEPER_JOB_FOLDER/status"; }
trap 'birdkeeper_end "$?"' EXIT
birdkeeper_lost() { trap - EXIT; : > "$BIRDKEEPER_JOB_FOLDER/lost"; exit 75; }
# The worker leaves: the next one goes on from here.
birdkeeper_stays() { [ ! -f "$BIRDKEEPER_JOB_FOLDER/leave" ] || { trap - EXIT; exit 75; }; }
birdkeeper_engine() { docker version --format . >/dev/null 2>&1 || birdkeeper_lost; }

# What comes after that many bytes, as it comes: tail would keep some of it back.
birdkeeper_after() { head -c "$1" >/dev/null; cat; }

# NOTES BYTES: so many of the container's output are written, up to the present end of the file.
birdkeeper_mark() { echo "$2 $(wc -c < "$BIRDKEEPER_JOB_OUTPUT")" > "$1.mark"; }

# NOTES ID [--follow]: the container's output from the mark on. A file .whole: it did not break off.
birdkeeper_output() {
  local notes=$1 id=$2 bytes
  shift 2
  read -r bytes _ < "$notes.mark"
  rm -f "$notes.whole"
  { if docker logs "$@" "$id" 2>&1; then : > "$notes.whole"; fi; } | birdkeeper_after "$bytes"
}

# NOTES ID: moves the mark to the end of the file. Where it broke off, docker's own words stand there too: what is the
# container's is found by comparing.
birdkeeper_catch_up() {
  local notes=$1 id=$2 bytes at
  read -r bytes at < "$notes.mark"
  if [ -f "$notes.whole" ]; then
    bytes=$((bytes + $(wc -c < "$BIRDKEEPER_JOB_OUTPUT") - at))
  else
    bytes=$((bytes + $(birdkeeper_output "$notes" "$id" | birdkeeper_same "$at")))
    [ -f "$notes.whole" ] || birdkeeper_lost
  fi
  birdkeeper_mark "$notes" "$bytes"
}

# AT: how many bytes of what comes stand in the file from there on.
birdkeeper_same() {
  local said place
  said=$(LC_ALL=C cmp --ignore-initial="0:$1" - "$BIRDKEEPER_JOB_OUTPUT" 2>&1 || :)
  # Who writes would fail by the closed pipe.
  cat >/dev/null
  place=$(echo "$said" | sed -n 's/.* \(byte\|char\) \([0-9]*\), .*/\2/p')
  case $said in
    '') echo $(($(wc -c < "$BIRDKEEPER_JOB_OUTPUT") - $1)) ;;
    *differ:*) echo $((place - 1)) ;;
    *) echo $((place + 0)) ;;
  esac
}

# STEP ARGUMENTS OF docker run …
birdkeeper_run() {
  local step=$1 notes="$BIRDKEEPER_JOB_FOLDER/$1" id= state status=0
  shift
  birdkeeper_stays
  if [ -f "$notes.asked" ]; then
    id=$(docker ps --all --quiet --no-trunc --filter "label=birdkeeper.job.run=$BIRDKEEPER_JOB_RUN" --filter "label=birdkeeper.job.step=$step" 2>/dev/null) || birdkeeper_lost
  fi
  if [ -n "$id" ]; then
    state=$(docker inspect --format '{{.State.Status}}' "$id" 2>/dev/null) || birdkeeper_lost
    [ "$state" != created ] || docker start "$id" >/dev/null || status=$?
  elif [ -f "$notes.id" ]; then
    echo "birdkeeper: somebody removed the container of step $step; it is not begun a second time"
    return 1
  else
    : > "$notes.asked"
    id=$(docker run --detach --label "birdkeeper.job=$BIRDKEEPER_JOB" --label "birdkeeper.job.run=$BIRDKEEPER_JOB_RUN" --label "birdkeeper.job.step=$step" "$@") || status=$?
  fi
  if [ "$status" -ne 0 ]; then
    birdkeeper_engine
    return "$status"
  fi
  echo "$id" > "$notes.id"
  # What goes elsewhere is written once, whole, at the end: after a crash nobody knows how far it came.
  local follows=
  if [ /dev/stdout -ef "$BIRDKEEPER_JOB_OUTPUT" ] && [ /dev/stderr -ef "$BIRDKEEPER_JOB_OUTPUT" ]; then follows=yes; fi
  if [ -n "$follows" ]; then
    # What docker said when it made the container (of a pull, say) is none of the container's.
    if [ -f "$notes.mark" ]; then birdkeeper_catch_up "$notes" "$id"; else birdkeeper_mark "$notes" 0; fi
    birdkeeper_output "$notes" "$id" --follow
  fi
  birdkeeper_stays
  status=$(docker wait "$id" 2>/dev/null) || { birdkeeper_engine; echo "birdkeeper: the container of step $step was removed while it ran"; return 1; }
  if [ -n "$follows" ]; then
    # Who follows can miss what comes last (a last line without its end, Docker 20.10).
    birdkeeper_catch_up "$notes" "$id"
    birdkeeper_output "$notes" "$id"
    [ -f "$notes.whole" ] || birdkeeper_engine
  else
    docker logs "$id" || :
  fi
  return "$status"
}

# STEP COMMAND …
birdkeeper_once() {
  local step=$1 notes="$BIRDKEEPER_JOB_FOLDER/$1" status=0
  shift
  [ ! -f "$notes.status" ] || return "$(cat "$notes.status")"
  if [ -f "$notes.begun" ]; then
    echo "birdkeeper: step $step was cut off, and whether it was done cannot be seen; it is not begun a second time"
    : > "$BIRDKEEPER_JOB_FOLDER/cut-off"
    exit 1
  fi
  birdkeeper_stays
  : > "$notes.begun"
  "$@" || status=$?
  echo "$status" > "$notes.status"
  return "$status"
}

# STEP ARGUMENTS OF docker exec …
birdkeeper_exec() {
  local step=$1
  shift
  birdkeeper_engine
  birdkeeper_once "$step" docker exec "$@"
}

# PROJECT SERVICE: the names of its running containers, of Compose v2 and v1.
birdkeeper_service() {
  local found
  birdkeeper_engine
  found=$({
    docker ps --filter "label=com.docker.compose.project=$1" --filter "label=com.docker.compose.service=$2" --format '{{.Names}}'
    docker ps --format '{{.Names}}' | grep -E "^$1[_-]$2[_-][0-9]+$"
  } | sort -u)
  [ -n "$found" ] || { echo "birdkeeper: no container of service $2 of project $1 runs" >&2; return 1; }
  echo "$found"
}
`;
