# shellcheck shell=bash disable=SC2034,SC2164 # shared variables; dev has set -e
# The machine: its packages, the user, the tools from PyPI, and a bench to lean on.

first_command() { # NAME...: the path of the first one there is
	local name
	for name; do
		command -v "$name" && return
	done
	return 1
}

python() { # the first Python that is new enough
	local name
	for name in python3 python3.{14,13,12,11,10}; do
		"$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && command -v "$name" && return
	done
	die "Python 3.10 or later is missing (python3 here: $(python3 --version 2>&1 || true))"
}

# --- packages, judged by what works rather than by the package manager

missing_packages() { # python|stand|browser: Debian's names of what is not there
	python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
	[[ $1 != python ]] || return 0
	# Of MariaDB only the programs (-core): the full package would bring a service of its own.
	without mariadbd mariadb-server-core
	without mariadb mariadb-client
	without redis-server redis-server
	without redis-cli redis-tools
	without curl curl
	without git git
	without wkhtmltopdf wkhtmltopdf
	without pgrep procps
	[[ $1 != browser ]] || missing_for_browsing
	[[ -n ${BENCH_DIR:-} ]] || find_bench || missing_for_making_a_bench
}

without() { # COMMAND PACKAGE
	command -v "$1" >/dev/null || echo "$2"
}

missing_for_browsing() {
	first_command chromium-headless-shell chromium chromium-browser google-chrome >/dev/null || echo chromium
	[[ -e $DOT/tools/$AXE_FILE ]] || without npm npm
}

missing_for_making_a_bench() {
	local include
	include=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null || true)
	[[ -e $include/Python.h ]] || echo python3-dev
	without cc build-essential
	without pkg-config pkg-config
	without node nodejs
	without npm npm
}

require_packages() { # python|stand|browser: they are there afterwards, or it ends naming them
	local -a missing sudo=()
	mapfile -t missing < <(missing_packages "$1")
	((${#missing[@]})) || return 0
	((EUID == 0)) || sudo=(sudo)
	if command -v apt-get >/dev/null && may_install; then
		step "installing ${missing[*]}" apt_install "${missing[@]}"
	else
		die "Missing on this machine: ${missing[*]} (Debian's names). On Debian:
  ${sudo[*]} apt-get update && ${sudo[*]} apt-get install --no-install-recommends ${missing[*]}"
	fi
}

may_install() { # as root, or with a sudo that needs no password or can ask for it
	((EUID)) || return 0
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || { [[ -t 0 && -t 1 ]] && sudo -v -p 'sudo, to install packages; password: '; }
}

apt_install() {
	local -a as_root=(env DEBIAN_FRONTEND=noninteractive)
	((EUID == 0)) || as_root=(sudo -n "${as_root[@]}")
	"${as_root[@]}" apt-get update -q
	"${as_root[@]}" apt-get install -q -y --no-install-recommends "$@"
}

# --- root drops to a user, as bench demands

become_user() { # ARGUMENTS...: does not return
	local user
	local -a passed=()
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	cd "$ROOT"
	user=$(user_to_become)
	id "$user" &>/dev/null || useradd --create-home --shell /bin/bash "$user"
	[[ $1 == stop ]] || install_as_root "$@"
	own_dot "$user"
	check_readable_by "$user"
	keep_environment
	say "root: going on as user $user"
	exec runuser -u "$user" -- env -i "${passed[@]}" HOME="$(home_of "$user")" USER="$user" LOGNAME="$user" \
		PATH="$PATH" "$ROOT/dev" "$@"
}

user_to_become() {
	local owner=root
	[[ ! -d $DOT ]] || owner=$(stat -c %U "$DOT")
	[[ $owner != root ]] || owner=${DEV_USER:-frappe}
	[[ ${DEV_USER:-$owner} == "$owner" ]] || die ".dev belongs to $owner: use DEV_USER=$owner, or remove .dev"
	[[ $owner != root ]] || die "DEV_USER must not be root: bench refuses to run as root"
	echo "$owner"
}

install_as_root() { # COMMAND [SUITE]: what can be had; the user then says what is still missing
	local kind=stand
	case $1-${2:-} in
	lint-* | test-core) kind=python ;;
	test- | test-browser) kind=browser ;;
	esac
	LOG=$(mktemp)
	HOME=$(home_of "$user") require_packages_or_go_on "$kind"
	rm -f "$LOG"
	LOG=/dev/null
}

require_packages_or_go_on() {
	(require_packages "$1") || say "going on without"
}

home_of() {
	getent passwd "$1" | cut -d: -f6
}

own_dot() { # USER: only .dev must be writable, the checkout itself may stay root's
	[[ -d $DOT ]] || mkdir "$DOT"
	[[ $(stat -c %U "$DOT") == "$1" ]] || chown "$1:" "$DOT"
}

check_readable_by() { # USER
	local obstacle
	# shellcheck disable=SC2016
	obstacle=$(cd / && runuser -u "$1" -- bash -c '
		path=
		IFS=/ read -ra parts <<<"${1#/}"
		for part in "${parts[@]}"; do path+=/$part; [[ -x $path ]] || { echo "$path"; exit; }; done
		find "$1" \( -name .git -o -name .dev -o -name .hypothesis -o -name "*_cache" \) -prune -o ! -readable -print -quit 2>/dev/null' _ "$ROOT")
	[[ -z $obstacle ]] || die "User $1 cannot read this checkout (the first obstacle is $obstacle).
Give access (chmod a+rX on it), move the checkout to where $1 can read it, such as /srv or the home of $1,
or name another user: DEV_USER=name ./dev …"
}

keep_environment() { # what a user needs to get at the network, and what is ours; into the array passed
	local name
	while read -r name; do
		case $name in
		*CERT* | SSL_* | *CA_BUNDLE* | GIT_SSL_* | PIP_* | UV_* | NODE_* | NPM_CONFIG_* | npm_config_*) ;;
		*_proxy | *_PROXY | BENCH_DIR | FRAPPE_PATH | DEV_USER | TERM | TZ | LC_ALL) ;;
		*) continue ;;
		esac
		passed+=("$name=${!name}")
	done < <(compgen -e)
}

open_dot() {
	[[ -d $DOT ]] || mkdir "$DOT" 2>/dev/null || true
	{ mkdir -p "$DOT/logs" && [[ -w $DOT ]]; } 2>/dev/null || die "User $(id -un) cannot write $DOT.
Have it made for you (as root: install -d -o $(id -un) '$DOT'), or use a checkout of your own."
	LOG=$DOT/logs/dev.log
	export PYTHONPYCACHEPREFIX=$DOT/pycache HYPOTHESIS_STORAGE_DIRECTORY=$DOT/hypothesis UV_PYTHON_DOWNLOADS=never
}

# --- venvs and tools

make_venv() { # NAME REQUIREMENT...: once, whoever else wants it at the same time
	local dir=$DOT/$1 wanted lock
	wanted="$dir $(python) ${*:2}"
	exec {lock}>"$DOT/$1.lock"
	flock "$lock"
	if [[ $(cat "$dir/.made-of" 2>/dev/null) != "$wanted" ]]; then
		step "making .dev/$1 (${*:2})" fill_venv "$dir" "${@:2}"
		echo "$wanted" >"$dir/.made-of"
	fi
	exec {lock}>&-
}

fill_venv() { # DIR REQUIREMENT...: by uv once it is there, which keeps what it fetched for the next one
	rm -rf "$1"
	if [[ -n ${UV:-} ]]; then
		"$UV" venv --quiet --python "$(python)" "$1"
		"$UV" pip install --quiet --python "$1/bin/python" "${@:2}"
	else
		"$(python)" -m venv "$1"
		"$1/bin/python" -m pip install --quiet --disable-pip-version-check "${@:2}"
	fi
}

make_tools() {
	make_venv tools 'frappe-bench>=5.25' uv
	UV=$DOT/tools/bin/uv
}

# --- a bench to lean on

is_bench() {
	[[ -r $1/apps/frappe/frappe/__init__.py && -x $1/env/bin/python && -d $1/sites ]]
}

find_bench() { # sets BENCH
	local dir
	if [[ -n ${BENCH_DIR:-} ]]; then
		is_bench "$BENCH_DIR" || die "BENCH_DIR=$BENCH_DIR is no bench that $(id -un) can read (apps/frappe, env, sites)"
		BENCH=$(cd "$BENCH_DIR" && pwd -P)
		return
	fi
	for dir in "$ROOT/../.." "$(home_of frappe)/frappe-bench" "$HOME/frappe-bench"; do
		is_bench "$dir" && BENCH=$(cd "$dir" && pwd -P) && return
	done
	return 1
}

require_bench() { # sets BENCH: found, or made
	make_tools
	find_bench || make_bench
	grep -q '^__version__ = "15\.' "$BENCH/apps/frappe/frappe/__init__.py" || die "$BENCH holds no Frappe 15"
	[[ -e $BENCH/sites/assets/assets.json ]] || die "The assets of $BENCH are not built: run 'bench build' in it"
}

make_bench() {
	local from=${FRAPPE_PATH:-https://github.com/frappe/frappe} dir=$HOME/frappe-bench
	[[ ! -d $from ]] || from=file://$(cd "$from" && pwd -P)
	clear_half_made_bench
	[[ ! -e $dir ]] || no_bench "$dir exists but is not a whole bench; it is left alone."
	let_git_read "$from"
	GIT_TERMINAL_PROMPT=0 timeout 60 git ls-remote --exit-code --heads "$from" version-15 &>>"$LOG" ||
		no_bench "No branch version-15 can be fetched from $from (git's words are in $LOG)."
	check_node
	step "making a bench in $dir (bench init, some minutes)" bench_init "$from" "$dir"
	BENCH=$dir
}

no_bench() { # REASON
	die "No Frappe 15 bench was found, and none can be made. $1
Supply one of:
  BENCH_DIR=/path/to/frappe-bench ./dev …    a Frappe 15 bench that $(id -un) can read
  FRAPPE_PATH=/path/to/frappe ./dev …        a git clone of Frappe with its branch version-15"
}

check_node() {
	local major
	major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
	((major >= 18)) || no_bench "Node 18 or later is needed to make one; here it is $(node --version)."
	PATH=$DOT/tools/bin:$DOT/tools/node_modules/.bin:$PATH
	[[ $(yarn --version 2>/dev/null) == 1.* ]] || step "getting yarn 1.22" npm install --prefix "$DOT/tools" yarn@1.22
}

AXE_FILE=node_modules/axe-core/axe.min.js

get_axe() { # what finds faults of accessibility in a page
	[[ -e $DOT/tools/$AXE_FILE ]] || step "getting axe-core" npm install --prefix "$DOT/tools" 'axe-core@~4.14'
	export AXE=$DOT/tools/$AXE_FILE
}

let_git_read() { # SOURCE: git refuses a local clone of another user unless told
	[[ $1 == file://* ]] || return 0
	git config --file "$DOT/gitconfig" --replace-all safe.directory '*'
	git config --file "$DOT/gitconfig" include.path "$HOME/.gitconfig"
	export GIT_CONFIG_GLOBAL=$DOT/gitconfig
}

bench_init() { # FROM DIR
	cd "$HOME"
	trap clear_half_made_bench EXIT
	echo "$2" >"$DOT/half-made-bench"
	"$DOT/tools/bin/bench" init --frappe-branch version-15 \
		--frappe-path "$1" --skip-redis-config-generation --no-backups --python "$(python)" "$2"
	is_bench "$2"
	rm "$DOT/half-made-bench"
}

clear_half_made_bench() { # also what an earlier call left when it was killed
	[[ -e $DOT/half-made-bench ]] || return 0
	rm -rf "$(cat "$DOT/half-made-bench")" "$DOT/half-made-bench"
}
