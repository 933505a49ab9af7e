# Steno in a container, for a processor (target `cpu`, the default) or an NVIDIA GPU (target `cuda`).
#
#   docker build -t steno .                       docker build -t steno:cuda --target cuda .
#   docker run -p 8080:8080 -v steno:/data -e STENO_API_KEY="$(openssl rand -hex 24)" steno
#   docker run -p 8080:8080 -v steno:/data -e STENO_API_KEY=… --gpus all -e STENO_MODEL=large-v3-turbo steno:cuda
#
# With a browser for recorder bots and `steno capture` (target `cpu`; Ubuntu, which `cuda` rests on, has no
# package of it): docker build -t steno:bots --build-arg BROWSER=chromium .
#
# A container is reached from outside, so it listens on every address and does not start without
# STENO_API_KEY. The models tiny.en and base are inside. Others are downloaded to /data once they are
# named, or mounted: -v /models/mine:/model:ro -e STENO_MODEL=/model.

ARG PYTHON_IMAGE=python:3.12-slim-bookworm
# With cuBLAS 12, the one CUDA library that CTranslate2 loads. Ubuntu 24.04 has Python 3.12.
ARG CUDA_IMAGE=nvidia/cuda:12.6.3-runtime-ubuntu24.04

FROM ${PYTHON_IMAGE} AS cpu-base

FROM ${CUDA_IMAGE} AS cuda-base
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

# The wheel is the same for both.
FROM cpu-base AS wheel
WORKDIR /src
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
COPY . .
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel .

# An environment holds the path of its Python, so each base makes its own.
FROM cpu-base AS cpu-environment
COPY requirements.lock /tmp/
RUN python3 -m venv /opt/steno \
    && /opt/steno/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /tmp/requirements.lock
COPY --from=wheel /wheel /wheel
RUN /opt/steno/bin/pip install --no-cache-dir --no-deps /wheel/*.whl

FROM cuda-base AS cuda-environment
COPY requirements.lock /tmp/
RUN python3 -m venv /opt/steno \
    && /opt/steno/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /tmp/requirements.lock
COPY --from=wheel /wheel /wheel
RUN /opt/steno/bin/pip install --no-cache-dir --no-deps /wheel/*.whl

FROM cuda-base AS cuda
RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin steno \
    && install -d -o steno -g steno /data
COPY --from=cuda-environment /opt/steno /opt/steno
ENV PATH=/opt/steno/bin:$PATH LANG=C.UTF-8 PYTHONUNBUFFERED=1 HF_HOME=/data/huggingface \
    STENO_HOST=0.0.0.0 STENO_PORT=8080 STENO_DATA=/data STENO_DEVICE=cuda
USER steno
WORKDIR /data
VOLUME /data
EXPOSE 8080
# The server ends its sessions with a last word and stops its database on SIGTERM.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['STENO_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["steno"]
CMD ["serve"]

FROM cpu-base AS cpu
ARG BROWSER=
RUN if [ -n "${BROWSER}" ]; then \
        apt-get update \
        && apt-get install -y --no-install-recommends "${BROWSER}" fonts-dejavu-core \
        && rm -rf /var/lib/apt/lists/*; \
    fi
RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin steno \
    && install -d -o steno -g steno /data
COPY --from=cpu-environment /opt/steno /opt/steno
ENV PATH=/opt/steno/bin:$PATH LANG=C.UTF-8 PYTHONUNBUFFERED=1 HF_HOME=/data/huggingface \
    STENO_HOST=0.0.0.0 STENO_PORT=8080 STENO_DATA=/data STENO_DEVICE=cpu
USER steno
WORKDIR /data
VOLUME /data
EXPOSE 8080
# The server ends its sessions with a last word and stops its database on SIGTERM.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['STENO_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["steno"]
CMD ["serve"]
