"""How many people a team needs at its phones: Erlang C and A, forecasts. Pure. docs/staffing.md describes it.

``erlang`` has the formulas, ``forecast`` what is expected of each part of a day and whom it needs,
``forecast_csv`` the file it comes from, ``history`` makes such a file of what has been, ``coverage`` holds
what is needed against the plan.
"""
