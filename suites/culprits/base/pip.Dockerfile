# Where packages are installed, aside, so that neither pip nor wheels are in an image that is compared.
FROM envparity-culprits/python:base
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-pip \
    && rm -rf /var/lib/apt/lists/*
