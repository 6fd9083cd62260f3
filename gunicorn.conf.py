"""The web server's settings, for `make run` and for production alike; threads, because pages wait for the database."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
graceful_timeout = 3
accesslog = "-"
# It would be one socket in the home folder for every installation on the machine.
control_socket_disable = True
