#!/bin/sh
# Thin takes the place of this shell, so that a stop signal reaches it.
exec thin --rackup config.ru --address 0.0.0.0 --port "${PORT:-4567}" \
  --environment "${RACK_ENV:-development}" start
