# Debian packages that hold data, of this release or of the one before; all else is of this one.
FROM envparity-culprits/python:base
COPY install_packages.sh /tmp/
ARG RELEASE
ARG DATA="iso-codes media-types netbase publicsuffix sensible-utils ucf wamerican"
RUN echo "deb http://deb.debian.org/debian $RELEASE main" >/etc/apt/sources.list.d/data.list \
    && echo 'APT::Get::Allow-Downgrades "true";' >/etc/apt/apt.conf.d/data \
    && /tmp/install_packages.sh $(for name in $DATA; do echo "$name/$RELEASE"; done) \
    && rm /tmp/install_packages.sh /etc/apt/sources.list.d/data.list /etc/apt/apt.conf.d/data
