# syntax=docker/dockerfile:1
# A mirror in a container. The mirror is the folder /mirror, the only place that is written to:
#   docker build --tag wirecopy .
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --user "$(id -u):$(id -g)" --volume "$PWD:/mirror" wirecopy add dw-zh
# `wirecopy schedule install --for docker` writes a Compose file that keeps it going.

FROM python:3.13-slim-trixie AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/wirecopy
# What is pinned first: it changes seldom, and is its own layer.
COPY requirements/demo.txt requirements/demo.txt
RUN /opt/wirecopy/bin/pip install --require-hashes --requirement requirements/demo.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/wirecopy/bin/pip install --no-deps --no-build-isolation . && \
    /opt/wirecopy/bin/python -m compileall -q /opt/wirecopy/lib && \
    /opt/wirecopy/bin/pip uninstall --yes hatchling editables pip

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="wirecopy" \
      org.opencontainers.image.description="Mirrors the news, whole" \
      org.opencontainers.image.source="https://github.com/wirecopy/wirecopy" \
      org.opencontainers.image.documentation="https://github.com/wirecopy/wirecopy/blob/main/docs/unattended.md" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/wirecopy /opt/wirecopy
RUN groupadd --gid 10001 wirecopy && useradd --uid 10001 --gid wirecopy --no-create-home --home-dir /nonexistent wirecopy && \
    mkdir /mirror && chown wirecopy:wirecopy /mirror
# HOME: nothing of ours needs one, and with --user there is none.
ENV PATH=/opt/wirecopy/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp WIRECOPY_CONFIG=/mirror/wirecopy.toml
USER 10001:10001
WORKDIR /mirror
VOLUME /mirror
STOPSIGNAL SIGTERM
EXPOSE 8000
# Whatever the container does: config, archive, disk and clock are well.
HEALTHCHECK --interval=15m --timeout=60s --start-period=30s --retries=3 CMD ["wirecopy", "doctor", "--json"]
ENTRYPOINT ["wirecopy"]
CMD ["collect", "--watch"]
