"""Grafana dashboards as code: ``make dashboards`` writes config/grafana/dashboards, in Chinese and English.

``board`` says what a dashboard is made of, ``drawing`` makes Grafana's JSON of it; each other module is one
dashboard, as data. The JSON is committed: whoever installs ccd needs none of this. What is shown is tested
against a real Prometheus that scrapes a live ccd (tests/grafana).
"""
