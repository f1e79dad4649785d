"""How many people a queue needs: Erlang C and A, floors, forecasts. Pure."""
