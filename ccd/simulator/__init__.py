"""A simulated PBX behind a real AMI port, to try ccd with and to test against.

``Simulator`` plays a busy day (``day`` plans it, ``player`` lives it) or single ``scenarios`` on a model of
Asterisk (``pbx``), whose events are held to captures of Asterisk 22. No promise about Asterisk is proven
on it.

From below: ``timeline`` (simulated time) · ``parts``, ``wire`` (records; the events that tell of them) ·
``switch``, ``members``, ``queueing``, ``talks``, ``dialling``, ``dialplan``, ``emergencies`` · ``pbx`` ·
``people``, ``centre``, ``day``, ``player`` · ``stage``, ``scenarios`` · ``requests``, ``snapshots``,
``originating``, ``actions``, ``server`` · ``live``.
"""

from ccd.simulator.live import Simulator
from ccd.simulator.people import roster

__all__ = ["Simulator", "roster"]
