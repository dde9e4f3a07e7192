#!/bin/sh
# Makes a client with orval that calls through a function of ours: MUTATOR OPENAPI BUILD MODULES
set -e
cp "$1" "$3"
cd "$3"
cat >orval.config.cjs <<END
module.exports = {
  gateway: {
    input: "$2",
    output: {
      target: "generated.ts",
      client: "fetch",
      override: { mutator: { path: "$1", name: "orvalFetch" } },
    },
  },
};
END
"$4/.bin/orval" --config orval.config.cjs
