"""Flow Centre as it runs: the one house that knows every other and joins them. ``app.py`` is its command line.

Houses are imported inside the functions that need them: the processes of the demonstration import this one too,
and must not carry the web server and the charts.
"""
