"""The bundled PBX simulator."""
