#!/usr/bin/env bash
# Checks once for people and once for each kind of reader, and leaves the verdict to the caller.
#
# in   SOCKATLAS: the command; PATHS, ARGUMENTS: one a line; RUNNER_TEMP, GITHUB_OUTPUT as GitHub Actions sets them
# out  the report and the annotations on stdout; `status` and `sarif` in $GITHUB_OUTPUT
set -u

arguments=()
while IFS= read -r line; do
    [[ -n $line ]] && arguments+=("$line")
done <<<"$ARGUMENTS"
# Behind `--`, no path is taken for an argument.
arguments+=(--)
while IFS= read -r line; do
    [[ -n $line ]] && arguments+=("$line")
done <<<"$PATHS"

"$SOCKATLAS" check "${arguments[@]}"
status=$?
"$SOCKATLAS" check --format github "${arguments[@]}"

# A report that was cut off or is empty would make the upload fail, and hide what is said above.
sarif="$RUNNER_TEMP/sockatlas.sarif"
"$SOCKATLAS" check --format sarif "${arguments[@]}" >"$sarif" 2>/dev/null
[[ -s $sarif ]] || sarif=

{
    echo "status=$status"
    echo "sarif=$sarif"
} >>"$GITHUB_OUTPUT"
