# LocalStack 4.14.0 from PyPI, unchanged, with the programs that it otherwise downloads put where it looks for them.
FROM tidemark-stand-in/base
ARG PIP_CERT
# Its dependencies as they were when 4.14.0 came out; it does not bound all of them.
RUN python3 -m venv /opt/localstack \
 && /opt/localstack/bin/pip install --no-cache-dir --quiet "pip>=26" \
 && /opt/localstack/bin/pip install --no-cache-dir --quiet --uploaded-prior-to 2026-03-05 \
      "localstack-core[runtime]==4.14.0" awscli-local \
 && ln -s /opt/localstack/bin/awslocal /usr/local/bin/awslocal
# The real image brings a Java 21 of its own; DynamoDB Local runs on later ones, too.
RUN mkdir -p /usr/lib/localstack/java \
 && ln -s /usr/lib/jvm/java-25-openjdk-amd64 /usr/lib/localstack/java/21
COPY dynamodb-local /usr/lib/localstack/dynamodb-local/2
COPY kinesis-local /usr/lib/localstack/kinesis-local/0.5.2/node_modules/kinesis-local
COPY lambda-init.py /usr/lib/localstack/lambda-runtime/v0.1.41-pre/x86_64/var/rapid/init
RUN mkdir -p /etc/localstack/init/boot.d /etc/localstack/init/start.d /etc/localstack/init/ready.d \
      /etc/localstack/init/shutdown.d /var/lib/localstack/tmp /tmp/localstack \
 && touch /usr/lib/localstack/.community-version \
 && ln -s /opt/localstack/bin/localstack-supervisor /usr/local/bin/docker-entrypoint.sh
ENV PATH=/opt/localstack/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    USER=localstack PYTHONUNBUFFERED=1
EXPOSE 4566
ENTRYPOINT ["docker-entrypoint.sh"]
