#!/usr/bin/env python3
"""Django's plain list, its admin list and its admin form over the records, asked as WSGI asks: without a server's own work.

usage: web_django.py fill DATABASE SEED RECORDS    makes the database that the minimal page reads too
       web_django.py time DATABASE SEED --runs N    prints one line of JSON with the rows of the page
"""
import argparse
import html
import io
import re
import sqlite3
import statistics
import sys
import time

from django.conf import settings

import timing
import web_records

LIST = ('<!doctype html><title>list</title><h1>{{ n }} records</h1><table>{% for r in rows %}<tr><td><a href="/records/{{ r.id }}">{{ r.name }}</a><td>{{ r.place }}'
        '<td>{{ r.industry }}<td>{{ r.status }}<td>{{ r.revenue }}<td>{{ r.founded|date:"Y-m-d" }}</tr>{% endfor %}</table><a href="?p={{ next }}">next</a>')


def configure(database):
    """A site of one file: sessions, accounts and the admin as a new project has them; no check of the origin, no debugging."""
    context = [f"django.{part}" for part in ("template.context_processors.request", "contrib.auth.context_processors.auth", "contrib.messages.context_processors.messages")]
    loaders = [("django.template.loaders.locmem.Loader", {"list.html": LIST}), "django.template.loaders.app_directories.Loader"]
    settings.configure(
        DEBUG=False, SECRET_KEY="only for the bench " * 3, ALLOWED_HOSTS=["*"], ROOT_URLCONF="web_django", STATIC_URL="/static/", USE_TZ=False,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database, "CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[f"django.contrib.{app}" for app in ("admin", "auth", "contenttypes", "sessions", "messages")],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates",
                    "OPTIONS": {"context_processors": context, "loaders": [("django.template.loaders.cached.Loader", loaders)]}}])


configure(sys.argv[2])
import django  # noqa: E402

django.setup()
from django.contrib import admin  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Record(models.Model):
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=12, db_index=True)
    industry = models.CharField(max_length=6)
    status = models.CharField(max_length=10, db_index=True)
    revenue = models.BigIntegerField()
    founded = models.DateField()
    note = models.TextField(blank=True)

    class Meta:
        app_label = "auth"
        db_table = "record"


class RecordAdmin(admin.ModelAdmin):
    list_display = ["name", "place", "industry", "status", "revenue", "founded"]
    list_filter, search_fields, list_per_page = ["status"], ["name"], web_records.PAGE_ROWS


admin.site.register(Record, RecordAdmin)


def plain_list(request):
    number, of = int(request.GET.get("p", 0)), web_records.PAGE_ROWS
    open_ones = Record.objects.filter(status="open").order_by("id")
    return render(request, "list.html", {"n": open_ones.count(), "rows": open_ones[number * of:number * of + of], "next": number + 1})


urlpatterns = [path("admin/", admin.site.urls), path("list", plain_list)]


def fill(database, seed, records):
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Record)
    connection.close()
    db = sqlite3.connect(database)
    columns = ["id", *web_records.COLUMNS]
    rows = ((n + 1, *row) for n, row in enumerate(web_records.draw(seed, records)))
    db.executemany(f"INSERT INTO record ({', '.join(columns)}) VALUES (?{', ?' * len(web_records.COLUMNS)})", rows)
    db.commit()
    db.close()


def session():
    """A signed-in administrator's session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    user = User.objects.filter(username="bench").first() or User.objects.create_superuser("bench", "bench@example.org", "bench")
    store = SessionStore()
    store.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend", HASH_SESSION_KEY: user.get_session_auth_hash()})
    store.save()
    return store.session_key


def asked(application, where, query, cookie):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": where, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1",
               "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "HTTP_COOKIE": cookie}
    said = []
    answer = application(environ, lambda status, headers: said.append(status))
    body = b"".join(answer)
    answer.close()
    if not said[0].startswith("200"):
        raise SystemExit(f"{where}: {said[0]}")
    return body.decode()


def measured(application, where, query, cookie, runs):
    """What a page says, and the middle of its processor times."""
    asked(application, where, query, cookie)
    spent = []
    for _ in range(runs):
        began = time.process_time()
        text = asked(application, where, query, cookie)
        spent.append(time.process_time() - began)
    return text, statistics.median(spent)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fill", "time"])
    parser.add_argument("database")
    parser.add_argument("seed", type=int)
    parser.add_argument("records", type=int, nargs="?")
    parser.add_argument("--runs", type=int, default=30)
    args = parser.parse_args()
    if args.what == "fill":
        return fill(args.database, args.seed, args.records)
    application, cookie = get_wsgi_application(), f"sessionid={session()}"
    middle = Record.objects.filter(status="open").order_by("id")[web_records.PAGE_ROWS // 2].pk
    pages = {"list": ("/list", ""), "admin_list": ("/admin/auth/record/", "status__exact=open"), "record": (f"/admin/auth/record/{middle}/change/", "")}
    spent, texts = {}, {}
    for name, (where, query) in pages.items():
        texts[name], spent[name] = measured(application, where, query, cookie if name != "list" else "", args.runs)
    rows = [[html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.split("<td>", row)[1:]] for row in re.findall("<tr>(.*?)</tr>", texts["list"])]
    count = re.search(r"(\d+) records", texts["list"])[1]
    timing.tell("django", [[count], *rows], {"runs": args.runs}, spent_s=spent, bytes={name: len(text.encode()) for name, text in texts.items()},
                version=django.__version__)


if __name__ == "__main__":
    sys.modules["web_django"] = sys.modules["__main__"]
    main()
