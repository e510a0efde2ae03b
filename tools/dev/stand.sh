# shellcheck shell=bash disable=SC2034,SC2164 # shared variables; dev has set -e
# A stand: .dev/demo, .dev/test, .dev/test2 or .dev/browser, with services, an overlay bench and a site of its own.
#
# The overlay bench has its own sites, logs and env, and the code of the bench it leans on: its env puts
# apps/frappe of the overlay and this checkout first, then all that the other bench has installed.

use_stand_unlocked() { # NAME
	STAND=$DOT/$1
	OVERLAY=$STAND/bench
	RUN=$STAND/run
	LOG=$STAND/logs/dev.log
	case $1 in
	demo) SITE=maintenance.localhost FIRST_PORT=8000 ;;
	test) SITE=test.localhost FIRST_PORT=8100 ;;
	test2) SITE=test.localhost FIRST_PORT=8150 ;;
	browser) SITE=test.localhost FIRST_PORT=8200 ;;
	esac
	mkdir -p "$STAND/logs" "$RUN" "$STAND/done"
}

use_stand() { # NAME: and nobody else uses it meanwhile
	use_stand_unlocked "$1"
	exec 9>"$STAND/lock"
	flock -n 9 || { say "another ./dev is at work on the stand $1: waiting for it" && flock 9; }
}

once() { # NAME TEXT COMMAND...: a step that is never done again on this stand
	[[ ! -e $STAND/done/$1 ]] || return 0
	step "${@:2}"
	touch "$STAND/done/$1"
}

raise_site() { # MariaDB, Redis, the overlay bench, and the site as the checkout wants it
	[[ $ROOT != *[[:space:]]* ]] || die "Frappe cannot make a site in a path with spaces: move this checkout out of $ROOT"
	require_bench
	settle_port mariadb $((13306 + (FIRST_PORT - 8000) / 10)) # stands that are raised at once must not choose the same
	settle_port redis $((13379 + (FIRST_PORT - 8000) / 10))
	settle_port web "$FIRST_PORT"
	renew_overlay
	renew_config
	alive mariadb || step "starting MariaDB on port $(port_of mariadb)" start_mariadb
	alive redis || step "starting Redis on port $(port_of redis)" start_redis
	once new-site "making the site $SITE" new_site
	once setup "completing the setup wizard" complete_setup_wizard
	once install-app "installing the app" install_app
	renew_site
}

# --- the overlay bench

renew_overlay() {
	local wanted
	wanted=$(overlay_fingerprint)
	[[ $(cat "$OVERLAY/made-of" 2>/dev/null) != "$wanted" ]] || return 0
	end_site_processes
	step "laying a bench of our own over $BENCH" build_overlay
	echo "$wanted" >"$OVERLAY/made-of"
}

overlay_fingerprint() {
	echo "$OVERLAY over $BENCH"
	printf '%s\n' "$BENCH"/env/lib/python*/site-packages/* | sha256sum
	cat "$ROOT/pyproject.toml" "$ROOT"/tools/dev/stand.sh "$BENCH/sites/assets/assets.json" \
		"$BENCH/apps/frappe/frappe/__init__.py" | sha256sum
}

build_overlay() {
	rm -rf "$OVERLAY/apps" "$OVERLAY/env" "$OVERLAY/sites/assets" "$OVERLAY/made-of"
	mkdir -p "$OVERLAY"/{apps,sites/assets,logs,config/pids}
	ln -s "$BENCH/apps/frappe" "$OVERLAY/apps/frappe"
	ln -s "$ROOT" "$OVERLAY/apps/$APP"
	printf '%s\n' frappe "$APP" >"$OVERLAY/sites/apps.txt"
	echo '{}' >"$OVERLAY/sites/apps.json"
	printf 'web: bench serve\nschedule: bench schedule\nworker: bench worker\n' >"$OVERLAY/Procfile"
	overlay_assets
	overlay_env
}

overlay_assets() { # links stay links, the rest is copied: Frappe writes into it
	local each
	for each in "$BENCH"/sites/assets/*; do
		if [[ -L $each ]]; then
			ln -s "$(realpath "$each")" "$OVERLAY/sites/assets/${each##*/}"
		else
			cp -R "$each" "$OVERLAY/sites/assets/"
		fi
	done
	ln -sfn "$ROOT/$APP/public" "$OVERLAY/sites/assets/$APP"
}

overlay_env() { # setuptools: Frappe imports pkg_resources, which 81 no longer has
	local python=$OVERLAY/env/bin/python
	local -a wanted=('setuptools<81' --editable "$ROOT")
	[[ $STAND == */demo ]] || wanted+=('pytest>=8,<9' 'hypothesis~=6.77.0' 'responses==0.23.1' 'freezegun~=1.2.2')
	"$UV" venv --quiet --python "$BENCH/env/bin/python" "$OVERLAY/env"
	"$UV" pip freeze --python "$BENCH/env/bin/python" | grep -E '^[^ @]+==' | grep -v '^setuptools==' \
		>"$STAND/constraints.txt"
	"$UV" pip install --python "$python" --constraint "$STAND/constraints.txt" "${wanted[@]}"
	# shellcheck disable=SC2086
	link_envs "$python" "$(echo "$BENCH"/env/lib/python*/site-packages)"
	[[ $(cd "$OVERLAY/sites" && "$python" -c 'import frappe.utils; print(frappe.utils.get_bench_path())') == "$OVERLAY" ]]
}

link_envs() { # PYTHON SITE-PACKAGES: whatever starts from the env, by whom it may be, belongs to the overlay
	"$1" - "$OVERLAY" "$ROOT" "$DOT/pycache" "$2" <<'PY'
import sys, sysconfig

overlay, checkout, pycache, packages = sys.argv[1:]
with open(sysconfig.get_path("purelib") + "/000-stand.pth", "w") as pth:
    print(f"import os; os.environ['FRAPPE_BENCH_ROOT'] = {overlay!a}", file=pth)
    print(f"import sys; sys.pycache_prefix = {pycache!a}", file=pth)
    print(f"import sys; sys.path += [{overlay + '/apps/frappe'!a}, {checkout!a}]", file=pth)
    print(f"import site; site.addsitedir({packages!a})", file=pth)
PY
}

renew_config() { # common_site_config.json; who runs already is ended when the ports have changed
	local file=$OVERLAY/sites/common_site_config.json
	stand_config >"$file.new"
	cmp -s "$file.new" "$file" || end_site_processes
	mv "$file.new" "$file"
}

stand_config() {
	"$(python)" - "$SITE" "$(port_of mariadb)" "$(port_of redis)" "$(port_of web)" "$(id -un)" "${STAND##*/}" <<'PY'
import json, sys

site, mariadb, redis, web, user, stand = sys.argv[1:]
config = dict.fromkeys(["redis_cache", "redis_queue", "redis_socketio"], f"redis://127.0.0.1:{redis}")
config |= {
    "db_host": "127.0.0.1", "db_port": int(mariadb), "webserver_port": int(web), "frappe_user": user,
    "default_site": site, "serve_default_site": True, "host_name": f"http://127.0.0.1:{web}",
    "monitor": int(stand == "demo"), "allow_tests": stand != "demo",
}
print(json.dumps(config, indent=1, sort_keys=True))
PY
}

# --- the site

frappe() { # ARGUMENTS...: what "bench --site SITE ARGUMENTS" does
	(cd "$OVERLAY/sites" && ../env/bin/python -m frappe.utils.bench_helper frappe --site "$SITE" "$@")
}

# shellcheck disable=SC2120
site_python() { # ARGUMENTS...: standard input as Python, connected to the site
	(cd "$OVERLAY/sites" && ../env/bin/python -c 'import sys, frappe
site, code = sys.argv[1], sys.stdin.read()
frappe.init(site=site)
frappe.connect()
exec(code)
frappe.db.commit()
frappe.destroy()' "$SITE" "$@")
}

new_site() { # also over what an interrupted call left
	rm -rf "${OVERLAY:?}/sites/$SITE"
	frappe new-site "$SITE" --force --no-mariadb-socket --admin-password "$DEMO_PASSWORD" \
		--db-root-username root --db-root-password "$(cat "$STAND/database-password")"
}

complete_setup_wizard() {
	# shellcheck disable=SC2119
	site_python <<'PY'
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

frappe.set_user("Administrator")
setup_complete({"language": "English", "country": "Netherlands", "timezone": "Europe/Amsterdam",
                "currency": "EUR", "enable_telemetry": 0})
assert frappe.db.get_single_value("System Settings", "time_zone") == "Europe/Amsterdam"
PY
}

install_app() {
	frappe install-app --force "$APP"
	schema_fingerprint >"$STAND/schema"
	code_fingerprint >"$STAND/code"
}

renew_site() { # what a change of the checkout asks for, and no more
	if [[ $(schema_fingerprint) != $(cat "$STAND/schema") ]]; then
		end_site_processes
		step "migrating $SITE" frappe migrate
		schema_fingerprint >"$STAND/schema"
		code_fingerprint >"$STAND/code"
	elif [[ $(code_fingerprint) != $(cat "$STAND/code") ]]; then
		end_site_processes
		step "clearing the cache of $SITE: the code has changed" renew_code
		code_fingerprint >"$STAND/code"
	fi
}

renew_code() { # `bench build` compiles the translations, and no stand needs the rest of it
	frappe compile-po-to-mo --app "$APP"
	frappe clear-cache
}

schema_fingerprint() { # all that migrate reads; Python only where it is run by migrate
	{
		cat "$BENCH/apps/frappe/frappe/__init__.py" "$ROOT/$APP/patches.txt"
		hash_files \( -name '*.json' -o -name '*.y*ml' -o -name '*.txt' -o -name '*.csv' -o -name hooks.py \
			-o -name 'install*.py' -o -path '*/patches/*.py' -o -path '*/install/*.py' \)
	} | sha256sum
}

code_fingerprint() {
	hash_files -not -path '*/public/*' | sha256sum
}

hash_files() { # FIND'S CONDITIONS...
	(cd "$ROOT" && find "$APP" -name __pycache__ -prune -o -type f "$@" -print0 | sort -z | xargs -0 sha256sum)
}

# --- its processes

end_site_processes() {
	local name
	for name in schedule worker web; do
		end "$name" || true
	done
}

raise_web_and_worker() {
	if ! alive web || ! web_answers >/dev/null; then
		end web || true
		step "starting the web server on port $(port_of web)" start_web
	fi
	alive worker || step "starting a worker" start_worker
}
