#!/bin/sh
# Checks a program in TypeScript with the compiler, strictly, and bundles it: PROGRAM STEPS BUILD MODULES
set -e
cp "$1" "$2" "$3"
ln -sfn "$4" "$3/node_modules"
cd "$3"
node_modules/.bin/tsc --noEmit --strict --target es2022 --module esnext --moduleResolution bundler --allowJs \
    --esModuleInterop --lib es2022,dom,dom.iterable --types node "$1"
node_modules/.bin/esbuild "$1" --bundle --platform=node --log-level=error --outfile=client.js
