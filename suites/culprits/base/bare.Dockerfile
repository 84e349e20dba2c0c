# The runtime without a shell: Python, what it is linked with, and no command to run but it.
FROM envparity-culprits/python:base AS full
LABEL envparity.culprits=base
RUN rm -rf /var/cache /var/log \
    && find /bin/ /sbin/ /usr/bin /usr/sbin -mindepth 1 ! -name 'python3*' -delete

FROM scratch
COPY --from=full / /
ENV PATH=/opt/service/bin:/usr/bin PYTHONUNBUFFERED=1
