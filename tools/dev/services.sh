# shellcheck shell=bash disable=SC2034,SC2164 # shared variables; dev has set -e
# Background processes of one stand: each a session of its own, known by its pid and its start time.

start_of() { # PID: its start time, empty when it is gone or a zombie
	local stat
	local -a field
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
	read -ra field <<<"${stat##*) }"
	[[ ${field[0]} == Z ]] || echo "${field[19]}"
}

recorded() { # NAME: sets pid and stamp
	pid='' stamp=''
	[[ -s $RUN/$1.pid ]] && read -r pid stamp <"$RUN/$1.pid"
}

alive() { # NAME
	local pid stamp
	recorded "$1" && [[ -n $stamp && $(start_of "$pid") == "$stamp" ]]
}

launch() { # NAME COMMAND...: in sites/, detached from the screen, into logs/NAME.log
	local name=$1 pid
	shift
	(cd "$OVERLAY/sites" && exec setsid "$@") >>"$STAND/logs/$name.log" 2>&1 </dev/null 9>&- &
	pid=$!
	echo "$pid $(start_of "$pid")" >"$RUN/$name.pid"
}

session_of() { # PID STAMP: its living processes; none when the number has gone to somebody else
	local each now
	now=$(start_of "$1")
	[[ -z $now || $now == "$2" ]] || return 0
	for each in $(pgrep -s "$1"); do
		[[ -n $(start_of "$each") && $(readlink "/proc/$each/cwd") == "$STAND"/* ]] && echo "$each"
	done
	return 0
}

end() { # NAME: TERM to its whole session, KILL after ten seconds; 1 when there was nothing to end
	local pid stamp session tries
	recorded "$1" || return 1
	session=$(session_of "$pid" "$stamp")
	rm -f "$RUN/$1.pid"
	[[ -n $session ]] || return 1
	# shellcheck disable=SC2086
	kill -TERM $session 2>/dev/null || true
	for ((tries = 0; tries < 100; tries++)); do
		session=$(session_of "$pid" "$stamp")
		[[ -n $session ]] || return 0
		sleep 0.1
	done
	# shellcheck disable=SC2086
	kill -KILL $session 2>/dev/null || true
}

lower_stand() {
	local name ended=''
	for name in schedule worker web redis mariadb; do
		! end "$name" || ended+=" $name"
	done
	say "${STAND##*/}: ${ended:+ended}${ended:-nothing was running}"
}

wait_for() { # NAME SECONDS COMMAND...: until it succeeds; at once an error when the process is gone
	local name=$1 tries
	for ((tries = $2 * 10; tries > 0; tries--)); do
		"${@:3}" &>/dev/null && return
		alive "$name" || break
		sleep 0.1
	done
	tail -n 15 "$STAND/logs/$name.log"
	echo "$name does not answer; its log is $STAND/logs/$name.log"
	return 1
}

# --- ports

port_of() {
	cat "$STAND/port-$1"
}

settle_port() { # NAME FIRST: keeps the recorded one while it is ours or free
	local port
	! alive "$1" || return 0
	end "$1" || true # a child that outlived its killed parent still holds the port
	port=$(free_port_from "$(port_of "$1" 2>/dev/null || echo "$2")")
	echo "$port" >"$STAND/port-$1"
}

free_port_from() {
	"$(python)" - "$1" <<'PY'
import socket, sys

for port in range(int(sys.argv[1]), 65536):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        break
PY
}

# --- MariaDB and Redis

start_mariadb() {
	mkdir -p "$STAND/tmp" # of its own: who starts removes the temporary tables that it finds, of others too
	[[ -d $STAND/mariadb ]] || create_database_files
	write_database_init
	# Nothing here has to outlive a power cut: it is made anew.
	# The socket's name is relative to the data: a long path would not fit into a socket's address.
	launch mariadb mariadbd --no-defaults --datadir="$STAND/mariadb" --socket=mariadb.sock --pid-file="$RUN/mariadbd" \
		--bind-address=127.0.0.1 --port="$(port_of mariadb)" --tmpdir="$STAND/tmp" --skip-name-resolve --init-file="$STAND/init.sql" \
		--character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci \
		--innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=0 --skip-innodb-doublewrite --max-allowed-packet=64M
	wait_for mariadb 60 database_answers
}

create_database_files() {
	rm -rf "$STAND/mariadb.new"
	TMPDIR=$STAND/tmp mariadb-install-db --no-defaults --datadir="$STAND/mariadb.new" --auth-root-authentication-method=normal \
		--skip-test-db
	mv "$STAND/mariadb.new" "$STAND/mariadb"
}

write_database_init() { # only root@127.0.0.1 gets in, with a password made here once
	local password=$STAND/database-password
	[[ -s $password ]] || (umask 077 && od -An -tx1 -N16 /dev/urandom | tr -d ' \n' >"$password")
	(umask 077 && cat >"$STAND/init.sql") <<-SQL
		DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> '127.0.0.1');
		FLUSH PRIVILEGES;
		ALTER USER 'root'@'127.0.0.1' IDENTIFIED BY '$(cat "$password")';
	SQL
}

database_answers() {
	MYSQL_PWD=$(cat "$STAND/database-password") mariadb --no-defaults --host=127.0.0.1 --port="$(port_of mariadb)" \
		--user=root --execute='SELECT 1'
}

start_redis() {
	mkdir -p "$STAND/redis"
	launch redis redis-server --bind 127.0.0.1 --port "$(port_of redis)" --dir "$STAND/redis" --save '' --appendonly no
	wait_for redis 20 redis_answers
}

redis_answers() {
	[[ $(redis-cli -p "$(port_of redis)" ping) == PONG ]]
}

# --- the web server, the worker and the scheduler

start_web() {
	cat >"$STAND/stand_wsgi.py" <<-PY
		import frappe.app

		frappe.app._site = "$SITE"  # whatever name or address the browser used
		frappes = frappe.app.application_with_statics()


		def application(environ, start_response):
		    if environ["PATH_INFO"].startswith("/socket.io/"):  # no such server here: Frappe would draw a page of 300 kB
		        start_response("404 Not Found", [("Content-Length", "0")])
		        return [b""]
		    return frappes(environ, start_response)
	PY
	launch web ../env/bin/python -m gunicorn stand_wsgi:application --pythonpath "$STAND" \
		--bind "127.0.0.1:$(port_of web)" --workers 1 --worker-class gthread --threads 8 --timeout 120
	wait_for web 60 web_answers
}

web_answers() {
	curl --fail --silent --max-time 20 --noproxy '*' "http://127.0.0.1:$(port_of web)/api/method/ping"
}

start_worker() {
	launch worker ../env/bin/python -m frappe.utils.bench_helper frappe worker --queue short,default,long
}

start_schedule() {
	launch schedule ../env/bin/python -m frappe.utils.bench_helper frappe schedule
}
