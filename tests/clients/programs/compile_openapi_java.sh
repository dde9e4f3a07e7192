#!/bin/sh
# Compiles a client that openapi-generator makes for Java, with a program that uses it: PROGRAM BUILD COMMANDS
# The libraries are Debian's; those of Jackson are in the archive of openapi-generator.
set -e
archive=$(echo "$3"/../lib/python3*/site-packages/openapi_generator_cli/openapi-generator.jar)
java=/usr/share/java
echo "$2/classes:$archive:$java/jakarta-annotation-api.jar:$java/httpmime.jar:$java/httpclient.jar:$java/httpcore.jar" \
    >"$2/classpath"
mkdir -p "$2/classes"
find "$2/generated/src/main" -name '*.java' >"$2/sources"
javac -nowarn -encoding UTF-8 -cp "$(cat "$2/classpath")" -d "$2/classes" "$1" "@$2/sources"
