# syntax=docker/dockerfile:1
# Three stages: front-end files, the Python environment, and the image that runs: no compiler, no npm, no root.
# Once built it needs no network: `docker save guatu:0.1` and `docker load` carry it to a machine without any.
# PostgreSQL's client programs (for backups) are of the major version of docker-compose.yml's database.

FROM node:22-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund --ignore-scripts

FROM python:3.12-slim-trixie AS build
WORKDIR /src
RUN python -m venv /opt/guatu
COPY pyproject.toml README.md LICENSE ./
COPY gis gis
COPY webapp webapp
COPY scripts scripts
COPY --from=frontend /src/node_modules node_modules
RUN /opt/guatu/bin/python scripts/vendor.py \
    && /opt/guatu/bin/pip install --no-cache-dir .

FROM python:3.12-slim-trixie
ENV PATH=/opt/guatu/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TZ=Asia/Shanghai
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data guatu \
    && install -d -o guatu -g guatu /data /backups
COPY deploy/backup.sh /usr/local/bin/guatu-backup
COPY --from=build /opt/guatu /opt/guatu
USER guatu
VOLUME /data
WORKDIR /data
ENV GUATU_DB=/data/county.gpkg
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/healthz', timeout=4)"]
ENTRYPOINT ["guatu"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8765"]
