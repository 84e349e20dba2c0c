# Sinatra and thin from Debian, of one release or the one before.
ARG BASE
FROM ${BASE}
COPY install_packages.sh /tmp/
RUN /tmp/install_packages.sh ruby ruby-json ruby-sinatra thin \
    && rm /tmp/install_packages.sh
ENV LANG=C.UTF-8
