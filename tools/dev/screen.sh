# shellcheck shell=bash disable=SC2034,SC2164 # shared variables; dev has set -e
# What ./dev says: one line a step on the screen, the details in $LOG.
LOG=/dev/null

say() {
	printf '· %s\n' "$*"
}

die() {
	printf '\n%s\n' "$*" >&2
	exit 1
}

step() { # TEXT COMMAND...
	local text=$1 began=${EPOCHREALTIME/[.,]/} rc=0 tenths
	shift
	printf '· %s … ' "$text"
	printf '\n== %(%F %T)T %s\n' -1 "$text" >>"$LOG"
	set +e
	(
		set -e
		"$@"
	) >>"$LOG" 2>&1 </dev/null
	rc=$?
	set -e
	tenths=$(((${EPOCHREALTIME/[.,]/} - began) / 100000))
	((rc == 0)) || step_failed "$rc"
	printf 'ok (%d.%d s)\n' $((tenths / 10)) $((tenths % 10))
}

step_failed() { # EXIT CODE
	printf 'FAILED (exit code %s)\n' "$1"
	# of this step only, and of a progress bar only its last state
	sed 's/.*\r//' "$LOG" | tac | sed '/^== /q' | tac | tail -n 30 | sed 's/^/    /'
	die "That was the end of $LOG"
}
