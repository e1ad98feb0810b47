#!/bin/sh
# Waits for the Temporal server, then makes the namespace and its search attributes where they are missing, and waits until
# they can be used. Any number of times; what an operator has set on a namespace that exists is left as it is. `birdkeeper
# up` does the same: a test holds both lists together.
#
# Environment: TEMPORAL_ADDRESS.
set -eu

NAMESPACE=birdkeeper
RETENTION=30d
ATTRIBUTES="Stack Host Outcome Commit Trigger"
SECONDS_TO_WAIT=180

fail() {
  echo "namespace: $*" >&2
  exit 1
}

# Every question has a limit of its own: a server that hangs must not hang this.
ask() {
  temporal --command-timeout 10s "$@" 2>&1
}

# $1 for people, then the question. Asks once a second until the answer is yes.
wait_until() {
  what=$1
  shift
  until said=$("$@"); do
    [ "$(date +%s)" -lt "$deadline" ] || fail "not within $SECONDS_TO_WAIT s: $what. The last answer: $said"
    sleep 1
  done
}

make_namespace() {
  ask operator namespace describe -n "$NAMESPACE" ||
    ask operator namespace create -n "$NAMESPACE" --retention "$RETENTION" \
      --description "birdkeeper: deployments of docker compose stacks"
}

make_attributes() {
  # Unquoted on purpose: one argument each.
  # shellcheck disable=SC2046
  ask operator search-attribute create -n "$NAMESPACE" $(for name in $ATTRIBUTES; do
    echo "--name $name --type Keyword"
  done)
}

# The list shows an attribute before queries and workflows may use it.
can_be_used() {
  query=
  for name in $ATTRIBUTES; do
    query="$query${query:+ AND }\`$name\` = 'none'"
  done
  ask workflow count -n "$NAMESPACE" --query "$query"
}

deadline=$(($(date +%s) + SECONDS_TO_WAIT))
wait_until "the namespace $NAMESPACE exists" make_namespace
wait_until "it has the search attributes $ATTRIBUTES, of type Keyword" make_attributes
wait_until "they can be used" can_be_used
echo "namespace: $NAMESPACE is there, with search attributes $ATTRIBUTES"
