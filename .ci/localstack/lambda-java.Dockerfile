# Lambda's Java runtime: a JVM, AWS's runtime interface client and the script that starts it.
FROM tidemark-stand-in/base
COPY lib /var/runtime/lib
COPY bootstrap /var/runtime/bootstrap
RUN mkdir -p /opt /var/task
WORKDIR /var/task
