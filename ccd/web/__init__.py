"""The server for people and programs: JSON API and recordings, at ``web.port``.

``site``       what every request needs: the world, the store, tokens, limits
``guard``      what is held against every request before it is looked at: bounds in number, size and time
``rights``     who may do what: posts, scopes, and the rules of hearing
``tokens``     secrets of people and programs, of which only hashes are kept
``sealed``     names of recordings that tell nothing and can not be guessed; links that run out
``problems``   errors as RFC 9457 has them, in English or Chinese, each with its mend
``ranges``     parts of a file, as RFC 9110 has them
``sending``    a file on its way, without ever waiting for a slow reader for long
``recordings``, ``quality``, ``acting``   what can be asked for
``server``     uvicorn, with the daemon's own ideas of signals and connections

Nothing here decides: what people do goes onto the queue by the commands that the control socket has, too.
"""
