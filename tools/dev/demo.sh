# shellcheck shell=bash disable=SC2034,SC2164 # shared variables; dev has set -e
# The demo site: people of each role, real trouble, today's checklist, and what there is to see.

add_demo_people() {
	once people "adding one user for each role" demo_people
}

demo_people() {
	site_python "$DEMO_PASSWORD" <<'PY'
from frappe.utils.password import update_password

frappe.set_user("Administrator")
for name in ("Manager", "Operator", "Auditor", "Member"):
    email = f"{name.lower()}@example.com"
    if not frappe.db.exists("User", email):
        person = {"doctype": "User", "email": email, "first_name": "Demo", "last_name": name, "send_welcome_email": 0}
        user = frappe.get_doc(person | {"user_type": "Website User"}).insert()
        if name != "Member":
            user.add_roles(f"Maintenance {name}")
    update_password(email, sys.argv[2])
PY
}

raise_demo_services() {
	raise_web_and_worker
	alive schedule || step "starting the scheduler" start_schedule
}

# --- trouble: requests and jobs that really fail, once, so that Error Log fills as in life

make_trouble_once() {
	once trouble "making trouble: 24 requests and 3 jobs that really fail" make_trouble
}

make_trouble() {
	frappe execute "$APP.api.sample" >"$STAND/logs/sample.log" # what follows is compared with this round
	local round cookies=$STAND/cookies # in eight rounds: more than 20 errors in an hour escalate
	ask login --cookie-jar "$cookies" --data usr=Administrator --data "pwd=$DEMO_PASSWORD" | grep -q 200
	for round in {1..8}; do
		fails frappe.client.get_count --data-urlencode doctype=Note --data-urlencode 'filters={"membership_number": 1}'
		fails frappe.client.get_value --data-urlencode doctype=Contact
		fails frappe.client.get_list --data-urlencode doctype=ToDo --data-urlencode 'filters=[["status", "="'
	done
	rm "$cookies"
	jobs_that_fail
}

ask() { # METHOD CURL'S ARGUMENTS...: prints the status
	curl --silent --noproxy '*' --max-time 60 --output /dev/null --write-out '%{http_code}\n' "${@:2}" \
		"http://127.0.0.1:$(port_of web)/api/method/$1"
}

fails() { # METHOD CURL'S ARGUMENTS...
	local status
	status=$(ask "$1" --get --cookie "$cookies" "${@:2}")
	echo "$1: $status (round $round)"
	[[ $status == 500 ]]
}

jobs_that_fail() { # and what the scheduler does every 15 minutes: the requests' errors go from Redis to Error Log
	# shellcheck disable=SC2119
	site_python <<'PY'
import time
from frappe.deferred_insert import save_to_db

before = frappe.db.count("Error Log")
for days in ("soon", "later", "never"):
    frappe.enqueue("frappe.utils.data.add_days", date="2026-01-01", days=days)
save_to_db()
for _ in range(300):
    frappe.db.commit()
    if frappe.db.count("Error Log") >= before + 27:
        break
    time.sleep(0.2)
print(frappe.db.sql("select method, count(*) from `tabError Log` group by method"))
assert frappe.db.count("Error Log") >= before + 27, "the errors did not reach Error Log"
# One of them was there three days ago already: with something to compare with, the others are new.
known = frappe.log_error(title="frappe.utils.data.add_days", message="the same, three days ago")
moment = frappe.utils.add_days(frappe.utils.now_datetime(), -3)
known.db_set({"creation": moment, "modified": moment}, update_modified=False)
PY
}

# --- today's checklist

run_daily_once_a_day() {
	local today
	today=$(TZ=Europe/Amsterdam date +%F)
	[[ $(cat "$STAND/done/daily" 2>/dev/null) != "$today" ]] || return 0
	step "opening and measuring today's checklist" run_daily
	sed 's/^/    /' "$STAND/logs/daily.log"
	echo "$today" >"$STAND/done/daily"
}

run_daily() {
	frappe execute "$APP.api.assess_compliance" >"$STAND/logs/compliance.log"
	frappe execute "$APP.api.refresh_analytics" >"$STAND/logs/analytics.log"
	frappe execute "$APP.api.run_daily" >"$STAND/logs/daily.log"
}

describe_demo() {
	local address
	address=http://maintenance.localhost:$(port_of web)
	cat <<-TEXT

		The demo runs at  $address  (where that name does not resolve: http://127.0.0.1:$(port_of web))

		Log in with the password  $DEMO_PASSWORD  as
		  manager@example.com     Maintenance Manager
		  operator@example.com    Maintenance Operator
		  auditor@example.com     Maintenance Auditor (reads all, changes nothing)
		  member@example.com      a website user without roles (sees nothing of this)
		  Administrator
		Look at
		  $address/app/maintenance               the workspace
		  $address/app/checklist-run             today's checklist, measured
		  $address/app/maintenance-escalation    what it escalated
		  $address/app/query-report/Escalation%20Review   what became of it
		  $address/app/maintenance-incident      an emergency, led from the first minute to its review
		  $address/app/recovery-drill            a backup that is really restored, and other drills
		  $address/app/maintenance-silence       what nobody is told of; silence a subject for an hour
		  $address/app/escalation-level          who is told at which level, and who is on duty
		  $address/app/maintenance-procedure     the seven procedures; each opens a run
		  $address/maintenance_dashboard         the dashboard, which a worker probes
		  $address/app/maintenance-check         the checks and their thresholds
		  $address/app/query-report/System%20Health   what is sampled, with charts
		  $address/app/query-report/Compliance   what compliance is, with its gaps
		  $address/app/analytics-component       what the analytics engine knows, part by part
		  $address/app/error-log                 the trouble made for the demo
		From a shell, as user $(id -un):
		  cd ${STAND#"$ROOT/"}/bench && $(bench_to_type) --site $SITE execute $APP.api.run_daily
		End it with  ./dev stop
	TEXT
}

bench_to_type() {
	if command -v bench >/dev/null; then echo bench; else echo ../../tools/bin/bench; fi
}
