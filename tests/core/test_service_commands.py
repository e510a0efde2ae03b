"""How each service of a host is restarted, from what its programs print; and whether one really was."""

import shlex
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from verenigingen_maintenance.core.service_commands import Facts, lasting, ways
from verenigingen_maintenance.core.service_listings import (
    Unit,
    procfile_commands,
    supervisor_programs,
    supervisor_status,
    systemd_units,
)
from verenigingen_maintenance.core.service_processes import (
    Ancestor,
    Bench,
    Process,
    Service,
    by_service,
    proof,
    unit_of,
)
from verenigingen_maintenance.core.service_starts import asked, redis_options, start
from verenigingen_maintenance.core.service_wording import told as told_in_shell

STARTED = datetime(2026, 11, 28, 8, 0, tzinfo=timezone.utc)
BENCH = Bench("/home/frappe/frappe-bench", "frappe-bench", "frappe", 13000, 11000)
HERE = "/home/frappe/frappe-bench"
HELPER = f"{HERE}/env/bin/python -m frappe.utils.bench_helper frappe"
WEB = f"{HERE}/env/bin/gunicorn -b 127.0.0.1:8000 -w 4 frappe.app:application --preload"
NAMED = {
    "Web Server": WEB,
    "Workers": f"{HELPER} worker --queue default",
    "Scheduler": f"{HELPER} schedule",
    "Socket.IO": f"/usr/bin/node {HERE}/apps/frappe/socketio.js",
}
SUPERVISOR = """
[program:frappe-bench-frappe-web]
command=/home/frappe/frappe-bench/env/bin/gunicorn -t 120 frappe.app:application
[program:frappe-bench-frappe-schedule]
command=bench schedule
[program:frappe-bench-frappe-long-worker]
command=bench worker --queue long
numprocs=2
process_name=%(program_name)s-%(process_num)d
[program:frappe-bench-redis-cache]
[group:frappe-bench-web]
programs=frappe-bench-frappe-web
[group:frappe-bench-workers]
programs=frappe-bench-frappe-schedule,frappe-bench-frappe-long-worker
[group:frappe-bench-redis]
programs=frappe-bench-redis-cache
"""
STATUS = """\
frappe-bench-web:frappe-bench-frappe-web                 RUNNING   pid 812, uptime 3 days, 4:05:06
frappe-bench-workers:frappe-bench-frappe-schedule        FATAL     Exited too quickly
frappe-bench-workers:frappe-bench-frappe-long-worker-0   RUNNING   pid 815, uptime 3 days, 4:05:06
frappe-bench-workers:frappe-bench-frappe-long-worker-1   STOPPED   Nov 28 08:00 AM
other-bench-web:other-bench-frappe-web                   RUNNING   pid 900, uptime 1:00:00
"""
UNITS = """\
mariadb.service                           loaded    active   running MariaDB 10.11.6 database server
● frappe-bench-frappe-web.service         loaded    failed   failed  frappe-bench-frappe-web
frappe-bench-frappe-default-worker@1.service loaded inactive dead    frappe-bench-frappe-default-worker 1
redis-server.service                      loaded    active   running Advanced key-value store
mysql.service                             not-found inactive dead    mysql.service
"""


def process(command, pid=100, **more):
    name = more.pop("name", command.split()[0].rsplit("/", 1)[-1])
    more.setdefault("start", start(more.pop("arguments", command.split()), folder=more.get("cwd", "")))
    return Process(pid, more.pop("parent", 1), name, command, more.pop("user", "frappe"), STARTED, **more)


def found(processes=(), bench=BENCH, **facts):
    """How each service runs, by its name."""
    made = Facts(bench, by_service(processes, bench), **facts)
    return {way.service.value: way for way in ways(made)}


# --- which process is which


@pytest.mark.parametrize(("service", "command"), NAMED.items())
def test_the_processes_of_a_bench_are_told_from_those_of_another(service, command):
    assert by_service([process(command)], BENCH).keys() == {Service(service)}
    other = command.replace(HERE, "/home/frappe/frappe-bench-2")
    assert by_service([process(other, cwd="/home/frappe/frappe-bench-2/sites")], BENCH) == {}


@pytest.mark.parametrize(
    ("command", "name", "service"),
    [
        ("redis-server 127.0.0.1:13000", "redis-server", Service.REDIS_CACHE),
        ("redis-server *:11000", "redis-server", Service.REDIS_QUEUE),
        ("redis-server 127.0.0.1:6379", "redis-server", None),
        ("/usr/sbin/mariadbd", "mariadbd", Service.DATABASE),
        ("nginx: master process /usr/sbin/nginx", "nginx", Service.PROXY),
        ("nginx: worker process", "nginx", None),
        (f"vim {HERE}/apps/frappe/socketio.py", "vim", None),
    ],
)
def test_servers_are_known_by_their_program_and_port(command, name, service):
    assert set(by_service([process(command, name=name)], BENCH)) == ({service} if service else set())


def test_a_relative_command_is_of_the_bench_that_it_runs_in_and_children_of_a_service_are_left_out():
    command = "../env/bin/gunicorn frappe.app:application"
    ones = [
        process(command, pid, parent=parent, cwd=f"{HERE}/sites") for pid, parent in ((7, 1), (8, 7), (9, 7))
    ]
    assert [each.pid for each in by_service(ones, BENCH)[Service.WEB]] == [7]


@pytest.mark.parametrize(
    "command", ["gunicorn: master [frappe.app:application]", "python -m gunicorn own_wsgi:app"]
)
def test_gunicorn_in_the_bench_is_its_web_server_whatever_it_serves(command):
    assert Service.WEB in by_service([process(command, cwd=f"{HERE}/sites")], BENCH)
    assert by_service([process(command, cwd="/srv/other")], BENCH) == {}


def test_one_redis_for_both_is_both():
    shared = replace(BENCH, queue_port=13000)
    assert len(by_service([process("redis-server *:13000", name="redis-server")], shared)) == 2


@pytest.mark.parametrize(
    ("cgroups", "expected"),
    [
        ("0::/system.slice/mariadb.service\n", ("mariadb.service", False)),
        ("9:name=systemd:/system.slice/redis-server.service\n", ("redis-server.service", False)),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n", ("web.service", True)),
        ("0::/system.slice/supervisor.service\n", ("", False)),
        ("0::/user.slice/user-1000.slice/session-3.scope\n", ("", False)),
        ("9:name=systemd:/\n0::/\n", ("", False)),
        ("", ("", False)),
    ],
)
def test_the_unit_of_a_process_is_read_but_for_those_that_others_share(cgroups, expected):
    assert unit_of(cgroups) == expected


# --- what programs print


def test_supervisor_is_read_with_its_groups_and_numbers_and_an_error_of_it_is_no_status():
    assert supervisor_programs(SUPERVISOR) == [
        "frappe-bench-web:frappe-bench-frappe-web",
        "frappe-bench-workers:frappe-bench-frappe-schedule",
        "frappe-bench-workers:frappe-bench-frappe-long-worker-0",
        "frappe-bench-workers:frappe-bench-frappe-long-worker-1",
        "frappe-bench-redis:frappe-bench-redis-cache",
    ]
    assert supervisor_programs("nonsense = [") == []
    assert supervisor_status(STATUS)["frappe-bench-workers:frappe-bench-frappe-schedule"] == "FATAL"
    assert (
        supervisor_status("error: <class 'PermissionError'>, [Errno 13] Permission denied: file: x") is None
    )


def test_units_whose_file_is_not_there_are_left_out():
    names = [unit.name for unit in systemd_units(UNITS)]
    assert "frappe-bench-frappe-web.service" in names
    assert "mysql.service" not in names
    assert systemd_units("System has not been booted with systemd as init system (PID 1).") == []


# --- the commands


def test_supervisor_that_tells_is_asked_without_sudo_and_only_for_this_bench():
    below = (Ancestor(50, "/usr/bin/python3 /usr/bin/supervisord -c /etc/supervisor/supervisord.conf"),)
    told = found([process(WEB, ancestors=below)], has_supervisor=True, status=supervisor_status(STATUS))
    web, workers, scheduler = told["Web Server"], told["Workers"], told["Scheduler"]
    assert web.commands["restart"] == "supervisorctl restart frappe-bench-web:frappe-bench-frappe-web"
    assert (web.how, web.sure, web.as_user) == ("supervisor", "Seen", "frappe")
    group = "frappe-bench-workers:frappe-bench-frappe-"
    assert workers.commands["stop"] == f"supervisorctl stop {group}long-worker-0 {group}long-worker-1"
    assert "FATAL" in scheduler.why


def test_supervisor_that_does_not_tell_is_asked_with_sudo_by_the_names_of_its_configuration():
    told = found(has_supervisor=True, programs=supervisor_programs(SUPERVISOR))
    cache = told["Redis Cache"]
    assert (
        cache.commands["restart"] == "sudo supervisorctl restart frappe-bench-redis:frappe-bench-redis-cache"
    )
    assert (cache.sure, cache.as_user) == ("Configured", "a user with sudo")


def test_a_unit_is_seen_by_its_process_or_known_by_its_name():
    seen = process("/usr/sbin/mariadbd", name="mariadbd", user="mysql", unit="mariadb.service")
    told = found([seen], units=systemd_units(UNITS))
    assert told["MariaDB"].commands["restart"] == "sudo systemctl restart mariadb.service"
    assert told["MariaDB"].sure == "Seen"
    web = told["Web Server"]
    assert web.commands["start"] == "sudo systemctl start frappe-bench-frappe-web.service"
    assert (web.sure, "failed failed" in web.why) == ("Configured", True)
    assert "default-worker@1" in told["Workers"].commands["restart"]
    assert told["Redis Cache"].how == "None Found", (
        "the distribution's Redis has another port than this bench"
    )
    ports = replace(BENCH, cache_port=6379)
    assert found(bench=ports, units=systemd_units(UNITS))["Redis Cache"].how == "systemd"


def test_a_unit_of_a_user_needs_no_sudo():
    told = found([process(WEB, unit="frappe-bench-web.service", is_user_unit=True)])["Web Server"]
    assert told.commands["restart"] == "systemctl --user restart frappe-bench-web.service"
    assert told.as_user == "frappe"
    listed = [Unit("frappe-bench-frappe-web.service", "inactive dead", is_user=True)]
    assert found(units=listed)["Web Server"].commands["start"].startswith("systemctl --user start")


def test_under_bench_start_all_are_restarted_together():
    above = (Ancestor(40, f"{HERE}/env/bin/python /usr/local/bin/honcho start"), Ancestor(1, "/sbin/init"))
    told = found([process(NAMED["Scheduler"], ancestors=above)])["Scheduler"]
    assert told.commands["stop"] == "kill -INT 40"
    assert told.commands["restart"].endswith(f"cd {HERE} && bench start")
    assert "all of its processes together" in told.why


PROCFILE = "web: bench serve --port 8000\nschedule: A=1 bench schedule\nredis_cache: redis-server c.conf\n"


def test_where_nothing_runs_a_procfile_is_a_guess_unless_there_is_supervisor():
    commands = procfile_commands(PROCFILE)
    told = found(procfile=commands)
    assert (told["Web Server"].how, told["Web Server"].sure) == ("bench start", "Guess")
    assert told["Web Server"].commands["start"] == f"cd {HERE} && bench start"
    assert told["Workers"].how == "None Found"
    assert found(procfile=commands, has_supervisor=True)["Web Server"].how == "None Found"


def test_what_is_dead_alone_is_begun_alone_as_it_ran_or_as_the_procfile_says():
    commands, web = procfile_commands(PROCFILE), process(WEB)
    told = found([web], procfile=commands)["Scheduler"]
    assert told.commands == {"start": f"(cd {HERE} && exec nohup env A=1 bench schedule &)"}
    assert "a second time" in told.why
    kept = lasting(found([process(NAMED["Scheduler"], cwd=f"{HERE}/sites")]).values(), {})
    told = found([web], procfile=commands, kept=kept)["Scheduler"]
    assert told.commands == {"start": f"(cd {HERE}/sites && exec nohup {NAMED['Scheduler']} &)"}
    assert (told.sure, "seen last" in told.why) == ("Seen", True)
    whole = {"Scheduler": {**kept["Scheduler"], "how": "bench start", "start": f"cd {HERE} && bench start"}}
    assert "bench start" not in found([web], kept=whole)["Scheduler"].commands.get("start", "")
    assert found(kept=whole)["Scheduler"].commands["start"].endswith("bench start")


def test_a_line_of_the_procfile_with_a_secret_is_shown_to_nobody():
    commands = procfile_commands("worker: TOKEN=hunter22 bench worker\n")
    told = found([process(WEB)], procfile=commands)["Workers"]
    assert (told.how, told.commands) == ("bench start", {})
    assert ("left out here" in told.why, "hunter22" in str(told)) == (True, False)
    assert found(procfile=commands)["Workers"].commands["start"].endswith("bench start")


def test_what_is_on_another_host_is_restarted_there():
    told = found(hosts={Service.DATABASE: "db.example.com"}, units=systemd_units(UNITS))["MariaDB"]
    assert told.why == "It is on db.example.com: restart it there."
    assert not told.commands


MARIADB = ["mariadbd", "--datadir=/srv/my db", *(f"--option-{number}={'x' * 40}" for number in range(20))]


def test_what_nothing_keeps_running_has_a_start_that_can_be_pasted():
    database = process(" ".join(MARIADB), 77, name="mariadbd", arguments=MARIADB, cwd="/srv/a b")
    told = found([database])["MariaDB"]
    line = f"(cd '/srv/a b' && exec nohup {shlex.join(MARIADB)} &)"
    assert (told.how, told.sure, told.commands["start"]) == ("By Hand", "Seen", line)
    gone = "while kill -0 77 2>/dev/null; do sleep 1; done"
    assert told.commands["restart"] == f"kill 77 && {gone} && {line}"
    several = found([process(NAMED["Workers"], pid) for pid in (7, 8)])["Workers"]
    assert several.commands["restart"].startswith("kill 7 8 && while kill -0 7 8 ")
    assert several.commands["start"].count("nohup") == 2
    assert "hidden" in several.why


@pytest.mark.parametrize(
    ("service", "arguments", "said"),
    [
        ("Web Server", f"{WEB} --password=hunter22", "cannot be pasted as it is"),
        ("Web Server", f"{WEB} -phunter22", "cannot be pasted as it is"),
        ("Web Server", "gunicorn: master [frappe.app:application]", "shows a title"),
        ("Redis Cache", "redis-server *:13000", "shows a title"),
        ("nginx", "nginx: master process /usr/sbin/nginx", "shows a title"),
    ],
)
def test_nothing_is_stopped_that_could_not_be_started_again(service, arguments, said):
    told = found([process(arguments, cwd=f"{HERE}/sites")])[service]
    assert (told.how, told.sure, told.commands) == ("By Hand", "Unknown", {})
    assert (said in told.why, "hunter22" in told.why) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "program", "line"),
    [
        (["mariadbd", "--x"], "/usr/sbin/mariadbd", "(nohup /usr/sbin/mariadbd --x &)"),
        (["python", "-m", "x"], "/usr/bin/python3.11", "(nohup python -m x &)"),
        (["redis-server", "--save", ""], "", "(nohup redis-server --save '' &)"),
        (["redis-server", "--requirepass", "***"], "", ""),
        (["redis-server", "--requirepass", "hunter22"], "", ""),
        (["redis-server", "--masterauth=hunter22"], "", ""),
        (["env", "REDIS_PASS=hunter22", "worker"], "", ""),
        ([], "", ""),
    ],
)
def test_a_command_line_for_a_shell(arguments, program, line):
    assert start(arguments, program).line == line


SETTINGS = {"port": "11000", "dir": "/srv/my data", "dbfilename": "queue.rdb", "bind": "127.0.0.1 ::1"}
SETTINGS |= {"appendfilename": "queue.aof", "appendonly": "no", "unixsocket": "", "save": "900 1 60 10"}


def test_a_redis_that_was_asked_comes_back_with_its_files():
    """Under another name its queued jobs would be gone; appenddirname is of Redis 7 and later."""
    options = redis_options(SETTINGS)
    told = shlex.join(options)
    assert "--bind 127.0.0.1 ::1 --port 11000 --dir '/srv/my data' --dbfilename queue.rdb" in told
    assert ("--appendfilename queue.aof" in told, "appenddirname" in told) == (True, False)
    assert told.endswith("--save 900 1 --save 60 10")
    assert "--appenddirname kept" in shlex.join(redis_options({"appenddirname": "kept"}))
    assert redis_options({})[-2:] == ["--save", ""]


def test_of_a_redis_that_was_asked_it_is_said_so():
    line = asked(["redis-server", *redis_options(SETTINGS)], "/srv")
    told = found([process("redis-server *:11000", start=line, cwd="/srv")])["Redis Queue"]
    assert told.commands["start"].startswith("(cd /srv && exec nohup redis-server --bind")
    assert ("made of what it answered" in told.why, "own command line" in told.why) == (True, False)
    secret = asked(["redis-server", *redis_options({**SETTINGS, "requirepass": "hunter22"})])
    told = found([process("redis-server *:11000", start=secret)])["Redis Queue"]
    assert not told.commands
    assert ("CONFIG GET requirepass" in told.why, "ps -ww" in told.why, "hunter22" in told.why) == (
        True,
        False,
        False,
    )
    assert "shows a title" in asked([]).why


def test_a_program_that_shows_no_command_line_has_its_name():
    assert process("/usr/bin/redis-server *:11000").program == "/usr/bin/redis-server"
    bare = replace(process("redis-server *:11000"), command="")
    assert bare.program == "redis-server"


def test_a_database_of_another_port_is_another_sites():
    ones = [process(f"mariadbd --port={port}", port, name="mariadbd") for port in (3306, 3307)]
    told = found(ones, bench=replace(BENCH, database_port=3307))["MariaDB"]
    assert told.commands["stop"] == "kill 3307"
    assert not found(ones)["MariaDB"].commands, "which one this site uses is not known"


def test_one_redis_for_both_is_said():
    shared = replace(BENCH, queue_port=13000)
    for told in (found(bench=shared), found([process("redis-server *:13000")], bench=shared)):
        assert all("the jobs that are queued go" in told[f"Redis {each}"].why for each in ("Cache", "Queue"))
    assert "queued" not in found()["Redis Cache"].why


def test_what_is_kept_has_no_process_ids_and_stays_when_nothing_is_seen():
    seen = process("/usr/sbin/mariadbd", name="mariadbd", user="mysql", unit="mariadb.service")
    before = lasting(found([seen, process(WEB, 77)], units=systemd_units(UNITS)).values(), {})
    assert before["MariaDB"]["restart"] == "sudo systemctl restart mariadb.service"
    assert before["Web Server"]["start"] == f"(nohup {WEB} &)"
    assert before == lasting(found([seen, process(WEB, 78)], units=systemd_units(UNITS)).values(), {})
    assert "77" not in str(before)
    assert lasting(found().values(), before) == before
    kept = {"Redis Cache": {**before["Web Server"], "start": "redis-server /etc/redis.conf"}}
    silent = lasting(found([process("redis-server *:13000")]).values(), kept)
    assert silent["Redis Cache"]["start"] == "redis-server /etc/redis.conf", "it hangs, and is asked in vain"
    told = found(kept={"Web Server": {**before["Web Server"], "sure": "Configured"}})["Web Server"]
    assert (told.sure, "how it was configured" in told.why) == ("Configured", True)
    elsewhere = lasting(found(hosts={Service.DATABASE: "db.example.com"}).values(), {})
    assert elsewhere["MariaDB"]["why"] == "It is on db.example.com: restart it there."


def test_services_are_told_in_a_shell():
    web = {"service": "Web Server", "how": "By Hand", "sure": "Seen", "why": "It is so.", "as_user": "frappe"}
    text = told_in_shell([{**web, "restart": "a && b", "stop": "", "start": "b"}])
    assert text == (
        "Web Server: By Hand (Seen), as frappe\n   It is so.\n"
        "   restart:\n      $ a && b\n   start:\n      $ b"
    )


def test_what_is_in_no_container_is_said():
    assert found(is_container=True)["nginx"].how == "Container"
    assert found()["nginx"].commands == {}


def test_names_are_quoted_for_the_shell():
    odd = replace(BENCH, path="/home/jan/my bench", name="my bench")
    above = (Ancestor(40, "honcho start"),)
    one = process(
        "python -m frappe.utils.bench_helper frappe schedule", cwd="/home/jan/my bench", ancestors=above
    )
    assert found([one], bench=odd)["Scheduler"].commands["start"] == "cd '/home/jan/my bench' && bench start"


# --- the proof

OLD, NEW = {"pid": 7, "started": "08:00:00.10"}, {"pid": 7, "started": "09:00:00.20"}
OTHER = {"pid": 9, "started": "08:00:00.10"}


@pytest.mark.parametrize(
    ("before", "after", "restarted", "told"),
    [
        ([OLD], [NEW], True, "all of its processes are new"),
        ([OLD], [OLD], False, "Not restarted: the same processes run"),
        ([OLD, OTHER], [NEW, OTHER], False, "Restarted in part: 1 of its processes are the same"),
        ([OLD, OTHER], [NEW], False, "Restarted in part: 2 of its processes ran before, now 1"),
        ([OLD], [], False, "it does not run"),
        ([], [NEW], True, "It did not run before"),
        ([], [], None, "No process of it is seen from here."),
        (None, [NEW], None, "What ran before was not read"),
        (None, None, None, "No process of it is seen from here."),
    ],
)
def test_a_restart_is_proven_by_its_processes(before, after, restarted, told):
    found = proof(before, after)
    assert found.restarted is restarted
    assert told in found.text
